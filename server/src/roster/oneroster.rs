//! OneRoster CSV archives, 1.1 and 1.2, as real programs write them: columns in any order, `ext_` columns, other
//! spellings of the same heading, demographics keyed by `userSourcedId`.

use std::collections::{BTreeMap, HashMap};

use super::check::{Found, Raw};
use super::{Fault, Field, Kind, Limits, Roster, text};
use crate::model::Day;

/// One file of the archive.
struct Table {
    header: Vec<String>,
    lines: Vec<(u32, Vec<String>)>,
}

impl Table {
    fn read(files: &BTreeMap<String, Vec<u8>>, name: &str) -> Result<Option<Self>, String> {
        let Some(bytes) = files.get(name) else { return Ok(None) };
        let (text, _) = text::decode(bytes).map_err(|why| format!("{name}: {why}"))?;
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let broken = |error| format!("{name} cannot be read: {error}.");
        let plain = |heading: &str| heading.trim_matches(['\u{feff}', ' ']).to_lowercase();
        let header = reader.headers().map_err(broken)?.iter().map(plain).collect();
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line);
            let cells = record.iter().map(|cell| cell.trim().to_owned()).collect();
            lines.push((u32::try_from(line).unwrap_or(u32::MAX), cells));
        }
        Ok(Some(Self { header, lines }))
    }

    fn need(files: &BTreeMap<String, Vec<u8>>, name: &str, columns: &[&[&str]]) -> Result<Self, String> {
        let table = Self::read(files, name)?.ok_or_else(|| format!("The archive has no {name}."))?;
        for spellings in columns {
            if table.column(spellings).is_none() {
                return Err(format!("{name} has no column {}.", spellings.first().unwrap_or(&"")));
            }
        }
        Ok(table)
    }

    fn column(&self, spellings: &[&str]) -> Option<usize> {
        spellings.iter().find_map(|name| self.header.iter().position(|h| h.eq_ignore_ascii_case(name)))
    }

    /// The active lines as the cells of these columns; a missing column or cell is empty.
    fn rows<'a, const N: usize>(
        &'a self,
        columns: [&[&str]; N],
    ) -> impl Iterator<Item = (u32, [&'a str; N])> {
        let at = columns.map(|spellings| self.column(spellings));
        let status = self.column(&["status"]);
        self.lines.iter().filter_map(move |(row, cells)| {
            let cell = |index: Option<usize>| index.and_then(|i| cells.get(i)).map_or("", String::as_str);
            (!cell(status).eq_ignore_ascii_case("tobedeleted")).then(|| (*row, at.map(cell)))
        })
    }
}

/// How well a class tells where a child belongs: its homeroom first, then the enrollment marked as primary.
fn rank(class_type: &str, primary: &str) -> u8 {
    u8::from(class_type.eq_ignore_ascii_case("homeroom")) * 2 + u8::from(primary.eq_ignore_ascii_case("true"))
}

pub(super) fn read(files: BTreeMap<String, Vec<u8>>, today: Day, limits: Limits) -> Result<Roster, String> {
    let orgs = Table::need(&files, "orgs.csv", &[&["sourcedId"], &["name"]])?;
    let users = Table::need(&files, "users.csv", &[&["sourcedId"], &["givenName"], &["familyName"]])?;
    let classes = Table::need(
        &files,
        "classes.csv",
        &[&["sourcedId"], &["title"], &["schoolSourcedId", "orgSourcedId"]],
    )?;
    let enrollments =
        Table::need(&files, "enrollments.csv", &[&["classSourcedId"], &["userSourcedId", "userId"]])?;
    let roles = Table::read(&files, "roles.csv")?;
    let demographics = Table::need(&files, "demographics.csv", &[&["birthDate"]]).map_err(|why| {
        format!("{why} Birth dates stand only there, and no child is asked without its age.")
    })?;
    if users.lines.len() > limits.rows {
        return Err(format!("users.csv has more than {} rows. Split it by school.", limits.rows));
    }

    let columns: [&[&str]; 4] = [&["sourcedId"], &["name"], &["type"], &["parentSourcedId"]];
    let orgs: HashMap<&str, [&str; 3]> =
        orgs.rows(columns).map(|(_, [id, name, kind, parent])| (id, [name, kind, parent])).collect();
    let schools: HashMap<&str, &str> = orgs.iter().map(|(id, [name, ..])| (*id, *name)).collect();
    let classes: HashMap<&str, [&str; 4]> = classes
        .rows([
            &["sourcedId"],
            &["title"],
            &["grades", "grade"],
            &["schoolSourcedId", "orgSourcedId"],
            &["classType"],
        ])
        .map(|(_, [id, title, grades, school, kind])| (id, [title, grades, school, kind]))
        .collect();
    let born: HashMap<&str, [&str; 2]> = demographics
        .rows([&["userSourcedId", "sourcedId"], &["birthDate"], &["sex"]])
        .map(|(_, [id, birth, sex])| (id, [birth, sex]))
        .collect();
    let in_role: Option<HashMap<&str, &str>> = roles.as_ref().map(|table| {
        table.rows([&["userSourcedId"], &["role"]]).map(|(_, [user, role])| (user, role)).collect()
    });
    let mut found = Found::default();
    let mut place: HashMap<&str, (u8, [&str; 4])> = HashMap::new();
    let columns: [&[&str]; 4] =
        [&["userSourcedId", "userId"], &["classSourcedId"], &["role"], &["primary", "isPrimary"]];
    for (row, [user, class, role, primary]) in enrollments.rows(columns) {
        if !(role.is_empty() || role.eq_ignore_ascii_case("student")) {
            continue;
        }
        let Some(class) = classes.get(class) else {
            found.faults.push(Fault::new(row, "enrollments.csv: classSourcedId", class, Kind::NotListed));
            continue;
        };
        let rank = rank(class[3], primary);
        if place.get(user).is_none_or(|(best, _)| rank > *best) {
            place.insert(user, (rank, *class));
        }
    }
    let columns: [&[&str]; 6] =
        [&["sourcedId"], &["identifier"], &["givenName"], &["familyName"], &["role"], &["grades", "grade"]];
    let mut staff = 0;
    for (row, [id, identifier, given, family, role, grades]) in users.rows(columns) {
        let role = in_role.as_ref().map_or(role, |roles| roles.get(id).copied().unwrap_or(role));
        let number = if identifier.is_empty() { id } else { identifier };
        match role.to_lowercase().as_str() {
            "student" => {}
            "administrator"
            | "aide"
            | "guardian"
            | "parent"
            | "proctor"
            | "relative"
            | "teacher"
            | "counselor"
            | "principal"
            | "siteadministrator"
            | "districtadministrator"
            | "systemadministrator" => {
                staff += 1;
                continue;
            }
            _ => {
                let fault = Fault::new(row, "users.csv: role", role, Kind::UnknownWord);
                let cells = vec![(Field::Number, "users.csv: identifier", number)];
                found.add(&Raw { row, cells }, Err(vec![fault]));
                continue;
            }
        }
        let [birth, sex] = born.get(id).copied().unwrap_or_default();
        let [class, class_grades, school, _] = place.get(id).map(|(_, class)| *class).unwrap_or_default();
        let grade = [grades, class_grades].into_iter().find(|g| !g.is_empty()).unwrap_or("");
        let grade = grade.split(',').next().unwrap_or_default().trim();
        let raw = Raw {
            row,
            cells: vec![
                (Field::Number, "users.csv: identifier", number),
                (Field::GivenName, "users.csv: givenName", given),
                (Field::FamilyName, "users.csv: familyName", family),
                (Field::BirthDate, "demographics.csv: birthDate", birth),
                (Field::Sex, "demographics.csv: sex", sex),
                (Field::School, "orgs.csv: name", schools.get(school).copied().unwrap_or("")),
                (Field::Class, "enrollments.csv: class of the child", class),
                (Field::Grade, "users.csv: grades", grade),
            ],
        };
        found.add(&raw, raw.check(today));
    }
    let version = if roles.is_some() { "1.2" } else { "1.1" };
    let mapping = [
        ("users.csv: identifier, else sourcedId", Field::Number),
        ("users.csv: givenName", Field::GivenName),
        ("users.csv: familyName", Field::FamilyName),
        ("demographics.csv: birthDate", Field::BirthDate),
        ("demographics.csv: sex", Field::Sex),
        ("orgs.csv: name", Field::School),
        ("classes.csv: title of the homeroom", Field::Class),
        ("users.csv: grades", Field::Grade),
    ];
    let mapping = mapping.map(|(heading, field)| (heading.to_owned(), Some(field))).into();
    let mut roster = found.finish(format!("OneRoster {version}"), mapping, staff);
    for (name, kind, parent) in orgs.values().map(|[name, kind, parent]| (*name, *kind, *parent)) {
        let above = above(&orgs, parent);
        if kind.eq_ignore_ascii_case("school") && !above.is_empty() {
            roster.areas.insert(name.to_owned(), above);
        }
    }
    Ok(roster)
}

/// The levels between an organisation and its district, the highest first. A district is what Firstlight serves; what
/// stands above it is none of its business. A file whose organisations lie in each other in a circle has no levels.
fn above(orgs: &HashMap<&str, [&str; 3]>, parent: &str) -> Vec<String> {
    let mut levels = Vec::new();
    let mut next = parent;
    while let Some([name, kind, parent]) = orgs.get(next) {
        if ["district", "state", "national"].iter().any(|top| kind.eq_ignore_ascii_case(top)) {
            break;
        }
        if levels.len() == 8 {
            return Vec::new();
        }
        levels.push((*name).to_owned());
        next = parent;
    }
    levels.reverse();
    levels
}
