-- What the directory says of people: a row for each entry. A person can have several.
CREATE TABLE directory_entries (
    key       TEXT NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    sid       TEXT,
    dn        TEXT NOT NULL,
    name      TEXT NOT NULL,
    mail      TEXT,
    state     TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX directory_entries_of_person ON directory_entries (person_id);

CREATE TABLE directory_groups (
    key  TEXT NOT NULL PRIMARY KEY,
    sid  TEXT,
    name TEXT NOT NULL
) WITHOUT ROWID;

-- Who is in which group, also through other groups.
CREATE TABLE directory_members (
    entry_key TEXT NOT NULL REFERENCES directory_entries (key),
    group_key TEXT NOT NULL REFERENCES directory_groups (key),
    PRIMARY KEY (entry_key, group_key)
) WITHOUT ROWID;
CREATE INDEX directory_members_of_group ON directory_members (group_key);

-- People who are disabled because the directory says so, and whom it therefore can enable again.
CREATE TABLE directory_disabled (
    person_id BLOB NOT NULL PRIMARY KEY REFERENCES people (id)
) WITHOUT ROWID;
