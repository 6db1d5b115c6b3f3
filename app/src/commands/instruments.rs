//! `firstlight instruments`: what is shipped, what it says, and whether a definition can be used.

use questionnaires::{library, present};

use super::Stop;

/// Lists every instrument.
pub fn list() {
    print!("{}", present::list(library::all()));
}

/// Shows one instrument.
///
/// # Errors
/// When there is none of that id.
pub fn show(id: &str) -> Result<(), Stop> {
    let instrument = library::get(id).ok_or_else(|| {
        Stop::new(format!("no instrument '{id}'; 'firstlight instruments list' shows them all"))
    })?;
    print!("{}", present::show(instrument));
    Ok(())
}
