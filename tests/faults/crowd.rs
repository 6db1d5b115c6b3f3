//! Ten times more children than the server can take, with the load tool, as `cargo xtask figures` does it for minutes. How
//! much is still done, and how soon it is over, is said there: seconds beside a whole suite say nothing of it.

use std::process::Command;

use serde_json::Value;
use tests::executable;
use tests::place::Scratch;

#[test]
fn ten_times_too_many_are_put_off_politely_and_health_is_always_there_rel_12() {
    let folder = Scratch::new();
    let file = folder.path().join("figures.json");
    let mut load = Command::new(env!("CARGO_BIN_EXE_load"));
    // Few places, so that a short time at a slow build's rate is too much; four times as many as capacity is measured with.
    load.args([
        "--overload",
        "8",
        "--short",
        "--places",
        "48",
        "--at-once",
        "12",
        "--database",
        "sqlite",
        "--json",
    ])
    .arg(&file);
    let output = load.env("FIRSTLIGHT_BIN", executable()).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let figures: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let figure = &figures[0];
    let count = |name: &str| figure[name].as_u64().unwrap_or_else(|| panic!("{name}: {said}"));
    assert!(figure["statuses"]["503"].as_u64().is_some_and(|n| n > 0), "nobody was put off: {said}");
    assert_eq!((count("without_retry_after"), count("failed"), count("health_away")), (0, 0, 0), "{said}");
    assert!(count("left") > 0, "{said}");
}
