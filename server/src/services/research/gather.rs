//! Who is in an export, and what is told of each.

use std::collections::BTreeMap;

use questionnaires::instrument::Instrument;
use questionnaires::library;

use crate::model::{AdministrationId, ChildId, Day, WindowId};
use crate::research::classes::{Description, describe};
use crate::research::{Person, Size};
use crate::store::{Conn, research as stored};
use crate::{Error, Result};

/// Fewest schools of one size before it is told how large a person's school is.
const SCHOOLS_ALIKE: usize = 3;

/// A form that is asked in a window of the export.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The window's place among those of the export.
    pub window: usize,
    pub instrument: &'static Instrument,
}

/// A person with the forms that it handed in, each with its place among all forms.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub child: ChildId,
    pub told: Description,
    pub forms: Vec<(u16, AdministrationId)>,
}

/// Everybody.
#[derive(Clone, Debug)]
pub(super) struct People {
    /// Those of whom something is told.
    pub told: Vec<Told>,
    /// How many are left out.
    pub left_out: usize,
    pub forms: Vec<Asked>,
    /// Languages by number.
    pub languages: Vec<String>,
}

impl People {
    /// How many are described.
    pub fn described(&self) -> usize {
        self.told.len()
    }
}

/// The number of a word; a new word gets the next one.
fn number(words: &mut Vec<String>, word: &str) -> Result<u16> {
    let at = words.iter().position(|known| known == word).unwrap_or_else(|| {
        words.push(word.to_owned());
        words.len() - 1
    });
    u16::try_from(at)
        .map_err(|_| Error::Conflict("There are too many languages and bands to export.".to_owned()))
}

/// Reads school by school who handed in what, and decides what may be told of each.
pub(super) async fn people(conn: &mut Conn, windows: &[(WindowId, String, Day)]) -> Result<People> {
    let mut found: BTreeMap<ChildId, (Person, Vec<(u16, AdministrationId)>)> = BTreeMap::new();
    let mut forms: Vec<Asked> = Vec::new();
    let (mut languages, mut scales, mut bands): (Vec<String>, Vec<String>, Vec<String>) = Default::default();
    for (at, (window, ..)) in windows.iter().enumerate() {
        let schools = stored::schools(conn, *window).await?;
        let sizes: Vec<Size> =
            schools.iter().map(|(_, n)| Size::of(u64::try_from(*n).unwrap_or(0))).collect();
        for ((school, _), size) in schools.iter().zip(&sizes) {
            let alike = sizes.iter().filter(|other| *other == size).count();
            let size = (alike >= SCHOOLS_ALIKE).then_some(*size);
            for row in stored::handed_in(conn, *window, *school).await? {
                let form = form_of(&mut forms, at, &row)?;
                let language = number(&mut languages, &row.language)?;
                let new = Person {
                    grade: row.grade,
                    sex: row.sex,
                    size,
                    language,
                    forms: Vec::new(),
                    bands: Vec::new(),
                };
                let (person, own) = found.entry(row.child).or_insert_with(|| (new, Vec::new()));
                // Windows come oldest first: the last one says where the child is.
                (person.grade, person.size) = (row.grade, size);
                if let Some((scale, band)) = row.scale.as_deref().zip(row.band.as_deref()) {
                    let scale = number(&mut scales, &format!("{form} {scale}"))?;
                    person.bands.push((scale, number(&mut bands, band)?));
                }
                if own.last().is_none_or(|(_, last)| *last != row.form) {
                    person.forms.push(form);
                    own.push((form, row.form));
                }
            }
        }
    }
    let mut people = Vec::with_capacity(found.len());
    let mut owners = Vec::with_capacity(found.len());
    for (child, (mut person, own)) in found {
        person.forms.sort_unstable();
        people.push(person);
        owners.push((child, own));
    }
    let descriptions = describe(&people);
    let left_out = descriptions.iter().filter(|d| d.is_none()).count();
    let told = owners.into_iter().zip(descriptions);
    let told = told.filter_map(|((child, forms), told)| Some(Told { child, told: told?, forms })).collect();
    Ok(People { told, left_out, forms, languages })
}

/// The place of a form among all of them.
fn form_of(forms: &mut Vec<Asked>, window: usize, row: &stored::HandedIn) -> Result<u16> {
    let version = u32::try_from(row.version).unwrap_or(0);
    let known = |f: &Asked| {
        f.window == window && f.instrument.id == row.instrument && f.instrument.version == version
    };
    let at = match forms.iter().position(known) {
        Some(at) => at,
        None => {
            let instrument = library::get_version(&row.instrument, version).ok_or_else(|| {
                Error::Conflict(format!(
                    "{} in version {version} is not known here any more: import its definition again.",
                    row.instrument
                ))
            })?;
            forms.push(Asked { window, instrument });
            forms.len() - 1
        }
    };
    u16::try_from(at).map_err(|_| Error::Conflict("There are too many forms to export at once.".to_owned()))
}
