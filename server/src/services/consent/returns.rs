//! Slips that came back on paper, typed into a spreadsheet: number, answer, date, who signed, where the slip lies. All
//! of the file counts, or nothing of it.

use std::collections::HashMap;

use super::{Services, Word, keeps, say, window};
use crate::ctx::Ctx;
use crate::model::window::{ConsentBy, ConsentStatus};
use crate::model::{Day, Private, WindowId};
use crate::roster::{plain, plain_table};
use crate::store::Act;
use crate::store::consent::{self, Numbered};
use crate::{Error, Result};

/// What a file of returns said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returned {
    /// How many say yes.
    pub yes: usize,
    /// How many say no, or take a yes back.
    pub no: usize,
    /// What is wrong, a sentence for each row; then nothing was recorded.
    pub faults: Vec<String>,
}

/// The largest file of returns.
const LARGEST: usize = 10 << 20;

const NUMBER: &[&str] = &["number", "districtnumber", "studentnumber", "id", "学籍号", "学号"];
const ANSWER: &[&str] = &["answer", "consent", "return", "同意", "回执", "意见"];
const DATE: &[&str] = &["date", "signedon", "日期"];
const BY: &[&str] = &["by", "signedby", "guardian", "parent", "name", "监护人", "家长", "签名"];
const PROOF: &[&str] = &["proof", "slip", "folder", "reference", "凭证"];

struct Row {
    row: u32,
    number: String,
    yes: bool,
    on: Day,
    by: String,
    proof: String,
}

/// Records returns. A file with a fault records nothing and says what is wrong in which row.
///
/// # Errors
/// [`Error::Invalid`] when the file as a whole cannot be read.
pub async fn import(services: &Services, ctx: &Ctx, id: WindowId, bytes: &[u8]) -> Result<Returned> {
    if bytes.len() > LARGEST {
        return Err(Error::invalid("file", "The file is larger than 10 MiB."));
    }
    let today = ctx.now.plus_seconds(86_400).day_in(&jiff::tz::TimeZone::UTC);
    let (rows, faults) = read(bytes, today).map_err(|sentence| Error::invalid("file", sentence))?;
    let rows = std::sync::Arc::new(rows);
    let guardian_below = services.config.guardian_below;
    let done = services
        .store
        .write(ctx, Act::new("consent.import"), move |tx| {
            let (rows, mut faults) = (std::sync::Arc::clone(&rows), faults.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let window = window(tx, &ctx, id).await?;
                let known: HashMap<String, Numbered> = consent::numbered(tx, id)
                    .await?
                    .into_iter()
                    .filter(|child| keeps(&ctx, window.district_id, child.school_id))
                    .map(|child| (child.number.clone(), child))
                    .collect();
                let mut returned = Returned::default();
                for row in rows.iter() {
                    let Some(child) = known.get(&row.number) else {
                        faults.push(format!(
                            "Row {}: “{}” is the number of no child in this window’s schools.",
                            row.row, row.number
                        ));
                        continue;
                    };
                    if !faults.is_empty() {
                        continue;
                    }
                    let word = Word {
                        status: if row.yes { ConsentStatus::Given } else { ConsentStatus::Refused },
                        by_role: ConsentBy::Guardian,
                        by_name: Private::new(row.by.clone()),
                        said_on: row.on,
                        method: "paper",
                        proof: row.proof.clone(),
                        erase: false,
                    };
                    say(tx, &window, child.child_id, child.birth_date, &word, guardian_below).await?;
                    if row.yes { returned.yes += 1 } else { returned.no += 1 }
                }
                tx.about("window", id.0);
                tx.detail(format!("{} yes, {} no", returned.yes, returned.no));
                match faults.is_empty() {
                    true => Ok(returned),
                    // Nothing of the file is kept: the whole unit of work is taken back with this error.
                    false => Err(Error::Conflict(faults.join("\n"))),
                }
            })
        })
        .await;
    match done {
        Err(Error::Conflict(lines)) if lines.starts_with("Row ") => {
            Ok(Returned { faults: lines.lines().map(str::to_owned).collect(), ..Returned::default() })
        }
        other => other,
    }
}

/// The rows that can be understood, and a sentence for each that cannot.
fn read(bytes: &[u8], latest: Day) -> std::result::Result<(Vec<Row>, Vec<String>), String> {
    let table = plain_table(bytes)?;
    let column =
        |names: &[&str]| table.header.iter().position(|heading| names.contains(&plain(heading).as_str()));
    let (Some(number), Some(answer), Some(date), Some(by)) =
        (column(NUMBER), column(ANSWER), column(DATE), column(BY))
    else {
        return Err("The headings must hold: number, answer, date, by.".to_owned());
    };
    let proof = column(PROOF);
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    let mut seen: HashMap<String, u32> = HashMap::new();
    for (row, cells) in &table.lines {
        let text = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let mut fault = |what: String| faults.push(format!("Row {row}: {what}"));
        let yes = match text(answer).to_lowercase().as_str() {
            "yes" | "y" | "given" | "agree" | "是" | "同意" => Some(true),
            "no" | "n" | "refused" | "withdrawn" | "disagree" | "否" | "不同意" => Some(false),
            other => {
                fault(format!("answer is “{other}”, need yes or no."));
                None
            }
        };
        let on = text(date).replace('/', "-").parse::<Day>().ok();
        match on {
            None => fault(format!("date is “{}”, need YYYY-MM-DD.", text(date))),
            Some(day) if day > latest => fault(format!("date {day} has not come yet.")),
            Some(_) => {}
        }
        if text(by).is_empty() {
            fault("nobody signed: need the guardian’s name.".to_owned());
        }
        if text(number).is_empty() {
            fault("need the district’s number of the child.".to_owned());
        } else if let Some(first) = seen.insert(text(number).to_owned(), *row) {
            fault(format!("“{}” stands in row {first} too.", text(number)));
        }
        if let (Some(yes), Some(on)) = (yes, on) {
            rows.push(Row {
                row: *row,
                number: text(number).to_owned(),
                yes,
                on,
                by: text(by).to_owned(),
                proof: proof.map_or_else(String::new, |at| text(at).to_owned()),
            });
        }
    }
    Ok((rows, faults))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn each_wrong_slip_is_named_by_its_row_and_right_ones_are_read() {
        let file = "Number;Answer;Date;By;Slip\n1;yes;2026-11-20;Ana Lin;folder 3\n2;maybe;2026-11-20;Bo;\n\
                    3;no;31.11.2026;Cy;\n4;no;2026-11-20;;\n;no;2026-11-20;Di;\n1;no;2026-11-20;Ed;\n\
                    5;yes;2027-11-20;Flo;\n";
        let (rows, faults) = read(file.as_bytes(), "2026-11-27".parse().unwrap()).unwrap();
        assert_eq!((rows[0].number.as_str(), rows[0].yes, rows[0].proof.as_str()), ("1", true, "folder 3"));
        assert_eq!(faults.len(), 6, "{faults:#?}");
        assert_eq!(faults[0], "Row 3: answer is “maybe”, need yes or no.");
        assert!(faults[4].ends_with("“1” stands in row 2 too."), "{}", faults[4]);
        assert!(read(b"a,b\n1,2\n", "2026-11-27".parse().unwrap()).is_err());
    }
}
