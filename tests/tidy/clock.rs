//! Wall 5: only `ctx.rs` reads the clock. Clippy's `disallowed-methods` holds it; here is what keeps clippy itself
//! from being talked out of it.

use crate::lexer::code;
use crate::none;
use crate::repository::{Source, sources, text};

#[test]
fn clippy_refuses_the_clock_and_only_ctx_is_excused() {
    for method in [
        "std::time::SystemTime::now",
        "jiff::Timestamp::now",
        "jiff::ZonedDateTime::now",
        "uuid::Uuid::now_v7",
    ] {
        assert!(
            text("clippy.toml").contains(&format!("\"{method}\"")),
            "clippy.toml no longer refuses {method}"
        );
    }
    let files = sources(&["questionnaires/src", "server/src", "app/src", "app/client/src"], &["rs"]);
    none(files.iter().flat_map(excused).collect(), "take the time from `ctx.now`");
}

fn excused(source: &Source) -> Vec<String> {
    if source.path == "server/src/ctx.rs" {
        return Vec::new();
    }
    let lint = ["disallowed", "_methods"].concat();
    source.lines(&code(&source.text), |line| line.contains(&lint).then(|| "allows itself the clock".into()))
}

#[test]
fn an_excuse_elsewhere_is_noticed() {
    let bad = "#[allow(clippy::disallowed_methods)]\nfn now() {}";
    assert_eq!(excused(&Source::new("server/src/services/x.rs", bad)).len(), 1);
    assert_eq!(excused(&Source::new("server/src/ctx.rs", bad)).len(), 0);
}
