//! The README's figures stand between the markers that `cargo xtask figures --readme` fills.

use crate::none;
use crate::repository::text;

const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- /figures -->\n";

/// What is wrong with the table.
fn faults(readme: &str) -> Vec<String> {
    if readme.matches(BEGIN).count() != 1 || readme.matches(END).count() != 1 {
        return vec!["README.md: the markers of the figures stand there once each".to_owned()];
    }
    let table = readme.split_once(BEGIN).and_then(|(_, rest)| rest.split_once(END));
    let Some((table, _)) = table else {
        return vec!["README.md: the markers are the wrong way round".into()];
    };
    let mut lines = table.lines();
    let mut faults = Vec::new();
    if lines.next() != Some("| part | what | measured | goal | reached | at |") {
        faults.push("README.md: the table of figures has another head".to_owned());
    }
    // A row of another shape would not be found again by its part.
    let odd = lines.filter(|line| !(line.starts_with('|') && line.matches('|').count() == 7));
    faults.extend(odd.map(|line| format!("README.md: not a row of the figures: {line}")));
    faults
}

#[test]
fn the_readmes_figures_stand_between_markers_that_a_command_fills() {
    none(faults(&text("README.md")), "see `cargo xtask figures --readme`");
}

#[test]
fn a_missing_marker_and_a_foreign_row_are_noticed() {
    let head = "| part | what | measured | goal | reached | at |\n|---|---|---|---|---|---|\n";
    let row = "| rest | start | 40 ms | at most 200 ms | yes | abc |\n";
    assert!(faults(&format!("x\n{BEGIN}{head}{row}{END}y")).is_empty());
    assert_eq!(faults(&format!("x\n{BEGIN}{head}{row}y")).len(), 1);
    assert_eq!(faults(&format!("x\n{END}{head}{row}{BEGIN}y")).len(), 1);
    assert_eq!(faults(&format!("x\n{BEGIN}{head}words\n{END}y")).len(), 1);
    assert_eq!(faults(&format!("x\n{BEGIN}{row}{END}y")).len(), 1);
}
