use crate::{
    args::Form,
    edge,
    file::{self, Existing},
    output::{line, remark, shown},
    password, source,
};
use anyhow::bail;
use model::Secret;
use std::{path::Path, process::ExitCode};
use vault::{
    Vault,
    export::{self, LeftOut, PageTexts},
};

pub(super) fn run(
    file: &Path,
    to: &Path,
    format: Form,
    force: bool,
    (password_env, export_password_env): (Option<&str>, Option<&str>),
) -> anyhow::Result<ExitCode> {
    let existing = if force { Existing::Replace } else { Existing::Keep };
    if existing == Existing::Keep && to.try_exists()? {
        bail!("{} is there already; --force writes over it", to.display());
    }
    let vault = source::open(file, password_env)?.into_vault()?;
    let new_password = || password::get_new(export_password_env, "Password for the new file");
    let (bytes, count, left_out) = match format {
        Form::Vault => own(&vault, &new_password()?)?,
        Form::Aegis => whole(export::aegis(&vault, &new_password()?, &mut edge::rng())?),
        Form::Otpauth => whole(export::otpauth_list(&vault)),
        Form::Page => whole(export::page(&vault, PageTexts::default(), |uri| {
            let matrix = qr::Matrix::encode(uri.expose_text()?).ok()?;
            Some(matrix.svg("QR code").as_str().to_owned())
        })),
    };
    for (name, why) in &left_out {
        line(&format!("left out  {}: {why}", shown(name)))?;
    }
    file::write(to, bytes.expose(), existing)?;
    line(&format!("{count} tokens written to {}.", shown(&to.display().to_string())))?;
    if matches!(format, Form::Otpauth | Form::Page) {
        remark("warning: the file is not encrypted; whoever reads it can make the codes")?;
    }
    Ok(ExitCode::SUCCESS)
}

type Written = (Secret, usize, Vec<(String, LeftOut)>);

fn whole(export: export::Export) -> Written {
    (export.text, export.count, export.left_out)
}

fn own(vault: &Vault, password: &Secret) -> anyhow::Result<Written> {
    let (mut copy, left_out) = export::shareable(vault, edge::now());
    let sealed = source::new_keyring(password)?.seal(&mut copy, &mut edge::rng())?;
    Ok((Secret::new(sealed.bytes().to_vec()), copy.len(), left_out))
}
