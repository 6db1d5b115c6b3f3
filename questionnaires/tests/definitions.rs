//! What the parser refuses, with line and a sentence to act on.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use questionnaires::check::parse_and_check;

/// A small sound definition; each test spoils one thing.
const SOUND: &str = r#"id = "mood"
version = 1
title = "Mood"
short_title = "Mood"
informant = "student"
ages = { min = 8, max = 12 }
polarity = "higher_worse"
availability = "licensed"
language = "en"
copyright = "© A. Owner"
citation = "Owner A. 2020."

[licence]
class = ["restricted"]
terms = "By permission."
permission = "A. Owner to the district, 1 May 2026"

[positive]
basis = "published"
scale = "total"

[choices]
often = [
    { code = 0, label = "Never" },
    { code = 1, label = "Sometimes" },
    { code = 2, label = "Often" },
]

[[items]]
id = "1"
text = "I feel sad"
choices = "often"

[[items]]
id = "2"
text = "I feel fine"
choices = "often"

[[scales]]
id = "total"
title = "Total"
items = ["1", "2"]
reverse = ["2"]
missing = { rule = "prorate", max_missing = 1, basis = "policy" }
cut_in_use = "ge3"
bands = [
    { id = "low", label = "Low", min = 0, max = 2 },
    { id = "high", label = "High", min = 3, max = 4 },
]
cuts = [{ id = "ge3", at_least = 3, source = "Owner 2020" }]

[[critical]]
item = "1"
at_least = 2
meaning = "Often sad"
source = "Owner 2020"
"#;

/// Line and message of the first fault after replacing `from` by `to`.
fn fault(from: &str, to: &str) -> (usize, String) {
    assert!(SOUND.contains(from), "{from}");
    let faults = parse_and_check("mood.toml", &SOUND.replacen(from, to, 1)).unwrap_err();
    assert_eq!(faults[0].file, "mood.toml");
    (faults[0].line, faults[0].message.clone())
}

fn line_of(part: &str) -> usize {
    SOUND.lines().position(|line| line.contains(part)).unwrap() + 1
}

#[test]
fn the_sound_definition_is_accepted() {
    let mood = parse_and_check("mood.toml", SOUND).unwrap();
    assert!(mood.is_offerable());
    assert_eq!(mood.range("total"), Some((0.0, 4.0)));
}

#[test]
fn an_unknown_field_is_an_error_with_its_line() {
    let (line, message) = fault("title = \"Mood\"", "title = \"Mood\"\ntopic = \"sadness\"");
    assert_eq!(line, 4);
    assert!(message.contains("unknown field `topic`"), "{message}");
    let (line, message) = fault("reverse = [\"2\"]", "reversed = [\"2\"]");
    assert_eq!(line, line_of("reverse = "));
    assert!(message.contains("unknown field `reversed`"), "{message}");
}

#[test]
fn a_missing_field_and_broken_toml_are_told_apart() {
    let (_, message) = fault("citation = \"Owner A. 2020.\"\n", "");
    assert!(message.contains("missing field `citation`"), "{message}");
    let (line, _) = fault("[licence]", "[licence");
    assert_eq!(line, line_of("[licence]"));
}

#[test]
fn keys_must_name_items() {
    let (line, message) = fault("items = [\"1\", \"2\"]", "items = [\"1\", \"3\"]");
    assert_eq!(line, line_of("items = [\"1\", \"2\"]"));
    assert!(message.contains("“3” is not the id of an item"), "{message}");
    assert!(fault("item = \"1\"", "item = \"7\"").1.contains("“7” is not the id of an item"));
}

#[test]
fn bands_must_cover_the_range_without_gap_or_overlap() {
    let (line, message) = fault("max = 2 }", "max = 1 }");
    assert_eq!(line, line_of("bands = ["));
    assert!(message.contains("without gap or overlap"), "{message}");
    assert!(fault("min = 3, max = 4", "min = 2, max = 4").1.contains("without gap or overlap"));
    assert!(fault("min = 3, max = 4", "min = 3, max = 5").1.contains("ends at 4 but its last band at 5"));
    assert!(fault("min = 0, max = 2", "min = 1, max = 2").1.contains("starts at 0 but its first band at 1"));
}

#[test]
fn cut_offs_must_exist_lie_in_range_and_point_the_right_way() {
    assert!(fault("cut_in_use = \"ge3\"", "cut_in_use = \"ge4\"").1.contains("not among the cut-offs"));
    assert!(fault("at_least = 3", "at_least = 9").1.contains("outside the scale's range 0–4"));
    assert!(fault("at_least = 3", "at_most = 3").1.contains("points the other way"));
    assert!(fault("at_least = 3, source", "source").1.contains("needs either at_least or at_most"));
    assert!(fault("cut_in_use = \"ge3\"\n", "").1.contains("needs cut_in_use"));
}

#[test]
fn missing_rules_need_a_limit_that_leaves_something() {
    assert!(fault("max_missing = 1, ", "").1.contains("say how many answers may be missing"));
    assert!(fault("max_missing = 1", "max_missing = 2").1.contains("at least one answer must be there"));
    let (_, message) = fault("missing = {", "weights = { \"1\" = 3 }\nmissing = {");
    assert!(message.contains("cannot be prorated") || message.contains("ends at"), "{message}");
}

#[test]
fn ids_and_codes_stand_once() {
    assert!(fault("id = \"2\"", "id = \"1\"").1.contains("stands twice"));
    assert!(fault("code = 2", "code = 1").1.contains("code 1 stands twice"));
    assert!(fault("id = \"mood\"", "id = \"My Mood\"").1.contains("small letters"));
    assert!(fault("choices = \"often\"", "choices = \"seldom\"").1.contains("not defined; there are often"));
}

#[test]
fn no_definition_without_terms_and_a_recorded_permission() {
    let (line, message) = fault("permission = \"A. Owner to the district, 1 May 2026\"\n", "");
    assert_eq!(line, line_of("[licence]"));
    assert!(message.contains("needs a recorded permission"), "{message}");
    assert!(fault("terms = \"By permission.\"", "terms = \" \"").1.contains("licence/terms is empty"));
    assert!(
        fault("availability = \"licensed\"", "availability = \"import_only\"")
            .1
            .contains("may not be given out")
    );
}

#[test]
fn scales_may_nest_but_not_in_circles() {
    let nested = SOUND.to_owned()
        + "\n[[scales]]\nid = \"double\"\ntitle = \"Double\"\nscales = [\"total\"]\nweights = { total = 2 }\n\
           missing = { rule = \"complete\", basis = \"policy\" }\n";
    let mood = parse_and_check("mood.toml", &nested).unwrap();
    assert_eq!(mood.range("double"), Some((0.0, 8.0)));
    let circle = nested.replace("items = [\"1\", \"2\"]\nreverse = [\"2\"]", "scales = [\"double\"]");
    let faults = parse_and_check("mood.toml", &circle).unwrap_err();
    assert!(faults[0].message.contains("in a circle"), "{}", faults[0]);
}

#[test]
fn several_faults_are_reported_together_in_order_of_lines() {
    let spoiled = SOUND
        .replace("max = 2 }", "max = 1 }")
        .replace("at_least = 3,", "at_least = 30,")
        .replace("version = 1", "version = 0");
    let faults = parse_and_check("mood.toml", &spoiled).unwrap_err();
    assert_eq!(faults.len(), 3);
    assert!(faults.windows(2).all(|pair| pair[0].line <= pair[1].line));
    assert!(faults[0].to_string().starts_with("mood.toml:2: versions count from 1"));
}
