//! `firstlight roster`: what a file of students holds, what is wrong with it, what it would change, and taking it over.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use jiff::tz::TimeZone;
use server::ctx::{Actor, Ctx};
use server::roster::{self, Columns, Fault, Field, Limits, Plan, Refusal, Roster};
use server::services::rosters::{self, Decisions, Progress};
use server::spreadsheet::quoted;

use super::Stop;

/// The exit code for a file that was read but has faults.
const FAULTS: u8 = 4;
/// Rows named for one kind of fault; all of them go into the file of faults.
const EXAMPLES: usize = 3;

/// Reads a file and reports on it.
///
/// # Errors
/// When the file cannot be read, or holds rows that could not be taken over.
pub fn check(file: &Path, faults: Option<&Path>, said: &[String]) -> Result<(), Stop> {
    let roster = read(file, faults, said)?;
    if roster.faults.is_empty() {
        return Ok(());
    }
    let line = format!("faults: {}; mend these rows in the file and check again", roster.faults.len());
    Err(Stop { line, code: FAULTS })
}

/// Takes a file over, or says what that would change.
///
/// # Errors
/// When the file cannot be read or something has to be decided first; then nothing was changed.
pub async fn import(
    file: &Path,
    faults: Option<&Path>,
    said: &[String],
    dry_run: bool,
    decisions: Decisions,
) -> Result<(), Stop> {
    let roster = Arc::new(read(file, faults, said)?);
    let services = super::services().await?;
    let ctx = Ctx::new(Actor::Console);
    let plan = rosters::plan(&services, &ctx, &roster).await?;
    let mut out = std::io::stdout().lock();
    planned(&mut out, &plan, &roster)?;
    if dry_run {
        writeln!(out, "nothing was written (--dry-run)")?;
        services.close().await;
        return Ok(());
    }
    let all = plan.adds.len() + plan.changes.len();
    let done = rosters::commit(&services, &ctx, roster, decisions, bar(all)).await;
    services.close().await;
    let done = done.map_err(|error| match error {
        server::Error::Conflict(line) => Stop { line: format!("nothing was written. {line}"), code: FAULTS },
        other => other.into(),
    })?;
    eprintln!();
    writeln!(
        out,
        "written: {} added, {} changed, {} unchanged, {} left, {} rows rejected",
        done.added, done.changed, done.same, done.left, done.rejected
    )?;
    Ok(())
}

/// A line that grows in the terminal while children are written.
fn bar(all: usize) -> Progress {
    const WIDTH: usize = 40;
    Arc::new(move |written| {
        let full = (WIDTH * written).checked_div(all).unwrap_or(WIDTH).min(WIDTH);
        eprint!("\r[{}{}] {written} of {all}", "#".repeat(full), "-".repeat(WIDTH - full));
    })
}

fn planned(out: &mut impl Write, plan: &Plan, roster: &Roster) -> std::io::Result<()> {
    writeln!(out, "new: {}", plan.adds.len())?;
    writeln!(out, "changed: {}", plan.changes.len())?;
    for what in ["given name", "family name", "birth date", "sex", "school", "class"] {
        let times = plan.changes.iter().filter(|change| change.differs.contains(&what)).count();
        if times > 0 {
            writeln!(out, "  {what}: {times}")?;
        }
    }
    writeln!(out, "unchanged: {}", plan.same)?;
    writeln!(out, "rejected rows: {}", roster.rejected.len())?;
    writeln!(
        out,
        "not in this file: {} of {} (they stay; --mark-leavers marks them as having left)",
        plan.leavers.len(),
        plan.enrolled
    )?;
    if !plan.held.is_empty() {
        let some: Vec<_> = plan.held.iter().take(EXAMPLES).map(String::as_str).collect();
        writeln!(
            out,
            "kept at their school, because a referral is open and nobody would take it over: {} ({}{})",
            plan.held.len(),
            some.join(", "),
            if plan.held.len() > EXAMPLES { ", …" } else { "" }
        )?;
    }
    if !plan.new_schools.is_empty() {
        writeln!(out, "schools that would be made (is each spelt right?): {}", plan.new_schools.join(", "))?;
    }
    Ok(())
}

/// Reads a file, reports on it, and writes its faults where that was asked for.
fn read(file: &Path, faults: Option<&Path>, said: &[String]) -> Result<Roster, Stop> {
    let limits = Limits::TERMINAL;
    let unreadable = |error| Stop::new(format!("cannot read {}: {error}", file.display()));
    let mut bytes = Vec::new();
    // One byte more than allowed is enough to know: a stream without end is not read to its end.
    let source = std::fs::File::open(file).map_err(unreadable)?;
    source.take(limits.bytes as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let today = Ctx::new(Actor::Console).now.day_in(&TimeZone::UTC);
    let guessed = roster::read_as(&bytes, today, limits, None);
    let roster = if said.is_empty() {
        guessed
    } else {
        let columns = columns(&guessed, said)?;
        roster::read_as(&bytes, today, limits, Some(&columns))
    };
    let roster = roster.map_err(|refusal| Stop::new(refusal.sentence))?;
    let mut out = std::io::stdout().lock();
    report(&mut out, &roster)?;
    if let Some(path) = faults {
        let text = table(&roster.faults);
        std::fs::write(path, text).map_err(|e| Stop::new(format!("cannot write {}: {e}", path.display())))?;
    }
    Ok(roster)
}

/// The guess, with what was said in its place.
fn columns(guessed: &Result<Roster, Refusal>, said: &[String]) -> Result<Columns, Stop> {
    let mut mapping: Vec<(String, Option<Field>)> = match guessed {
        Ok(roster) => roster.mapping.clone(),
        Err(refusal) if refusal.header.is_empty() => return Err(Stop::new(refusal.sentence.clone())),
        Err(Refusal { header, .. }) => header.iter().cloned().zip(roster::guess(header)).collect(),
    };
    for one in said {
        let (heading, word) = one.rsplit_once('=').ok_or_else(|| {
            Stop::new(format!("--column {one}: write HEADING=FIELD, as \"Born on=birth_date\""))
        })?;
        let field = Field::named(word);
        if field.is_none() && word != "none" {
            let known: Vec<_> = Field::ALL.into_iter().map(Field::as_str).collect();
            return Err(Stop::new(format!("--column {one}: the fields are {}, none", known.join(", "))));
        }
        let column = mapping
            .iter_mut()
            .find(|(known, _)| known == heading)
            .ok_or_else(|| Stop::new(format!("--column {one}: the file has no heading \"{heading}\"")))?;
        column.1 = field;
    }
    Ok(Columns(mapping.into_iter().map(|(_, field)| field).collect()))
}

fn report(out: &mut impl Write, roster: &Roster) -> std::io::Result<()> {
    writeln!(out, "read as {}", roster.format)?;
    for (heading, field) in roster.mapping.iter().filter(|(heading, _)| !heading.is_empty()) {
        writeln!(out, "  {heading:<40} {}", field.map_or("not used", |field| field.label()))?;
    }
    let count = roster.pupils.len();
    writeln!(out, "{count} {} can be taken over", if count == 1 { "student" } else { "students" })?;
    if roster.staff > 0 {
        writeln!(out, "{} grown-ups in the file are left out", roster.staff)?;
    }
    for (_, _, faults) in roster::grouped(&roster.faults) {
        let one = if faults.len() == 1 { "row" } else { "rows" };
        writeln!(out, "{} {one}:", faults.len())?;
        for fault in faults.iter().take(EXAMPLES) {
            writeln!(out, "  {fault}")?;
        }
    }
    Ok(())
}

/// Every fault as CSV, with no cell that a spreadsheet would take for a formula (INP-05).
fn table(faults: &[Fault]) -> String {
    let mut text = String::from("row,column,found,needed\n");
    for fault in faults {
        let cells =
            [fault.row.to_string(), quoted(&fault.column), quoted(&fault.found), quoted(fault.kind.needed())];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_found_formula_is_no_formula_in_the_file_of_faults_inp_05() {
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("＝HYPERLINK(\"x\")"), "\"'＝HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("31/02/2015"), "\"31/02/2015\"");
    }
}
