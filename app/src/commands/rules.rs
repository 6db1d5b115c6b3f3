//! `firstlight rules try`: what other settings of the referral rules would have given on past answers.

use std::io::{IsTerminal, Write};

use server::ctx::{Actor, Ctx};
use server::referral_rules::Switch;
use server::services::rule_trials::{self, PRIORITIES, SchoolTrial, Trial};

use super::Stop;

/// Tries settings out and prints them beside those in force. Nothing is changed.
///
/// # Errors
/// A rule, a setting or a window that there is not, and what there is.
pub async fn try_out(window: Option<&str>, set: &[String]) -> Result<(), Stop> {
    let set = set.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    let services = super::services().await?;
    let (ctx, bar) = (Ctx::new(Actor::Console), std::io::stderr().is_terminal());
    let trial = rule_trials::try_at_terminal(&services, &ctx, window, &set, |done, all| {
        if bar {
            eprint!("\r{done} of {all} children");
        } else if done == all {
            eprintln!("{done} children");
        }
    });
    let trial = trial.await;
    if bar {
        eprintln!();
    }
    services.close().await;
    report(&mut std::io::stdout().lock(), &trial?)?;
    Ok(())
}

/// `rule=setting`.
fn parse(text: &str) -> Result<(String, String), Stop> {
    let (rule, setting) = text
        .split_once('=')
        .ok_or_else(|| Stop::new(format!("--set {text}: write it as rule=priority or rule=off")))?;
    Ok((rule.trim().to_owned(), setting.trim().to_owned()))
}

fn report(out: &mut impl Write, trial: &Trial) -> std::io::Result<()> {
    let all = trial.all();
    writeln!(out, "{}: {} children answered", trial.windows.join(", "), all.children)?;
    for (rule, before, tried) in &trial.changed {
        let before =
            before.map_or_else(|| "as the clinical settings have it".to_owned(), |s: Switch| s.to_string());
        writeln!(out, "{}: {before} -> {tried}", rule.name)?;
    }
    writeln!(out)?;
    writeln!(out, "{:<40} {:>10} {:>10} {:>8}", "referrals", "in force", "tried out", "change")?;
    for priority in PRIORITIES {
        line(out, priority.as_str(), all.now.of(priority), all.then.of(priority))?;
    }
    line(out, "all", all.now.total(), all.then.total())?;
    writeln!(out)?;
    writeln!(out, "{:<40} {:>10} {:>10} {:>8}", "by school", "in force", "tried out", "change")?;
    for school in trial.schools.values() {
        line(out, &school.name, school.now.total(), school.then.total())?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "{:<40} {:>10} {:>10} {:>8}",
        "new ones a counselor and school day", "in force", "tried out", "days"
    )?;
    for school in trial.schools.values() {
        a_day(out, &school.name, school)?;
    }
    a_day(out, "all", &all)?;
    if trial.unknown > 0 {
        writeln!(
            out,
            "{} questionnaires are not in it: this program does not know their instrument",
            trial.unknown
        )?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "Nothing was changed. These counts are exact: small ones point at children, so do not hand them on."
    )
}

fn line(out: &mut impl Write, name: &str, now: u64, then: u64) -> std::io::Result<()> {
    let change = match then.checked_sub(now) {
        Some(0) => "-".to_owned(),
        Some(more) => format!("+{more}"),
        None => format!("-{}", now - then),
    };
    writeln!(out, "{name:<40} {now:>10} {then:>10} {change:>8}")
}

fn a_day(out: &mut impl Write, name: &str, school: &SchoolTrial) -> std::io::Result<()> {
    let days = school.counselor_days;
    let rate = |n: u64| if days > 0.0 { format!("{:.2}", n as f64 / days) } else { "nobody".to_owned() };
    writeln!(out, "{name:<40} {:>10} {:>10} {days:>8.0}", rate(school.now.total()), rate(school.then.total()))
}
