//! One drawing of each kind to the letter, in the folder `golden` beside this file: open them in a browser to see what a
//! change of the drawing code does. A wanted change is taken over with `FIRSTLIGHT_RENEW_GOLDEN=1`.

use std::path::Path;

use super::samples;
use crate::draw::Reading;

#[test]
fn every_kind_of_chart_is_drawn_as_its_golden_picture_shows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/draw/tests/golden");
    let renew = std::env::var_os("FIRSTLIGHT_RENEW_GOLDEN").is_some();
    let mut differ = Vec::new();
    // Plain ones of a common size; the extremes are looked at by their structure.
    const SHOWN: [&str; 8] =
        ["trend-mei", "bars-7", "plot-7", "participation", "grid-7-5", "intervals-7", "mix-7", "counts"];
    let shown = samples::all(Reading::Points).into_iter().filter(|(name, ..)| SHOWN.contains(&name.as_str()));
    for (name, figure, _) in shown {
        for (size, drawn) in [("wide", &figure.svg), ("narrow", &figure.svg_narrow)] {
            let file = folder.join(format!("{}-{size}.svg", name.replace(' ', "-")));
            if renew {
                std::fs::create_dir_all(&folder).expect("a folder");
                std::fs::write(&file, drawn).expect("written");
            }
            if std::fs::read_to_string(&file).ok().as_ref() != Some(drawn) {
                differ.push(file.display().to_string());
            }
        }
    }
    assert!(differ.is_empty(), "look at these, then renew them with FIRSTLIGHT_RENEW_GOLDEN=1: {differ:#?}");
}
