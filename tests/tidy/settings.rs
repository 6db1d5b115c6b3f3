//! Wall 9: every setting is in the docs.

use server::config::{SETTINGS, variable};

use crate::none;
use crate::repository::text;

#[test]
fn every_setting_stands_in_the_readme() {
    let readme = text("README.md");
    let names: Vec<(&str, String)> =
        SETTINGS.iter().map(|setting| (setting.name, variable(setting.name))).collect();
    assert!(!names.is_empty());
    none(undocumented(&readme, &names), "add the setting to the table in README.md");
}

/// Either spelling will do: `http.listen` or its environment variable, as code.
fn undocumented(readme: &str, names: &[(&str, String)]) -> Vec<String> {
    let stands = |name: &str| readme.contains(&format!("`{name}`")) || readme.contains(&format!("{name}="));
    names
        .iter()
        .filter(|(name, variable)| !stands(name) && !stands(variable))
        .map(|(name, _)| (*name).into())
        .collect()
}

#[test]
fn a_setting_without_docs_is_noticed() {
    let names =
        [("http.listen", "FIRSTLIGHT__HTTP__LISTEN".into()), ("keys.file", "FIRSTLIGHT__KEYS__FILE".into())];
    assert_eq!(undocumented("| `http.listen` | where |", &names), ["keys.file"]);
}
