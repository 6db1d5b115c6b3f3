//! The files of an export: one long table (a row for each answer), a wide one for each form (a row for each time it was
//! handed in) with the syntax that SPSS reads it by, and a manifest that says what all of it is.
//!
//! The columns follow the long format that screening platforms share (target, activity, version, item, response, score).
//! What would find a child again is not there: no id but the export's own, no school, no class, no day, and the language
//! of a form only where the child's language is told.

use questionnaires::instrument::Instrument;
use questionnaires::response::{Answer, Answers};
use questionnaires::validity::{Limits, Mark, marks, measure};
use serde::Serialize;

use super::classes::Description;
use super::spss;
use crate::spreadsheet::cell;

/// Not asked on purpose.
pub const NOT_SHOWN: i32 = -97;
/// Left out or declined.
pub const SKIPPED: i32 = -98;
/// No score could be given.
pub const NOT_SCORED: i32 = -99;
/// Longest time that is told, in minutes.
const LONGEST_MINUTES: f64 = 60.0;

/// A form of an export: an instrument in one version in one window.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    /// The window's name.
    pub window: &'a str,
    /// The month in which the window opened, `2026-03`.
    pub month: &'a str,
    /// What was asked.
    pub instrument: &'static Instrument,
}

/// A scale's result.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Scale {
    pub scale: String,
    pub value: Option<f64>,
    pub band: Option<String>,
}

/// One form as one person handed it in.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// The person's id in this export alone.
    pub person: &'a str,
    /// This form's id in this export alone.
    pub response: String,
    /// What is told of the person.
    pub told: Description,
    /// The words of the language that is told.
    pub language_told: Option<&'a str>,
    /// The language in which it was asked.
    pub asked_in: &'a str,
    /// From the first page to handing in.
    pub seconds: Option<f64>,
    /// Answers.
    pub answers: Answers,
    /// Results.
    pub scales: Vec<Scale>,
}

/// A column with what a statistics program wants to know of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub label: String,
    pub kind: Kind,
    /// Words of its codes.
    pub values: Vec<(i32, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text of at most so many letters.
    Text(u16),
    /// A number with so many decimals; codes below zero are missing ones.
    Number(u8),
}

impl Column {
    fn text(name: &str, label: &str, width: u16) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), kind: Kind::Text(width), values: Vec::new() }
    }
    fn number(name: String, label: &str, decimals: u8) -> Self {
        Self { name, label: label.to_owned(), kind: Kind::Number(decimals), values: Vec::new() }
    }
}

/// What stands before the answers, in both tables.
const ABOUT: [(&str, &str, u16); 11] = [
    ("student_pid", "Student, by an id of this export alone", 24),
    ("grade", "School grade, or three grades together; empty: not told", 16),
    ("sex", "Sex; empty: not told", 16),
    ("school_size", "Students of the school; empty: not told", 16),
    ("student_language", "Language of the student; empty: not told", 16),
    ("term", "Window", 200),
    ("term_month", "Month in which the window opened", 7),
    ("language", "Language of the form; empty: not told", 16),
    ("informant", "Who answered", 16),
    ("response_id", "This form, by an id of this export alone", 24),
    ("duration_min", "Minutes from the first page to handing in, at most 60", 0),
];

/// The head of the long table.
pub fn long_head() -> String {
    let about = ABOUT.map(|(name, ..)| name);
    let own = ["instrument", "instrument_version", "item_code", "answer_code", "answer_score"];
    format!("{}\r\n", about.into_iter().chain(own).collect::<Vec<_>>().join(","))
}

/// The rows of one form in the long table.
pub fn long_rows(form: &Form<'_>, record: &Record<'_>) -> String {
    let about = about(form, record);
    let instrument = form.instrument;
    let mut rows = String::new();
    for item in &instrument.items {
        let code = code_of(record.answers.get(&item.id));
        // What the choice counts, before any turning round within a scale.
        let choice = instrument.choices_of(item).iter().find(|choice| choice.code == code);
        let score = choice.map_or(NOT_SCORED, |choice| choice.score_value());
        let row = [&about, &cell(&instrument.id), &instrument.version.to_string(), &cell(&item.id)];
        rows.push_str(&row.map(String::as_str).join(","));
        rows.push_str(&format!(",{code},{score}\r\n"));
    }
    rows
}

/// The name of an instrument's wide table, without its ending.
pub fn wide_name(instrument: &Instrument) -> String {
    format!("wide_{}_v{}", instrument.id, instrument.version)
}

/// The head of an instrument's wide table.
pub fn wide_head(instrument: &Instrument) -> String {
    let names: Vec<String> = columns(instrument).into_iter().map(|c| c.name).collect();
    format!("{}\r\n", names.join(","))
}

/// The row of one form in the wide table.
pub fn wide_row(form: &Form<'_>, record: &Record<'_>, limits: &Limits) -> String {
    let instrument = form.instrument;
    let mut row = about(form, record);
    for item in &instrument.items {
        row.push_str(&format!(",{}", code_of(record.answers.get(&item.id))));
    }
    for scale in &instrument.scales {
        let found = record.scales.iter().find(|s| s.scale == scale.id);
        let value = found.and_then(|s| s.value).map_or(NOT_SCORED.to_string(), |v| v.to_string());
        let band = found.and_then(|s| s.band.as_deref()).unwrap_or_default();
        row.push_str(&format!(",{value},{}", cell(band)));
    }
    let marks = marks(&measure(instrument, &record.answers, record.seconds), limits);
    let words: Vec<&str> = marks.iter().map(|mark| mark_words(*mark)).collect();
    row.push_str(&format!(",{}\r\n", words.join(" ")));
    row
}

/// The syntax by which SPSS reads an instrument's wide table.
pub fn syntax(instrument: &Instrument) -> String {
    spss::syntax(&wide_name(instrument), &columns(instrument))
}

/// The columns of an instrument's wide table.
pub(super) fn columns(instrument: &Instrument) -> Vec<Column> {
    let mut columns: Vec<Column> = ABOUT
        .iter()
        .map(|(name, label, width)| match width {
            0 => Column::number((*name).to_owned(), label, 0),
            width => Column::text(name, label, *width),
        })
        .collect();
    for item in &instrument.items {
        let label = item.text.as_deref().unwrap_or(&item.id);
        let values = instrument
            .choices_of(item)
            .iter()
            .map(|choice| (choice.code, choice.label.clone().unwrap_or_else(|| choice.code.to_string())));
        let name = spss::name(&[&instrument.id, &item.id]);
        columns.push(Column { values: values.collect(), ..Column::number(name, label, 0) });
    }
    for scale in &instrument.scales {
        let name = |what: &str| spss::name(&[&instrument.id, &scale.id, what]);
        columns.push(Column::number(name("raw"), &format!("{}, score", scale.title), 2));
        columns.push(Column::text(&name("band"), &format!("{}, band", scale.title), 40));
    }
    columns.push(Column::text("validity", "Signs of careless answering", 80));
    columns
}

fn about(form: &Form<'_>, record: &Record<'_>) -> String {
    let told = record.told;
    let language = record.language_told.unwrap_or_default();
    // In another language than the child's, or at all: it would tell what is not told.
    let asked_in = if told.language.is_some() { record.asked_in } else { "" };
    let minutes = record
        .seconds
        .map_or(SKIPPED.to_string(), |s| (s / 60.0).round().clamp(0.0, LONGEST_MINUTES).to_string());
    [
        cell(record.person),
        told.grade.words(),
        told.sex.map(|sex| sex.as_str().to_owned()).unwrap_or_default(),
        told.size.map(|size| size.words().to_owned()).unwrap_or_default(),
        cell(language),
        cell(form.window),
        form.month.to_owned(),
        cell(asked_in),
        form.instrument.informant.as_str().to_owned(),
        cell(&record.response),
        minutes,
    ]
    .join(",")
}

fn code_of(answer: Answer) -> i32 {
    match answer {
        Answer::Code(code) => code,
        Answer::NotShown => NOT_SHOWN,
        Answer::Declined | Answer::Missing => SKIPPED,
    }
}

fn mark_words(mark: Mark) -> &'static str {
    match mark {
        Mark::TooFast => "too_fast",
        Mark::SameAnswer => "same_answer",
        Mark::ManyMissing => "many_missing",
        Mark::Contradiction => "contradiction",
    }
}

/// A file of an export, as the manifest lists it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct Listed {
    pub name: String,
    pub rows: u64,
    pub sha256: String,
}

/// An instrument of an export, as the manifest lists it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct Asked {
    pub window: String,
    pub month: String,
    pub instrument: String,
    pub version: u32,
    pub title: String,
    pub citation: String,
    pub copyright: String,
    pub licence: String,
}

/// What an export is.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct Manifest {
    /// The mark with which every id of this copy begins.
    pub mark: String,
    pub district: String,
    pub recipient: String,
    pub purpose: String,
    pub basis: String,
    pub asked_by: String,
    pub asked_on: String,
    pub approved_by: String,
    pub approved_on: String,
    pub program: String,
    /// How people are hidden among others.
    pub protection: Protection,
    pub missing_codes: [(i32, &'static str); 3],
    pub instruments: Vec<Asked>,
    pub files: Vec<Listed>,
    pub terms: [&'static str; 4],
}

/// How people are hidden among others.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct Protection {
    pub fewest_alike: usize,
    pub fewest_bands: usize,
    pub told: [&'static str; 4],
    pub students: u64,
    /// In words: a small number is not told.
    pub left_out: String,
    pub dates: &'static str,
}

/// What the codes below zero mean.
pub const MISSING: [(i32, &str); 3] =
    [(NOT_SHOWN, "not shown"), (SKIPPED, "skipped or declined"), (NOT_SCORED, "not scorable")];

/// What whoever gets the files must keep to.
pub const TERMS: [&str; 4] = [
    "For the purpose above only. Not to be given on.",
    "No attempt to find out who anybody is, and no linking with other data for that.",
    "A positive screen is not a diagnosis; a share of positive screens is not a share of ill students.",
    "Who is not in the data did not take part, withdrew, or was too rare to be described without being found.",
];

#[cfg(test)]
mod tests {
    use questionnaires::library;
    use questionnaires::response::{Answer, Answers};
    use questionnaires::validity::Limits;

    use super::{Form, Kind, Record, Scale, columns, long_head, long_rows, syntax, wide_head, wide_row};
    use crate::model::people::Sex;
    use crate::research::Size;
    use crate::research::classes::{Description, Grade};

    fn record(language: Option<u16>) -> Record<'static> {
        let answers: Answers = [("1", Answer::Code(2)), ("2", Answer::Declined)].into_iter().collect();
        Record {
            person: "K7Q2-00000001",
            response: "K7Q2-00000002".to_owned(),
            told: Description {
                grade: Grade::Three(7),
                sex: Some(Sex::Female),
                size: Some(Size::Small),
                language,
            },
            language_told: language.map(|_| "es"),
            asked_in: "es",
            seconds: Some(7_200.0),
            answers,
            scales: vec![Scale {
                scale: "total".to_owned(),
                value: Some(5.0),
                band: Some("mild".to_owned()),
            }],
        }
    }

    /// Comma by comma, without quotation marks in these.
    fn cells(line: &str) -> Vec<&str> {
        line.trim_end().split(',').collect()
    }

    #[test]
    fn a_row_of_each_table_has_the_columns_of_its_head_and_the_codes_of_what_is_missing_e6() {
        let instrument = library::get("phq9_teen").unwrap();
        let form = Form { window: "=Spring", month: "2026-03", instrument };
        let record = record(Some(0));
        let rows = long_rows(&form, &record);
        let head = cells(&long_head()).iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows.lines().count(), instrument.items.len());
        for line in rows.lines() {
            assert_eq!(cells(line).len(), head.len(), "{line}");
        }
        let first = rows.lines().next().unwrap();
        assert_eq!(
            first,
            "K7Q2-00000001,7-9,female,under 300,es,'=Spring,2026-03,es,student,K7Q2-00000002,60,phq9_teen,1,1,2,2"
        );
        assert!(rows.lines().nth(1).unwrap().ends_with(",2,-98,-99"), "declined: {rows}");
        let wide = wide_row(&form, &record, &Limits { most_missing: Some(0.5), ..Limits::default() });
        let (head, row) = (wide_head(instrument), cells(&wide));
        let head = cells(&head);
        assert_eq!(row.len(), head.len());
        let at = |name: &str| row[head.iter().position(|h| *h == name).unwrap()];
        assert_eq!((at("phq9_teen_1"), at("phq9_teen_2"), at("phq9_teen_3")), ("2", "-98", "-98"));
        assert_eq!((at("phq9_teen_total_raw"), at("phq9_teen_total_band")), ("5", "mild"));
        assert_eq!(at("validity"), "many_missing");
    }

    #[test]
    fn where_the_childs_language_is_not_told_the_language_of_its_form_is_not_either_prv_07() {
        let form =
            Form { window: "Spring", month: "2026-03", instrument: library::get("phq9_teen").unwrap() };
        assert!(!long_rows(&form, &record(None)).contains("es,"));
    }

    #[test]
    fn spss_reads_every_column_of_every_instrument_under_a_name_that_it_allows_e6() {
        let mut names = 0;
        for instrument in library::all() {
            let columns = columns(instrument);
            let text = syntax(instrument);
            for column in &columns {
                assert!(column.name.starts_with(|c: char| c.is_ascii_alphabetic()), "{}", column.name);
                assert!(column.name.len() <= 64 && !column.name.contains(' '), "{}", column.name);
                assert!(text.contains(&format!("\n  {} ", column.name)), "{}", column.name);
                names += 1;
            }
            let once: std::collections::BTreeSet<String> =
                columns.iter().map(|c| c.name.to_lowercase()).collect();
            assert_eq!(once.len(), columns.len(), "{}: SPSS knows no capitals", instrument.id);
            let numbers = columns.iter().filter(|c| matches!(c.kind, Kind::Number(_))).count();
            assert!(numbers > instrument.items.len());
            assert!(text.contains("(-97, -98, -99)") && text.trim_end().ends_with("EXECUTE."));
        }
        println!("{names} columns looked at");
    }
}
