use crate::{
    Dn, Kind, ReadError, Settings,
    connect::{Connection, connect},
    entry::Entry,
    error::result,
    groups, message, values,
};
use domain::{FoundGroup, FoundPerson, Reading};
use ldap3::{LdapError, Scope, SearchOptions, controls::RawControl};
use model::Sid;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tokio::time::timeout;

/// Paged results (RFC 2696).
const PAGED: &str = "1.2.840.113556.1.4.319";
const AD_PEOPLE: &str = "(&(objectCategory=person)(objectClass=user))";
const AD_GROUPS: &str = "(objectClass=group)";
const LDAP_PEOPLE: &str = "(objectClass=inetOrgPerson)";
const LDAP_GROUPS: &str =
    "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup))";

/// Connects, is let in, and finds out below what to look: the least that has to work. The server, and that DN.
///
/// # Errors
/// [`ReadError`].
pub async fn check(settings: &Settings) -> Result<(String, String), ReadError> {
    let work = async {
        let connection = connect(settings).await?;
        let root = Root::of(&connection, settings).await?;
        Ok((connection.server.clone(), root.base))
    };
    timeout(settings.limits.whole, work).await.unwrap_or(Err(ReadError::TooLong(settings.limits.whole)))
}

/// Reads all people and groups.
///
/// # Errors
/// [`ReadError`]; then nothing is known, and least of all that somebody is gone.
pub async fn read(settings: &Settings) -> Result<Reading, ReadError> {
    timeout(settings.limits.whole, whole(settings))
        .await
        .unwrap_or(Err(ReadError::TooLong(settings.limits.whole)))
}

async fn whole(settings: &Settings) -> Result<Reading, ReadError> {
    let connection = connect(settings).await?;
    let root = Root::of(&connection, settings).await?;
    let search = Search { connection: &connection, settings, base: &root.base };
    match &settings.kind {
        Kind::ActiveDirectory => {
            let attributes = ["objectSid", "sAMAccountName", "memberOf"];
            let groups = search.groups(AD_GROUPS, &attributes).await?;
            let attributes = [
                &attributes[..],
                &["userPrincipalName", "mail", "userAccountControl", "accountExpires", "primaryGroupID"],
            ];
            let people = search.people(AD_PEOPLE, &attributes.concat()).await?;
            let domains = root.domains(&search).await?;
            active_directory(&search, groups, people, &domains)
        }
        Kind::Ldap(names) => {
            let attributes = [names.id.as_str(), "cn", "member", "uniqueMember", "memberUid"];
            let groups = search.groups(LDAP_GROUPS, &attributes).await?;
            let mut attributes =
                vec![names.id.as_str(), names.name.as_str(), "mail", "shadowExpire", "pwdAccountLockedTime"];
            attributes.extend(names.sid.as_deref());
            let people = search.people(LDAP_PEOPLE, &attributes).await?;
            unix(&search, groups, people, names)
        }
    }
}

/// What the directory says of itself.
struct Root {
    base: String,
    configuration: Option<String>,
}

impl Root {
    async fn of(connection: &Connection, settings: &Settings) -> Result<Self, ReadError> {
        if let (Some(base), Kind::Ldap(_)) = (&settings.base, &settings.kind) {
            return Ok(Self { base: base.clone(), configuration: None });
        }
        let search = Search { connection, settings, base: "" };
        let names = ["defaultNamingContext", "namingContexts", "configurationNamingContext"];
        let found = search.entries("the root", Scope::Base, "(objectClass=*)", &names, 1).await?;
        let text = |name| found.first().and_then(|entry| entry.text(name)).map(str::to_owned);
        let base =
            settings.base.clone().or_else(|| text("defaultNamingContext")).or_else(|| text("namingContexts"));
        let base = base.ok_or_else(|| ReadError::Entry {
            dn: String::new(),
            what: "does not say below what the directory's data is; set the base".to_owned(),
        })?;
        Ok(Self { base, configuration: text("configurationNamingContext") })
    }

    /// The short names of the forest's domains, with the DNs that they stand for.
    async fn domains(&self, search: &Search<'_>) -> Result<Vec<(Dn, String)>, ReadError> {
        let Some(configuration) = &self.configuration else { return Ok(Vec::new()) };
        let search = Search { base: configuration, ..*search };
        let filter = "(&(objectClass=crossRef)(nETBIOSName=*))";
        let found =
            search.entries("domains", Scope::Subtree, filter, &["nCName", "nETBIOSName"], 10_000).await?;
        let domain =
            |entry: &Entry| Some((Dn::parse(entry.text("nCName")?)?, entry.text("nETBIOSName")?.to_owned()));
        let mut domains: Vec<_> = found.iter().filter_map(domain).collect();
        // A child domain is below its parent: the longest first.
        domains.sort_by_key(|(dn, _)| std::cmp::Reverse(dn.as_str().len()));
        Ok(domains)
    }
}

#[derive(Clone, Copy)]
struct Search<'a> {
    connection: &'a Connection,
    settings: &'a Settings,
    base: &'a str,
}

impl Search<'_> {
    async fn people(&self, usual: &str, attributes: &[&str]) -> Result<Vec<Entry>, ReadError> {
        let filter = self.settings.people_filter.as_deref().unwrap_or(usual);
        self.entries("people", Scope::Subtree, filter, attributes, self.settings.limits.people).await
    }

    async fn groups(&self, usual: &str, attributes: &[&str]) -> Result<Vec<Entry>, ReadError> {
        let filter = self.settings.groups_filter.as_deref().unwrap_or(usual);
        self.entries("groups", Scope::Subtree, filter, attributes, self.settings.limits.groups).await
    }

    /// All entries, page by page. Each page has to end well: the library's own pages go on after one that did not.
    /// References to other servers are not followed.
    async fn entries(
        &self,
        what: &'static str,
        scope: Scope,
        filter: &str,
        attributes: &[&str],
        most: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let failed = |said: String| match self.connection.trouble() {
            Some(unfit) => ReadError::Unfit { server: self.connection.server.clone(), unfit },
            None => ReadError::Search { what, base: self.base.to_owned(), said },
        };
        let lost = |error: LdapError| {
            failed(match error {
                LdapError::Timeout { .. } => "no answer in time".to_owned(),
                LdapError::FilterParsing => "the filter is not well-formed".to_owned(),
                _ => "the connection broke".to_owned(),
            })
        };
        let mut ldap = self.connection.ldap.clone();
        let (mut entries, mut cookie) = (Vec::new(), Vec::new());
        loop {
            let page = page(self.settings.limits.page, &cookie);
            let attributes: Vec<&str> = attributes.to_vec();
            let mut stream = ldap
                .with_timeout(self.settings.limits.answer)
                .with_search_options(SearchOptions::new())
                .with_controls(vec![page])
                .streaming_search(self.base, scope, filter, attributes)
                .await
                .map_err(lost)?;
            while let Some(found) = stream.next().await.map_err(lost)? {
                if found.is_ref() {
                    continue;
                }
                let entry =
                    Entry::of(found.0).ok_or_else(|| failed("an entry is not well-formed".to_owned()))?;
                if entries.len() == most {
                    return Err(ReadError::TooMany { what, most });
                }
                entries.push(entry);
            }
            let end = stream.finish().await;
            if end.rc != 0 {
                return Err(failed(result(end.rc, &end.text)));
            }
            let value =
                end.ctrls.into_iter().find(|control| control.1.ctype == PAGED).and_then(|found| found.1.val);
            cookie = match value.map(|value| message::cookie(&value)) {
                None => break,
                Some(None) => return Err(failed("a page's mark is not well-formed".to_owned())),
                Some(Some(next)) if next.is_empty() => break,
                Some(Some(next)) if next == cookie && !next.is_empty() && entries.is_empty() => {
                    return Err(failed("its pages do not end".to_owned()));
                }
                Some(Some(next)) => next,
            };
        }
        Ok(entries)
    }

    fn memberships(&self, people: &[FoundPerson]) -> Result<(), ReadError> {
        let most = self.settings.limits.memberships;
        let sum: usize = people.iter().map(|person| person.groups.len()).sum();
        if sum > most { Err(ReadError::TooMany { what: "memberships", most }) } else { Ok(()) }
    }
}

/// The control that asks for a page (RFC 2696 §2).
fn page(size: u16, cookie: &[u8]) -> RawControl {
    RawControl { ctype: PAGED.to_owned(), crit: false, val: Some(message::page(size, cookie)) }
}

fn wrong(entry: &Entry, what: impl Into<String>) -> ReadError {
    ReadError::Entry { dn: crate::error::plain(&entry.dn), what: what.into() }
}

/// A value that every entry has to have. That one is missing means as a rule that the reader may not see it, and then
/// nothing can be said about who is gone.
fn needed(entry: &Entry, name: &str) -> Result<String, ReadError> {
    let text = entry.text(name).map(crate::error::plain).filter(|text| !text.is_empty());
    text.ok_or_else(|| {
        wrong(
            entry,
            format!(
                "has no {name} that can be read; the reader has to see it, or the filter to leave it out"
            ),
        )
    })
}

fn sid(entry: &Entry, name: &str) -> Option<Sid> {
    entry.values(name).find_map(|value| {
        let text = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
        text.or_else(|| Sid::from_binary(value))
    })
}

fn once(keys: impl Iterator<Item = String>, what: &'static str) -> Result<(), ReadError> {
    let mut seen = HashSet::new();
    for key in keys {
        if let Some(twice) = seen.replace(key) {
            return Err(ReadError::Entry { dn: twice, what: format!("is the key of two {what}") });
        }
    }
    Ok(())
}

fn active_directory(
    search: &Search<'_>,
    groups: Vec<Entry>,
    people: Vec<Entry>,
    domains: &[(Dn, String)],
) -> Result<Reading, ReadError> {
    let no_sid = |entry: &Entry| wrong(entry, "has no objectSid that can be read");
    let mut found = Vec::with_capacity(groups.len());
    for entry in groups {
        let sid = sid(&entry, "objectSid").ok_or_else(|| no_sid(&entry))?;
        let name = needed(&entry, "sAMAccountName")?;
        found.push((FoundGroup { key: sid.to_string(), sid: Some(sid), name }, entry));
    }
    found.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    let by_dn: HashMap<Dn, usize> =
        found.iter().enumerate().filter_map(|(at, (_, entry))| Some((Dn::parse(&entry.dn)?, at))).collect();
    let by_sid: BTreeMap<&str, usize> =
        found.iter().enumerate().map(|(at, (group, _))| (group.key.as_str(), at)).collect();
    let member_of = |entry: &Entry| {
        if entry.is_cut("memberOf") {
            return Err(wrong(entry, "is in more groups than one answer tells"));
        }
        let groups = entry.texts("memberOf").filter_map(|dn| by_dn.get(&Dn::parse(dn)?).copied());
        Ok(groups.collect::<Vec<usize>>())
    };
    let above = found.iter().map(|(_, entry)| member_of(entry)).collect::<Result<Vec<_>, _>>()?;
    let mut persons = Vec::with_capacity(people.len());
    for entry in &people {
        let sid = sid(entry, "objectSid").ok_or_else(|| no_sid(entry))?;
        let control = needed(entry, "userAccountControl")?;
        let disabled = values::is_disabled(&control)
            .ok_or_else(|| wrong(entry, "has a userAccountControl that is no number"))?;
        // The primary group is in no list of members.
        let primary =
            entry.text("primaryGroupID").zip(sid.issuer()).map(|(id, domain)| format!("{domain}-{id}"));
        let primary = primary.and_then(|sid| by_sid.get(sid.as_str()).copied());
        let dn = Dn::parse(&entry.dn);
        let domain = domains.iter().find(|(domain, _)| dn.as_ref().is_some_and(|dn| dn.is_within(domain)));
        persons.push(FoundPerson {
            key: sid.to_string(),
            sid: Some(sid),
            dn: crate::error::plain(&entry.dn),
            name: needed(entry, "sAMAccountName")?,
            domain: domain.map(|(_, name)| name.clone()),
            upn: entry.text("userPrincipalName").map(str::to_owned),
            mail: entry.text("mail").map(str::to_owned),
            disabled,
            expires_at: entry.text("accountExpires").and_then(values::account_expires),
            groups: groups::all(member_of(entry)?.into_iter().chain(primary), &above),
        });
    }
    finish(search, persons, found.into_iter().map(|(group, _)| group).collect())
}

fn unix(
    search: &Search<'_>,
    groups: Vec<Entry>,
    people: Vec<Entry>,
    names: &crate::Attributes,
) -> Result<Reading, ReadError> {
    let mut found = Vec::with_capacity(groups.len());
    for entry in groups {
        let (key, name) = (needed(&entry, &names.id)?, needed(&entry, "cn")?);
        found.push((FoundGroup { key, sid: None, name }, entry));
    }
    found.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key));
    // Who lists whom: a member's DN, or the name of a person.
    let (mut lists, mut lists_names) =
        (HashMap::<Dn, Vec<usize>>::new(), HashMap::<String, Vec<usize>>::new());
    for (at, (_, entry)) in found.iter().enumerate() {
        if ["member", "uniqueMember", "memberUid"].iter().any(|name| entry.is_cut(name)) {
            return Err(wrong(entry, "has more members than one answer tells"));
        }
        for dn in entry.texts("member").chain(entry.texts("uniqueMember")).filter_map(Dn::parse) {
            lists.entry(dn).or_default().push(at);
        }
        for name in entry.texts("memberUid") {
            lists_names.entry(name.to_lowercase()).or_default().push(at);
        }
    }
    let listed =
        |entry: &Entry| Dn::parse(&entry.dn).and_then(|dn| lists.get(&dn).cloned()).unwrap_or_default();
    let above: Vec<Vec<usize>> = found.iter().map(|(_, entry)| listed(entry)).collect();
    let mut persons = Vec::with_capacity(people.len());
    for entry in &people {
        let name = needed(entry, &names.name)?;
        let by_name = lists_names.get(&name.to_lowercase()).cloned().unwrap_or_default();
        let direct: BTreeSet<usize> = listed(entry).into_iter().chain(by_name).collect();
        persons.push(FoundPerson {
            key: needed(entry, &names.id)?,
            sid: names.sid.as_deref().and_then(|name| sid(entry, name)),
            dn: crate::error::plain(&entry.dn),
            name,
            domain: None,
            upn: None,
            mail: entry.text("mail").map(str::to_owned),
            disabled: entry.text("pwdAccountLockedTime").is_some_and(values::is_locked_for_good),
            expires_at: entry.text("shadowExpire").and_then(values::shadow_expire),
            groups: groups::all(direct, &above),
        });
    }
    finish(search, persons, found.into_iter().map(|(group, _)| group).collect())
}

fn finish(
    search: &Search<'_>,
    mut people: Vec<FoundPerson>,
    groups: Vec<FoundGroup>,
) -> Result<Reading, ReadError> {
    people.sort_by(|a, b| a.key.cmp(&b.key));
    once(people.iter().map(|person| person.key.clone()), "people")?;
    once(people.iter().filter_map(|person| person.sid.as_ref().map(Sid::to_string)), "people")?;
    once(groups.iter().map(|group| group.key.clone()), "groups")?;
    search.memberships(&people)?;
    Ok(Reading { server: search.connection.server.clone(), people, groups })
}
