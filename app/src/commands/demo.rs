//! `firstlight demo`: a fictitious district, and the page of its sign-ins.

use std::path::Path;

use server::ctx::{Actor, Ctx};
use server::model::people::{AgeBand, Role};
use server::services::demo::{self, Demo, DemoCard, Plan};
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
    let sign_ins = page(&made, &address);
    print!("{sign_ins}");
    if let Some(file) = json {
        let text = serde_json::to_string_pretty(&made).map_err(|e| Stop::new(e.to_string()))?;
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // The page as printed stands beside it, to be read again after the terminal was closed.
        for (path, text) in [(file.to_owned(), text), (file.with_extension("txt"), sign_ins)] {
            std::fs::write(&path, text)
                .map_err(|e| Stop::new(format!("cannot write {}: {e}", path.display())))?;
        }
    }
    Ok(())
}

/// The page of sign-ins.
fn page(demo: &Demo, address: &str) -> String {
    let mut lines = vec![
        String::new(),
        format!(
            "{}: {} schools, {} students, {} windows,",
            demo.district, demo.schools, demo.students, demo.windows
        ),
        format!("{} screenings and {} referrals, all made up.", demo.screenings, demo.referrals),
        String::new(),
        format!("Children sign in at {address}/ with a card's code:"),
    ];
    for card in AgeBand::ALL.iter().filter_map(|band| demo.card(*band)) {
        let DemoCard { code, age_band, child, class, school, .. } = card;
        lines.push(format!("  {code:<12} {age_band:<6} {child}, class {class}, {school}"));
    }
    lines.push(String::new());
    lines.push(format!("Staff sign in at {address}/sign-in with e-mail, password and a one-time code"));
    lines
        .push("(enter the secret in an authenticator app, or run 'firstlight demo-code SECRET'):".to_owned());
    // The first of each role is enough to look around; all of them stand in the JSON file.
    for role in Role::ALL {
        if let Some(staff) = demo.staff.iter().find(|s| s.role == role.as_str()) {
            lines.push(format!(
                "  {:<17} {:<34} {:<32} {}",
                role.label(),
                staff.email,
                staff.password,
                staff.totp_secret
            ));
        }
    }
    lines.push(String::new());
    lines.join("\n") + "\n"
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
