//! From cells to a child: each cell is taken or becomes a fault.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::sheet::Sheet;
use super::{Columns, Fault, Field, Kind, Limits, Pupil, Refusal, Rejected, Roster, columns};
use crate::model::Day;
use crate::model::people::Sex;

const LONGEST: usize = 200;

/// The values of one child before they are checked, with the column each came from.
#[derive(Debug, Default)]
pub(super) struct Raw<'a> {
    pub row: u32,
    pub cells: Vec<(Field, &'a str, &'a str)>,
}

impl<'a> Raw<'a> {
    fn get(&self, field: Field) -> Option<(&'a str, &'a str)> {
        self.cells.iter().find(|(known, ..)| *known == field).map(|(_, column, text)| (*column, *text))
    }

    fn column(&self, field: Field) -> &'a str {
        self.get(field).map_or(field.label(), |(column, _)| column)
    }

    fn text(&self, field: Field) -> &'a str {
        self.get(field).map_or("", |(_, text)| text)
    }

    /// The child, or everything that is wrong with the line.
    pub fn check(&self, today: Day) -> Result<Pupil, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |field: Field, kind| {
            faults.push(Fault::new(self.row, self.column(field), self.text(field), kind));
        };
        for (field, _, text) in &self.cells {
            if text.starts_with('=') {
                fault(*field, Kind::Formula);
            } else if text.chars().any(char::is_control) {
                fault(*field, Kind::ControlSign);
            } else if text.chars().count() > LONGEST {
                fault(*field, Kind::TooLong);
            }
        }
        let number = self.text(Field::Number);
        if number.is_empty() {
            fault(Field::Number, Kind::NumberMissing);
        } else if rounded(number) {
            fault(Field::Number, Kind::NumberRounded);
        }
        let (given, family) = self.name();
        let named = if self.get(Field::FullName).is_some() { Field::FullName } else { Field::GivenName };
        if given.is_empty() || family.is_empty() {
            let missing =
                if given.is_empty() || named == Field::FullName { named } else { Field::FamilyName };
            fault(missing, Kind::NameMissing);
        }
        let written = self.text(Field::BirthDate);
        let birth = date(written);
        match birth {
            None if written.is_empty() => fault(Field::BirthDate, Kind::BirthMissing),
            None => fault(Field::BirthDate, Kind::BirthNotADate),
            Some(day) if day > today || !(3..=25).contains(&today.age_of(day)) => {
                fault(Field::BirthDate, Kind::BirthImplausible);
            }
            Some(_) => {}
        }
        let sex = sex(self.text(Field::Sex));
        if sex.is_none() {
            fault(Field::Sex, Kind::SexUnknown);
        }
        if self.text(Field::School).is_empty() {
            fault(Field::School, Kind::SchoolMissing);
        }
        let class = self.text(Field::Class);
        if class.is_empty() {
            fault(Field::Class, Kind::ClassMissing);
        }
        let in_words = self.text(Field::Grade);
        let grade = if in_words.is_empty() { grade(class) } else { grade(in_words) };
        if grade.is_none() && !(in_words.is_empty() && class.is_empty()) {
            fault(Field::Grade, Kind::GradeUnknown);
        }
        match (birth, sex, grade) {
            (Some(birth_date), Some(sex), Some(grade)) if faults.is_empty() => Ok(Pupil {
                row: self.row,
                number: number.to_owned(),
                given_name: given.into(),
                family_name: family.into(),
                birth_date,
                sex,
                school: self.text(Field::School).to_owned(),
                class: class_name(class, grade),
                grade,
            }),
            _ => Err(faults),
        }
    }

    fn name(&self) -> (String, String) {
        let (given, family) = (self.text(Field::GivenName), self.text(Field::FamilyName));
        if given.is_empty() && family.is_empty() {
            split_name(self.text(Field::FullName))
        } else {
            (given.to_owned(), family.to_owned())
        }
    }
}

/// Checks every line of a sheet.
pub(super) fn sheet(
    sheet: Sheet,
    today: Day,
    limits: Limits,
    said: Option<&Columns>,
) -> Result<Roster, Refusal> {
    let fields = match said {
        Some(said) => {
            if let Some(field) = said.twice() {
                let sentence =
                    format!("Two columns are said to be the {}. Choose one.", field.label().to_lowercase());
                return Err(Refusal { sentence, header: sheet.header });
            }
            let said = said.0.iter().copied().chain(std::iter::repeat(None));
            sheet.header.iter().zip(said).map(|(_, field)| field).collect()
        }
        None => columns::guess(&sheet.header),
    };
    let has = |field| fields.contains(&Some(field));
    let named = has(Field::FullName) || (has(Field::GivenName) && has(Field::FamilyName));
    let needed = [
        (has(Field::Number), "district number"),
        (named, "name"),
        (has(Field::BirthDate), "birth date"),
        (has(Field::School), "school"),
        (has(Field::Class), "class"),
    ];
    let missing: Vec<_> = needed.iter().filter(|(there, _)| !there).map(|(_, name)| *name).collect();
    if !missing.is_empty() {
        let sentence = format!(
            "There is no column for: {}. The headings are: {}.",
            missing.join(", "),
            sheet.header.iter().filter(|h| !h.is_empty()).cloned().collect::<Vec<_>>().join(", ")
        );
        return Err(Refusal { sentence, header: sheet.header });
    }
    if sheet.lines.len() > limits.rows {
        return Err(format!("The file has more than {} rows. Split it by school.", limits.rows).into());
    }
    let last = sheet.lines.len().saturating_sub(1);
    let mut found = Found::default();
    for (index, (row, cells)) in sheet.lines.iter().enumerate() {
        let raw = Raw {
            row: *row,
            cells: fields
                .iter()
                .zip(&sheet.header)
                .zip(cells)
                .filter_map(|((field, heading), cell)| field.map(|f| (f, heading.as_str(), cell.as_str())))
                .collect(),
        };
        let width = if sheet.cut_off && index == last {
            Some(Kind::TooFewCells)
        } else {
            match cells.len().cmp(&sheet.header.len()) {
                std::cmp::Ordering::Less => Some(Kind::TooFewCells),
                std::cmp::Ordering::Greater if cells[sheet.header.len()..].iter().any(|c| !c.is_empty()) => {
                    Some(Kind::TooManyCells)
                }
                _ => None,
            }
        };
        let checked = match width {
            Some(kind) => {
                let found = format!("{} of {} cells", cells.len(), sheet.header.len());
                Err(vec![Fault::new(*row, "the whole row", &found, kind)])
            }
            None => raw.check(today),
        };
        found.add(&raw, checked);
    }
    let mapping = sheet.header.into_iter().zip(fields).collect();
    Ok(found.finish(sheet.format, mapping, 0))
}

/// What has been read so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    pupils: Vec<Pupil>,
    pub faults: Vec<Fault>,
    rejected: Vec<Rejected>,
}

impl Found {
    /// Adds one line.
    pub fn add(&mut self, raw: &Raw<'_>, checked: Result<Pupil, Vec<Fault>>) {
        match checked {
            Ok(pupil) => self.pupils.push(pupil),
            Err(faults) => {
                self.faults.extend(faults);
                let cells = raw.cells.iter().map(|(field, _, text)| (*field, (*text).to_owned())).collect();
                self.rejected.push(Rejected { row: raw.row, cells });
            }
        }
    }

    /// Rejects numbers that stand twice (all of them: which one is right is not ours to guess) and closes the list.
    pub fn finish(mut self, format: String, mapping: Vec<(String, Option<Field>)>, staff: usize) -> Roster {
        let mut times: HashMap<String, u32> = HashMap::new();
        for number in self.pupils.iter().map(|p| &p.number) {
            *times.entry(number.clone()).or_default() += 1;
        }
        let column = mapping
            .iter()
            .find(|(_, field)| *field == Some(Field::Number))
            .map_or(Field::Number.label().to_owned(), |(heading, _)| heading.clone());
        let (faults, rejected) = (&mut self.faults, &mut self.rejected);
        self.pupils.retain(|pupil| {
            let once = times.get(&pupil.number) == Some(&1);
            if !once {
                faults.push(Fault::new(pupil.row, &column, &pupil.number, Kind::NumberTwice));
                rejected.push(Rejected::of(pupil));
            }
            once
        });
        self.faults.sort_by_key(|fault| fault.row);
        self.rejected.sort_by_key(|line| line.row);
        let (pupils, faults, rejected) = (self.pupils, self.faults, self.rejected);
        Roster { format, mapping, pupils, faults, rejected, staff, areas: BTreeMap::new() }
    }
}

/// `1.23E+18`: a long number that a spreadsheet has shortened.
fn rounded(number: &str) -> bool {
    let Some((front, power)) = number.split_once(['E', 'e']) else { return false };
    let digits =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b"+.,".contains(&b));
    let long = power.trim_start_matches('+').parse::<u8>().is_ok_and(|power| power >= 15);
    digits(front) && digits(power) && (front.contains(['.', ',']) || power.starts_with('+') || long)
}

/// A date in an order that cannot be misread: year first.
fn date(text: &str) -> Option<Day> {
    let text = text.split(['T', ' ']).next().unwrap_or_default().trim_end_matches('日');
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [whole] if whole.len() == 8 && digits(whole) => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    if ![year, month, day].iter().all(|part| digits(part)) {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().map(Day)
}

fn sex(text: &str) -> Option<Sex> {
    Some(match text.to_lowercase().as_str() {
        "female" | "f" | "girl" | "w" | "女" | "女性" => Sex::Female,
        "male" | "m" | "boy" | "男" | "男性" => Sex::Male,
        "other" | "x" | "diverse" | "non-binary" | "其他" => Sex::Other,
        "" | "unknown" | "u" | "未知" => Sex::Unknown,
        _ => return None,
    })
}

/// `5`, `05`, `Grade 5`, `5B`, `KG`, `五年级`, `初二`, `高三`.
fn grade(text: &str) -> Option<i64> {
    const DIGITS: &str = "零一二三四五六七八九";
    let chinese = |c: char| DIGITS.chars().position(|d| d == c).and_then(|n| i64::try_from(n).ok());
    let plain = text.to_lowercase();
    if matches!(plain.as_str(), "k" | "kg" | "kindergarten" | "reception" | "pk" | "prek") {
        return Some(0);
    }
    let digits: String =
        text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    let grade = if digits.is_empty() {
        let mut signs = text.chars();
        match (signs.next()?, signs.next()) {
            ('初', Some(year)) => 6 + chinese(year).filter(|n| (1..=3).contains(n))?,
            ('高', Some(year)) => 9 + chinese(year).filter(|n| (1..=3).contains(n))?,
            (year, Some('年')) => chinese(year)?,
            _ => return None,
        }
    } else {
        digits.parse().ok()?
    };
    (0..=13).contains(&grade).then_some(grade)
}

/// A class's name is its school's own: one that does not tell the grade (`1班`) gets it in front.
fn class_name(class: &str, grade: i64) -> String {
    let digits: String =
        class.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    // `12班` is the twelfth class of a grade, also in grade 12.
    let counted = class.strip_suffix('班').is_some_and(|number| number == digits);
    let tells = !counted && (digits.is_empty() || digits.parse() == Ok(grade));
    if tells { class.to_owned() } else { format!("{grade}-{class}") }
}

/// Given and family name of a whole name.
fn split_name(name: &str) -> (String, String) {
    const DOUBLE: &[&str] =
        &["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯"];
    if let Some((family, given)) = name.split_once([',', '，']) {
        return (given.trim().to_owned(), family.trim().to_owned());
    }
    if let Some((given, family)) = name.rsplit_once(' ') {
        return (given.trim().to_owned(), family.to_owned());
    }
    let han = |c: char| ('\u{3400}'..='\u{9fff}').contains(&c);
    if !name.chars().all(han) {
        return (name.to_owned(), String::new());
    }
    let signs: Vec<char> = name.chars().collect();
    let double = signs.len() > 2 && DOUBLE.iter().any(|family| name.starts_with(family));
    let (family, given) = signs.split_at(if double { 2 } else { signs.len().min(1) });
    (given.iter().collect(), family.iter().collect())
}
