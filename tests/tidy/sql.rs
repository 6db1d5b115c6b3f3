//! Wall 4: SQL stands in `store/` and `charts/`, a chart's SQL names only the scoped relation, and one file names a
//! database product.

use crate::lexer::{code, skeleton, strings, without_tests};
use crate::migrations::tables;
use crate::none;
use crate::repository::{Source, has_word, sources};

fn rust() -> Vec<Source> {
    sources(&["questionnaires/src", "server/src", "app/src", "app/client/src"], &["rs"])
}

fn may_hold_sql(path: &str) -> bool {
    path.starts_with("server/src/store/")
        || path.starts_with("server/src/charts/")
        || path == "server/src/store.rs"
}

#[test]
fn sql_stands_only_in_store_and_charts() {
    let files = rust();
    let others = files.iter().filter(|source| !may_hold_sql(&source.path));
    none(others.flat_map(queries).collect(), "move the query to server/src/store/ and call it by a verb");
}

fn queries(source: &Source) -> Vec<String> {
    let starts = [
        ("select ", " from "),
        ("insert into ", ""),
        ("update ", " set "),
        ("delete from ", ""),
        ("create table ", ""),
        ("alter table ", ""),
        ("drop table ", ""),
        ("with ", " as ("),
        ("pragma ", ""),
        ("savepoint ", ""),
    ];
    let is_query = |text: &str| {
        let text =
            text.split_whitespace().filter(|word| *word != "\\").collect::<Vec<_>>().join(" ").to_lowercase();
        starts.iter().any(|(start, later)| text.starts_with(start) && text.contains(later))
    };
    let text = without_tests(&source.text);
    let found = strings(text).into_iter().filter(|(_, string)| is_query(string));
    let mut breaches: Vec<String> =
        found.map(|(line, _)| format!("{}:{line}: a query", source.path)).collect();
    breaches
        .extend(source.lines(&skeleton(text), |line| has_word(line, "sqlx").then(|| "names sqlx".into())));
    breaches
}

#[test]
fn a_query_in_a_service_is_noticed() {
    let bad = "fn f() { run(\"select id\n from children\"); }\n// select a from b\nlet x = \"Select a class from the list\";";
    let breaches = queries(&Source::new("server/src/services/x.rs", bad));
    assert_eq!(breaches[0], "server/src/services/x.rs:1: a query");
    assert_eq!(queries(&Source::new("x.rs", "use sqlx::Row;")), ["x.rs:1: names sqlx"]);
    assert!(queries(&Source::new("x.rs", "\"Update your answers\"")).is_empty());
}

#[test]
fn only_the_backend_names_a_database_product() {
    let files = rust();
    let others = files.iter().filter(|source| {
        // The setting's own text must say which addresses it takes.
        !source.path.starts_with("server/src/store/backend") && !source.path.starts_with("server/src/config/")
    });
    none(others.flat_map(products).collect(), "make it a named helper in server/src/store/backend.rs");
}

fn products(source: &Source) -> Vec<String> {
    let code = code(without_tests(&source.text)).to_lowercase();
    let names = ["sqlite", "postgres", "pgpool", "pgrow", "mysql"];
    source.lines(&code, |line| {
        names.iter().find(|name| line.contains(*name)).map(|name| format!("names {name}"))
    })
}

#[test]
fn a_branch_on_the_database_is_noticed() {
    let bad = "/// SQLite, in a comment.\nif kind == Kind::Sqlite {}\n#[cfg(test)]\nmod postgres {}";
    assert_eq!(products(&Source::new("x.rs", bad)), ["x.rs:2: names sqlite"]);
}

#[test]
fn a_charts_query_names_only_the_scoped_relation() {
    let known: Vec<String> = tables("sqlite").into_keys().collect();
    let files = sources(&["server/src/charts"], &["rs"]);
    // mod.rs puts the scope in front, so it alone reads the tables.
    let charts = files.iter().filter(|source| source.path != "server/src/charts/mod.rs");
    none(charts.flat_map(|source| unscoped(source, &known)).collect(), "read the scoped relation instead");
}

fn unscoped(source: &Source, tables: &[String]) -> Vec<String> {
    let mut breaches = Vec::new();
    for (line, string) in strings(without_tests(&source.text)) {
        let words: Vec<&str> = string.split(|char: char| !char.is_alphanumeric() && char != '_').collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let read = words.windows(2).filter(|pair| pair[0] == "from" || pair[0] == "join");
        let read = read.filter(|pair| tables.iter().any(|table| table == pair[1]));
        breaches.extend(read.map(|pair| format!("{}:{line}: reads {}", source.path, pair[1])));
    }
    breaches
}

#[test]
fn a_chart_that_reads_a_table_is_noticed() {
    let chart = Source::new("server/src/charts/x.rs", "\"select n from scoped join children c on true\"");
    assert_eq!(unscoped(&chart, &["children".into()]), ["server/src/charts/x.rs:1: reads children"]);
}
