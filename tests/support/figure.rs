//! What a test found, as `cargo xtask figures` collects it, and how large it is made there.

use std::io::Write;

/// A number from the environment, or that of the short form.
pub fn set(name: &str, short: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(short)
}

/// Adds a line to the file of figures, where `FIRSTLIGHT_FIGURES` names one.
pub fn figure(line: &serde_json::Value) {
    let Some(path) = std::env::var_os("FIRSTLIGHT_FIGURES") else { return };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    // In one piece: tests may run side by side.
    file.write_all(format!("{line}\n").as_bytes()).unwrap();
}
