//! The shipped definitions.
//!
//! To add an instrument: put `<id>.toml` and `<id>.cases.toml` into `instruments/` and its id into the list below.

use std::sync::LazyLock;

use crate::check::DefinitionError;
use crate::instrument::Instrument;

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

/// All shipped instruments, those without text included, in a fixed order. Read once.
pub fn all() -> &'static [Instrument] {
    &LIBRARY.instruments
}

/// A shipped instrument by its id.
///
/// ```
/// let gad = questionnaires::library::get("gad7").map(|gad| gad.title.as_str());
/// assert_eq!(gad, Some("Generalized Anxiety Disorder-7 (GAD-7)"));
/// ```
pub fn get(id: &str) -> Option<&'static Instrument> {
    LIBRARY.instruments.iter().find(|instrument| instrument.id == id)
}

/// What is wrong with shipped definitions. A test keeps this empty; a broken file is left out of [`all`] rather than
/// stopping the program.
pub fn faults() -> &'static [DefinitionError] {
    &LIBRARY.faults
}
