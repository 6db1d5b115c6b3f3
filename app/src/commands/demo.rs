//! `firstlight demo`: a fictitious district, and the page of its sign-ins.

use std::path::Path;

use server::ctx::{Actor, Ctx};
use server::model::people::AgeBand;
use server::services::demo::{self, Demo, Plan};
use server::{Error, services::Services};

use super::Stop;

/// The exit code for a database that is not empty: nothing was changed.
const NOT_EMPTY: u8 = 3;

/// Fills an empty database and prints the sign-ins.
///
/// # Errors
/// When the database is not empty or cannot be written.
pub async fn run(plan: Plan, json: Option<&Path>) -> Result<(), Stop> {
    let services: Services = super::services().await?;
    let made = demo::fill(&services, plan, |what, percent| eprintln!("demo {percent:3} %  {what}")).await;
    let made = made.map_err(|error| match error {
        Error::Conflict(line) => Stop { line, code: NOT_EMPTY },
        other => other.into(),
    })?;
    let address = services
        .config()
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", services.config().listen));
    services.close().await;
    print(&made, &address);
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(&made).map_err(|e| Stop::new(e.to_string()))?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, text).map_err(|e| Stop::new(format!("cannot write {}: {e}", file.display())))?;
    }
    Ok(())
}

fn print(demo: &Demo, address: &str) {
    println!();
    println!(
        "{}: {} schools, {} students, {} windows,",
        demo.district, demo.schools, demo.students, demo.windows
    );
    println!("{} screenings and {} referrals, all made up.", demo.screenings, demo.referrals);
    println!();
    println!("Children sign in at {address}/ with a card's code:");
    for band in AgeBand::ALL {
        if let Some(card) = demo.card(band) {
            println!(
                "  {:<12} {:<6} {}, class {}, {}",
                card.code, card.age_band, card.child, card.class, card.school
            );
        }
    }
    println!();
    println!("Staff sign in at {address}/sign-in with e-mail, password and a one-time code");
    println!("(enter the secret in an authenticator app, or run 'firstlight demo-code SECRET'):");
    for role in [
        "proctor",
        "counselor",
        "school_lead",
        "teacher",
        "district_officer",
        "analyst",
        "administrator",
        "auditor",
    ] {
        if let Some(staff) = demo.staff.iter().find(|s| s.role == role) {
            println!(
                "  {:<17} {:<34} {:<32} {}",
                role.replace('_', " "),
                staff.email,
                staff.password,
                staff.totp_secret
            );
        }
    }
    println!();
}

/// Prints the present one-time code of a secret.
///
/// # Errors
/// When the secret is none.
pub fn code(secret: &str) -> Result<(), Stop> {
    let code = server::services::sessions::code_now(&Ctx::new(Actor::Console), secret)
        .ok_or_else(|| Stop::new("this is not a secret; copy it as the demo printed it"))?;
    println!("{code}");
    Ok(())
}
