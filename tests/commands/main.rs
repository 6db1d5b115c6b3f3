//! The command line, which scripts and analysts rely on.

mod instruments;

use serde_json::{Value, json};
use tests::{Database, Kind, firstlight, firstlight_with_input};

#[test]
fn score_answers_each_line_and_goes_on_after_a_bad_one() {
    let input = [
        json!({"instrument": "phq9_teen", "answers": [2, 2, 2, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0]}).to_string(),
        "this is no JSON".to_owned(),
        json!({"instrument": "no_such", "answers": [1]}).to_string(),
        json!({"instrument": "gad7", "answers": {"1": 3, "2": 3, "3": 3, "4": 3, "5": 3, "6": 3, "7": 3}})
            .to_string(),
    ]
    .join("\n");
    let outcome = firstlight_with_input(&["score"], &[], &input);
    let lines: Vec<Value> =
        outcome.out.lines().map(|l| serde_json::from_str(l).expect("a line of JSON")).collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        (&lines[0]["total"], &lines[0]["band"], &lines[0]["positive"]),
        (&json!(11), &json!("moderate"), &json!(true))
    );
    for bad in [1, 2] {
        assert_eq!(lines[bad]["line"], json!(bad + 1));
        assert!(lines[bad]["error"].is_string());
    }
    assert_eq!((&lines[3]["total"], &lines[3]["band"]), (&json!(21), &json!("severe")));
    assert_ne!(outcome.code, Some(0), "the exit status says that a line failed");
}

#[tokio::test]
async fn demo_is_the_same_for_a_seed_and_refuses_a_database_that_is_not_empty() {
    let mut made = Vec::new();
    for _ in 0..2 {
        let database = Database::empty(Kind::Sqlite).await;
        let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
        let file = folder.join("demo.json");
        let arguments = [
            "demo",
            "--seed",
            "5",
            "--schools",
            "3",
            "--students",
            "450",
            "--windows",
            "1",
            "--json",
            &file.to_string_lossy(),
        ];
        // The key file belongs to the database, so both calls are given the same one.
        let mut settings = database.settings();
        settings.push(("FIRSTLIGHT__DATA_DIR".to_owned(), folder.join("data").display().to_string()));
        firstlight(&arguments, &settings).succeeded();
        made.push(std::fs::read_to_string(&file).expect("the demo wrote its sign-ins"));
        let again = firstlight(&arguments, &settings);
        assert_eq!(again.code, Some(3), "{}", again.err);
        assert!(again.err.contains("not empty"), "{}", again.err);
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
    assert_eq!(made[0], made[1]);
    let demo: Value = serde_json::from_str(&made[0]).expect("JSON");
    let cards = demo["cards"].as_array().expect("cards");
    assert!(cards.len() >= 300, "{} cards", cards.len());
    for band in ["6–7", "8–10", "11–13", "14–18"] {
        assert!(cards.iter().any(|c| c["age_band"] == band), "no card for {band}");
    }
}

#[test]
fn config_check_prints_every_fault_at_once() {
    let settings = [
        ("FIRSTLIGHT__HTTP__LISTEN".to_owned(), "nowhere".to_owned()),
        ("FIRSTLIGHT__DATABASE__URL".to_owned(), "mysql://x".to_owned()),
        ("FIRSTLIGHT__HTTP__COLOUR".to_owned(), "blue".to_owned()),
    ];
    let outcome = firstlight(&["config", "check"], &settings);
    assert_eq!(outcome.code, Some(2));
    for name in ["http.listen", "database.url", "http.colour"] {
        assert!(outcome.err.contains(name), "{}", outcome.err);
    }
}

/// REL-22: the limit is raised by itself, and where that is not allowed fewer connections are taken, in one line.
#[test]
fn serve_raises_the_limit_of_open_files_or_says_how_many_connections_fit_rel_22() {
    let said = |limits: &str| {
        let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder).expect("a folder");
        // It ends by itself where it cannot listen, which it tries after everything else: the port is taken.
        let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = taken.local_addr().expect("an address").to_string();
        let script = format!("{limits}; exec '{}' serve", tests::executable().display());
        let out = std::process::Command::new("sh")
            .args(["-c", &script])
            .current_dir(&folder)
            .env("FIRSTLIGHT__HTTP__LISTEN", address)
            .output()
            .expect("sh runs");
        std::fs::remove_dir_all(&folder).expect("the folder can be removed");
        String::from_utf8_lossy(&out.stderr).into_owned()
    };
    let few = said("ulimit -n 300");
    let line = "300 open files are allowed, so 150 connections at once are taken instead of 8192";
    assert_eq!(few.matches(line).count(), 1, "{few}");
    let raised = said("ulimit -Sn 300");
    assert!(!raised.contains("300 open files"), "{raised}");
}

#[test]
fn roster_check_names_each_wrong_row_and_writes_the_faults_where_it_is_told_a_03() {
    let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (file, faults) = (folder.join("students.csv"), folder.join("faults.csv"));
    let text = "学籍号;姓名;性别;出生日期;学校;年级;班级\nG1;李梅;女;2014-03-05;第一小学;6;1班\n\
                =1+1;王强;男;31/02/2015;第一小学;6;1班\n";
    std::fs::write(&file, text).expect("the file can be written");
    let outcome =
        firstlight(&["roster", "check", &file.to_string_lossy(), "--faults", &faults.to_string_lossy()], &[]);
    assert_eq!(outcome.code, Some(4), "{}", outcome.err);
    for words in [
        "CSV, UTF-8, separated by semicolons",
        "1 student can be taken over",
        "Row 3, 出生日期: found 31/02/2015, need a date that exists, YYYY-MM-DD",
    ] {
        assert!(outcome.out.contains(words), "{}", outcome.out);
    }
    let written = std::fs::read_to_string(&faults).expect("the faults are written");
    assert!(written.contains("3,\"学籍号\",\"'=1+1\""), "{written}");
    std::fs::write(
        &file,
        text.replace("出生日期", "Born on").replace("31/02/2015", "2014-02-28").replace("=1+1", "G2"),
    )
    .expect("the file can be written");
    let odd = firstlight(&["roster", "check", &file.to_string_lossy()], &[]);
    assert!(odd.err.contains("There is no column for: birth date"), "{}", odd.err);
    let said =
        firstlight(&["roster", "check", &file.to_string_lossy(), "--column", "Born on=birth_date"], &[]);
    assert!(
        said.code == Some(0) && said.out.contains("2 students can be taken over"),
        "{}{}",
        said.out,
        said.err
    );
    std::fs::write(&file, "Dear school,\nthis is a letter.\n").expect("the file can be written");
    let outcome = firstlight(&["roster", "check", &file.to_string_lossy()], &[]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("No row of headings"), "{}", outcome.err);
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}

/// 54: counts beside those in force, and what there is where something is not.
#[tokio::test]
async fn rules_try_prints_what_other_settings_would_give_and_changes_nothing_54() {
    let database = Database::empty(Kind::Sqlite).await;
    let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
    let mut settings = database.settings();
    settings.push(("FIRSTLIGHT__DATA_DIR".to_owned(), folder.display().to_string()));
    let demo = ["demo", "--seed", "5", "--schools", "2", "--students", "200", "--windows", "2"];
    firstlight(&demo, &settings).succeeded();

    let tried = firstlight(
        &["rules", "try", "--set", "above_cutoff=off", "--set", "critical_unanswered=low"],
        &settings,
    );
    assert_eq!(tried.code, Some(0), "{}", tried.err);
    assert!(tried.err.contains(" children"), "how far it is: {}", tried.err);
    let line = |out: &str, name: &str| -> Vec<String> {
        let line =
            out.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {out}"));
        line.strip_prefix(name).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let all: Vec<i64> = line(&tried.out, "all").iter().take(2).map(|n| n.parse().expect("a count")).collect();
    assert!(all[1] < all[0], "without the cut-off there are fewer: {all:?}");
    assert_eq!(line(&tried.out, "all")[2], format!("-{}", all[0] - all[1]));
    let critical = line(&tried.out, "critical ");
    assert_eq!(critical[0], critical[1], "a critical answer stays one");
    let schools: i64 = ["Alder Community School", "Beech Community School"]
        .iter()
        .map(|name| line(&tried.out, name)[0].parse::<i64>().expect("a count"))
        .sum();
    assert_eq!(schools, all[0], "{}", tried.out);
    assert!(tried.out.contains("above_cutoff: as the clinical settings have it -> off"), "{}", tried.out);
    let again = firstlight(&["rules", "try", "--set", "above_cutoff=off"], &settings);
    assert_eq!(line(&again.out, "all")[0], all[0].to_string(), "nothing was set by the first");

    for (arguments, words) in [
        (["--set", "above_cutoff"], "rule=priority"),
        (["--set", "no_such=off"], "there are critical_unanswered"),
        (["--set", "critical_item=low"], "always needs a person"),
        (["--window", "Never"], "there are:"),
    ] {
        let refused = firstlight(&["rules", "try", arguments[0], arguments[1]], &settings);
        assert_eq!(refused.code, Some(1), "{}", refused.out);
        assert!(refused.err.contains(words), "{}", refused.err);
    }
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
}
