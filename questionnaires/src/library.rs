//! The shipped definitions, and those that were imported under a licence and added at start.
//!
//! To add an instrument: put `<id>.toml` and `<id>.cases.toml` into `instruments/` and its id into the list below.

use std::sync::{LazyLock, PoisonError, RwLock};

use crate::check::DefinitionError;
use crate::instrument::{Availability, Instrument};

macro_rules! shipped {
    ($($id:ident),* $(,)?) => {
        /// Id and text of every shipped definition.
        const FILES: &[(&str, &str)] =
            &[$((stringify!($id), include_str!(concat!("../instruments/", stringify!($id), ".toml")))),*];
    };
}

shipped![
    // With text.
    phq9_teen,
    phq9,
    phq8,
    phq2,
    gad7,
    gad2,
    psc17_parent,
    psc17_youth,
    psc35_parent_6_18,
    psc35_parent_3_5,
    psc35_youth,
    cesdc,
    dass_y,
    k6,
    k10,
    who5,
    scwbs,
    rses_original,
    rses_umd_order,
    asq,
    yrbs_bullying,
    yrbs_sleep,
    checkin_6_7,
    // Keys only: the text waits for a compared copy, the owner's yes, or a school's own licence.
    dass21_adult,
    scared_child,
    scared_parent,
    scared5,
    smfq_child,
    smfq_parent,
    mfq_child,
    mfq_parent,
    kads6,
    loneliness_child3,
    sswq,
    cats_7_17,
    rcads25,
    rcads47,
    mssmhs,
    mht,
];

struct Library {
    instruments: Vec<Instrument>,
    faults: Vec<DefinitionError>,
}

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let mut library = Library { instruments: Vec::with_capacity(FILES.len()), faults: Vec::new() };
    for (id, text) in FILES {
        match crate::check::parse_and_check(&format!("instruments/{id}.toml"), text) {
            Ok(instrument) => library.instruments.push(instrument),
            Err(faults) => library.faults.extend(faults),
        }
    }
    library
});

/// Imported definitions, each version once and for ever: what was used once must stay scorable.
static ADDED: RwLock<Vec<&'static Instrument>> = RwLock::new(Vec::new());

/// Every version of every imported definition.
pub fn imported() -> Vec<&'static Instrument> {
    ADDED.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// All shipped instruments, those without text included, in a fixed order. Read once.
pub fn all() -> &'static [Instrument] {
    &LIBRARY.instruments
}

/// All that can be named: the shipped ones, a skeleton replaced by its imported text, then the other imported ones.
/// Of several imported versions the newest.
pub fn known() -> Vec<&'static Instrument> {
    let mut known: Vec<&'static Instrument> = all().iter().collect();
    for instrument in imported() {
        match known.iter_mut().find(|one| one.id == instrument.id) {
            Some(one) if one.availability == Availability::Licensed && one.version > instrument.version => {}
            Some(one) => *one = instrument,
            None => known.push(instrument),
        }
    }
    known
}

/// An instrument by its id: imported, or else shipped. Of several imported versions the newest.
///
/// ```
/// let gad = questionnaires::library::get("gad7").map(|gad| gad.title.as_str());
/// assert_eq!(gad, Some("Generalized Anxiety Disorder-7 (GAD-7)"));
/// ```
pub fn get(id: &str) -> Option<&'static Instrument> {
    let newest = ADDED
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .iter()
        .filter(|one| one.id == id)
        .max_by_key(|one| one.version)
        .copied();
    newest.or_else(|| LIBRARY.instruments.iter().find(|instrument| instrument.id == id))
}

/// An instrument in the very version that somebody answered.
pub fn get_version(id: &str, version: u32) -> Option<&'static Instrument> {
    let fits = |one: &&'static Instrument| one.id == id && one.version == version;
    let imported = ADDED.read().unwrap_or_else(PoisonError::into_inner).iter().copied().find(fits);
    imported.or_else(|| LIBRARY.instruments.iter().find(fits))
}

/// Adds an imported definition for the life of the program; adding the same one again changes nothing.
///
/// # Errors
/// A sentence, when it is not marked as licensed, or the same version of it is known with other content.
pub fn add(instrument: Instrument) -> Result<&'static Instrument, String> {
    if instrument.availability != Availability::Licensed {
        return Err(format!("{} has no licence statement; import it again and give one", instrument.id));
    }
    let mut added = ADDED.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(present) =
        added.iter().find(|one| one.id == instrument.id && one.version == instrument.version)
    {
        let differs = || {
            format!(
                "{} version {} is known already and differs; a used version never changes, so raise its version",
                instrument.id, instrument.version
            )
        };
        return (**present == instrument).then_some(*present).ok_or_else(differs);
    }
    // As long-lived as the shipped ones; a program imports a handful, once.
    let instrument: &'static Instrument = Box::leak(Box::new(instrument));
    added.push(instrument);
    Ok(instrument)
}

/// What is wrong with shipped definitions. A test keeps this empty; a broken file is left out of [`all`] rather than
/// stopping the program.
pub fn faults() -> &'static [DefinitionError] {
    &LIBRARY.faults
}
