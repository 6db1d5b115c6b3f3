//! Commands for keeping house: migrate, config check, user add, data keys.

use server::ctx::{Actor, Ctx};
use server::model::people::Role;
use server::services::{data_keys, master_key, setup};

use super::Stop;

/// Brings the database up to this program's schema.
///
/// # Errors
/// When the database cannot be used.
pub async fn migrate() -> Result<(), Stop> {
    let services = super::services().await?;
    println!("the {} database is up to date", services.database());
    services.close().await;
    Ok(())
}

/// Checks the settings without starting anything.
///
/// # Errors
/// Every fault, a line each.
pub fn config_check() -> Result<(), Stop> {
    let config = super::config()?;
    println!(
        "the settings are in order: {} on {}",
        config.database_url.split('@').next_back().unwrap_or(""),
        config.listen
    );
    if !config.clinical.is_signed() {
        println!("note: the clinical settings await a clinician's sign-off (see clinical.file)");
    }
    Ok(())
}

/// Adds an account and prints its one-time secret.
///
/// # Errors
/// What to change.
pub async fn user_add(
    name: String,
    email: String,
    role: &str,
    school: Option<String>,
    password: Option<String>,
) -> Result<(), Stop> {
    let role: Role = role.parse().map_err(|_| {
        let known: Vec<_> = Role::ALL.iter().map(|r| r.as_str()).collect();
        Stop::new(format!("no role '{role}'; there are {}", known.join(", ")))
    })?;
    let services = super::services().await?;
    let (generated, secret) = setup::fresh_sign_in()?;
    let password = password.unwrap_or(generated);
    let new = setup::NewUser {
        name,
        email: email.clone(),
        password: password.clone(),
        totp_secret: secret.clone(),
        role,
        school,
        district: None,
    };
    setup::add_user(&services, &Ctx::new(Actor::Console), new).await?;
    println!("account   {email} ({})", role.label());
    println!("password  {password}");
    println!("one-time codes: enter this secret in an authenticator app: {secret}");
    println!("Write these down now; they are not shown again.");
    services.close().await;
    Ok(())
}

/// Gives each district a new data key and wraps every child's key under it.
///
/// # Errors
/// When a key does not open; then every key stays.
pub async fn rotate_keys() -> Result<(), Stop> {
    let services = super::services().await?;
    let wrapped = data_keys::rotate(&services, &Ctx::new(Actor::Console)).await;
    services.close().await;
    println!("the keys of {} children are wrapped under new data keys", wrapped?);
    println!("in a minute, 'firstlight keys forget-old' removes the old ones");
    Ok(())
}

/// Removes data keys that nothing needs any more.
///
/// # Errors
/// When the database refuses it.
pub async fn forget_old_keys() -> Result<(), Stop> {
    let services = super::services().await?;
    let done = data_keys::forget_old(&services, &Ctx::new(Actor::Console)).await;
    services.close().await;
    let (removed, needed) = done?;
    println!("{removed} old keys removed; {needed} are still needed (rotate again)");
    Ok(())
}

/// Changes the master key, or only prepares it.
///
/// # Errors
/// When the file cannot be written or a key does not open; then the present key stays in force.
pub async fn change_master_key(only_prepare: bool) -> Result<(), Stop> {
    let services = super::services().await?;
    let ctx = Ctx::new(Actor::Console);
    if only_prepare {
        let prepared = master_key::prepare(&services, &ctx).await;
        services.close().await;
        println!("the key {} stands behind the present one, not in force yet", prepared?);
        println!("copy the file to every node that has one of its own, then run 'firstlight keys change'");
        return Ok(());
    }
    let changed = master_key::change(&services, &ctx).await;
    services.close().await;
    let changed = changed?;
    match changed.keys {
        0 => println!("the change that had broken off is finished; the key {} is in force", changed.now),
        keys => println!("{keys} keys are wrapped by the new master key {}; no value lies open", changed.now),
    }
    for file in changed.aside {
        println!("the old key is in {}", file.display());
        println!(
            "backups made until now open only with it: put it where the backups' identity is, and remove it here"
        );
    }
    println!("make a backup now, and keep the new key file in another safe");
    Ok(())
}
