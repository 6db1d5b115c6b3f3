//! Files with something wrong: each is a clear fault on its row, or one sentence about the whole.

use super::{HEADER, Kind, MEI, archive, get, kinds, workbook};
use crate::roster::{Limits, grouped, read};

#[test]
fn each_wrong_cell_is_a_fault_with_row_column_and_what_is_needed_a_03() {
    let long = "x".repeat(300);
    let cases: &[(&str, Kind)] = &[
        (",Ana,Ng,2014-03-05,female,Hill School,6,6A", Kind::NumberMissing),
        ("1.23457E+18,Ana,Ng,2014-03-05,female,Hill School,6,6A", Kind::NumberRounded),
        ("\"1,23457E+18\",Ana,Ng,2014-03-05,female,Hill School,6,6A", Kind::NumberRounded),
        ("=1+1,Ana,Ng,2014-03-05,female,Hill School,6,6A", Kind::Formula),
        ("2,=HYPERLINK(1),Ng,2014-03-05,female,Hill School,6,6A", Kind::Formula),
        ("2,,Ng,2014-03-05,female,Hill School,6,6A", Kind::NameMissing),
        ("2,Ana,,2014-03-05,female,Hill School,6,6A", Kind::NameMissing),
        ("2,A\u{7}na,Ng,2014-03-05,female,Hill School,6,6A", Kind::ControlSign),
        ("2,Ana,Ng,,female,Hill School,6,6A", Kind::BirthMissing),
        ("2,Ana,Ng,31/02/2015,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,2015-02-31,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,2015-02-29,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,03/04/2015,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,42069,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,14-03-05,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,unknown,female,Hill School,6,6A", Kind::BirthNotADate),
        ("2,Ana,Ng,2027-01-01,female,Hill School,6,6A", Kind::BirthImplausible),
        ("2,Ana,Ng,1914-03-05,female,Hill School,6,6A", Kind::BirthImplausible),
        ("2,Ana,Ng,2024-12-01,female,Hill School,6,6A", Kind::BirthImplausible),
        ("2,Ana,Ng,2014-03-05,7,Hill School,6,6A", Kind::SexUnknown),
        ("2,Ana,Ng,2014-03-05,female,,6,6A", Kind::SchoolMissing),
        ("2,Ana,Ng,2014-03-05,female,Hill School,6,", Kind::ClassMissing),
        ("2,Ana,Ng,2014-03-05,female,Hill School,sixth,6A", Kind::GradeUnknown),
        ("2,Ana,Ng,2014-03-05,female,Hill School,14,6A", Kind::GradeUnknown),
        ("2,Ana,Ng,2014-03-05,female,Hill School,,Robins", Kind::GradeUnknown),
        ("2,Ana,Ng,2014-03-05,female", Kind::TooFewCells),
        ("2,Ana,Ng,2014-03-05,female,Hill School,6,6A,extra", Kind::TooManyCells),
        ("2,Ana,\"Ng,2014-03-05,female,Hill School,6,6A", Kind::TooFewCells),
        (&format!("2,{long},Ng,2014-03-05,female,Hill School,6,6A"), Kind::TooLong),
        (&format!("{long},Ana,Ng,2014-03-05,female,Hill School,6,6A"), Kind::TooLong),
    ];
    for (line, kind) in cases {
        assert_eq!(kinds(line), [*kind], "{line}");
    }
    println!("{} wrong lines, each named", cases.len());
}

#[test]
fn a_number_that_stands_twice_is_rejected_both_times_and_nobody_is_taken_for_the_other() {
    let twice = get(format!("{HEADER}{MEI}1001,Ana,Ng,2014-03-05,female,Hill School,6,6A\n")).unwrap();
    assert!(twice.pupils.is_empty());
    let rows: Vec<_> = twice.faults.iter().map(|f| (f.row, f.kind)).collect();
    assert_eq!(rows, [(2, Kind::NumberTwice), (3, Kind::NumberTwice)]);
}

#[test]
fn a_file_that_is_no_roster_is_one_sentence() {
    let bomb = archive(&[("users.csv", &vec![b' '; 101 << 20])]);
    assert!(bomb.len() < 1 << 20, "it packs small");
    let mut cut = archive(&[("users.csv", b"sourcedId\n")]);
    cut.truncate(cut.len() / 2);
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (Vec::new(), "empty"),
        (b"\n  \r\n".to_vec(), "empty"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old".to_vec(), "(.xls)"),
        (b"<html><body>Sign in</body></html>".to_vec(), "No row of headings"),
        (b"%PDF-1.7\n1 0 obj".to_vec(), "No row of headings"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02".to_vec(), ""),
        (MEI.as_bytes().to_vec(), "No row of headings"),
        (b"number,given name\n1,Ana\n".to_vec(), "no column for: name, birth date, school, class"),
        (HEADER.replace("birth date", "when").into_bytes(), "no column for: birth date"),
        (cut, "broken or was cut off"),
        (b"PK\x03\x04 and then nothing".to_vec(), "broken or was cut off"),
        (archive(&[("readme.txt", b"hello")]), "no users.csv"),
        (archive(&[("users.csv", b"sourcedId\n1\n")]), "no orgs.csv"),
        (bomb, "unpacks to more than 100 MiB"),
        (vec![b'a'; (10 << 20) + 1], "larger than 10 MiB"),
        ([HEADER.as_bytes(), b"2,A\xff\xfe\xfa,Ng"].concat(), ""),
        (workbook(&[&["Class list 2026"], &["", ""]]), "No row of headings"),
    ];
    for (bytes, words) in &cases {
        let head = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        match get(bytes) {
            Err(why) => assert!(why.contains(words), "{head}: {why}"),
            // What cannot be read as letters may still be taken for an old code page; then its row is at fault.
            Ok(roster) => assert!(words.is_empty() && roster.pupils.is_empty(), "{head} is taken"),
        }
    }
    println!("{} files that are no roster, each refused with a sentence", cases.len());
}

#[test]
fn formulas_and_rounded_numbers_of_a_workbook_are_named_by_the_row_that_the_spreadsheet_shows() {
    let header = &["number", "given name", "family name", "birth date", "sex", "school", "grade", "class"];
    let roster = get(workbook(&[
        header,
        &["#1001", "Mei", "Lin", "2014-03-05", "female", "Hill School", "#6", "6A"],
        &["=A2+1", "Ana", "Ng", "2014-03-05", "female", "Hill School", "#6", "6A"],
        &["#110101201403051234", "Ben", "Ode", "2014-03-05", "male", "Hill School", "#6", "6A"],
        &["#1004", "Eli", "Roy", "=TODAY()", "male", "Hill School", "#6", "6A"],
    ]))
    .unwrap();
    assert_eq!(roster.pupils[0].number, "1001");
    let faults: Vec<_> = roster.faults.iter().map(|f| (f.row, f.kind)).collect();
    assert!(faults.contains(&(3, Kind::Formula)), "{faults:?}");
    assert!(faults.contains(&(4, Kind::NumberRounded)), "{faults:?}");
    assert!(faults.contains(&(5, Kind::Formula)), "{faults:?}");
    assert_eq!(roster.pupils.len(), 1);
}

#[test]
fn a_stream_cut_at_the_limit_is_refused_and_a_file_cut_inside_a_row_rejects_that_row() {
    let line = "2,Ana,Ng,2014-03-05,female,Hill School,6,6A\n";
    let huge = format!("{HEADER}{}", line.repeat((10 << 20) / line.len() + 1));
    assert!(get(&huge).unwrap_err().contains("larger than 10 MiB"));
    let many = format!("{HEADER}{}", "1\n".repeat(60_000));
    assert!(get(&many).unwrap_err().contains("more than 50000 rows"));
    assert!(read(many.as_bytes(), super::today(), Limits::TERMINAL).is_ok());
    let cut = get(format!("{HEADER}{MEI}1002,Ana,Ng,2014-0")).unwrap();
    assert_eq!((cut.pupils.len(), cut.faults[0].kind), (1, Kind::TooFewCells));
}

#[test]
fn faults_are_grouped_by_what_to_fix_a_03() {
    let bad = "2,Ana,Ng,31/02/2015,female,Hill School,6,6A\n";
    let roster = get(format!("{HEADER}{}2,Ana,,2014-03-05,f,Hill School,6,6A\n", bad.repeat(12))).unwrap();
    let groups = grouped(&roster.faults);
    assert_eq!((groups[0].0, groups[0].1, groups[0].2.len()), (Kind::BirthNotADate, "birth date", 12));
    assert_eq!(
        groups[0].2[0].to_string(),
        "Row 2, birth date: found 31/02/2015, need a date that exists, YYYY-MM-DD"
    );
}

#[test]
fn rejected_rows_come_back_as_a_file_that_reads_again_once_mended_a_03() {
    let roster = get(format!(
        "{HEADER}{MEI}1002,Ana,Ng,31/02/2015,f,Hill School,6,6A\n1003,=1+1,Ng,2014-03-05,f,,6,6A\n\
         1004,Bo,Ng,2014-03-05,f,Hill School,6,6A\n1004,Cy,Ng,2014-03-05,f,Hill School,6,6A\n"
    ))
    .unwrap();
    assert_eq!((roster.pupils.len(), roster.rejected.len()), (1, 4));
    let file = roster.rejected_csv();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[0].ends_with("\"Row in the file\",\"Reason\""), "{}", lines[0]);
    assert!(
        lines[1].contains("birth date: found 31/02/2015, need a date that exists, YYYY-MM-DD"),
        "{}",
        lines[1]
    );
    assert!(lines[2].contains("\"'=1+1\""), "no cell is a formula: {}", lines[2]);
    let again = get(&file).unwrap();
    assert_eq!(again.rejected.len(), 4, "unmended, it is rejected again");
    let mended = file
        .replace("31/02/2015", "2015-02-28")
        .replace("'=1+1", "Eli")
        .replace("\"\",\"6\"", "\"Hill School\",\"6\"")
        .replacen("1004", "1005", 1);
    let mended = get(mended).unwrap();
    assert_eq!((mended.pupils.len(), mended.faults), (4, vec![]));
}
