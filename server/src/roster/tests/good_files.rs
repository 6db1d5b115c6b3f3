//! Files as schools and their programs write them, in every encoding and with every separator.

use super::{HEADER, MEI, get, workbook};
use crate::model::people::Sex;

#[test]
fn encoding_and_separator_are_found_and_named_inp_06() {
    let plain = format!("{HEADER}{MEI}1002,Zoë,Müller,2014-03-05,F,Hill School,6,6A\n");
    let wide = |big: bool, mark: bool| -> Vec<u8> {
        let units = mark.then_some(0xFEFF).into_iter().chain(plain.encode_utf16());
        units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    };
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (plain.clone().into_bytes(), "CSV, UTF-8, separated by commas"),
        (format!("\u{feff}{plain}").into_bytes(), "CSV, UTF-8, separated by commas"),
        (plain.replace('\n', "\r\n").into_bytes(), "CSV, UTF-8, separated by commas"),
        (plain.replace(',', ";").into_bytes(), "CSV, UTF-8, separated by semicolons"),
        (plain.replace(',', "\t").into_bytes(), "CSV, UTF-8, separated by tabs"),
        (plain.replace(',', "|").into_bytes(), "CSV, UTF-8, separated by bars"),
        (wide(false, true), "CSV, UTF-16LE, separated by commas"),
        (wide(true, true), "CSV, UTF-16BE, separated by commas"),
        (wide(false, false), "CSV, UTF-16LE, separated by commas"),
        (wide(true, false), "CSV, UTF-16BE, separated by commas"),
        (encoding_rs::WINDOWS_1252.encode(&plain).0.into_owned(), "CSV, windows-1252, separated by commas"),
    ];
    for (bytes, format) in cases {
        let roster = get(bytes).unwrap();
        assert_eq!((roster.format.as_str(), roster.faults.len()), (format, 0), "{:?}", roster.faults);
        assert_eq!(roster.pupils[1].given_name.reveal(), "Zoë", "{format}");
        assert_eq!(roster.pupils.len(), 2);
    }
}

#[test]
fn a_chinese_roster_in_gb18030_is_read_with_its_own_headings_and_grades() {
    let text = "学籍号,姓名,性别,出生日期,学校,年级,班级\n\
        G110101201403051234,李梅,女,2014-03-05,第一小学,六年级,1班\n\
        G110101201203051235,欧阳修远,男,2012年3月5日,第二中学,初二,3班\n\
        G110101200903051236,王强,男,2009/3/5,第三中学,高三,12班\n";
    for bytes in [text.as_bytes().to_vec(), encoding_rs::GB18030.encode(text).0.into_owned()] {
        let roster = get(&bytes).unwrap();
        assert!(roster.faults.is_empty(), "{:?}", roster.faults);
        let of = |n: usize| &roster.pupils[n];
        assert_eq!((of(0).family_name.reveal().as_str(), of(0).given_name.reveal().as_str()), ("李", "梅"));
        assert_eq!((of(1).family_name.reveal().as_str(), of(1).grade), ("欧阳", 8));
        assert_eq!((of(2).class.as_str(), of(2).grade, of(2).sex), ("12-12班", 12, Sex::Male));
        assert_eq!(of(0).class, "6-1班", "a class that does not tell its grade gets it in front");
    }
    let roster = get(encoding_rs::GB18030.encode(text).0).unwrap();
    assert!(roster.format.contains("gb18030"), "{}", roster.format);
}

#[test]
fn titles_above_the_headings_empty_rows_and_columns_of_no_interest_do_no_harm() {
    let title = "Class list of the year,,,,,,,,\n,,,,,,,,\nprinted 2026-11-20,,,,,,,,\n";
    let rows = "Student ID,First Name,Last Name,DOB,Gender,Campus,Year,Homeroom,Bus\n\
        ,,,,,,,,\n1001,Mei,Lin,20140305,F,Hill School,Year 6,6A,12\n";
    let roster = get(format!("{title}{rows}")).unwrap();
    assert_eq!((roster.pupils.len(), roster.faults.len()), (1, 0), "{:?}", roster.faults);
    assert_eq!(roster.pupils[0].row, 6, "the row that the spreadsheet shows");
    assert!(roster.mapping.iter().any(|(heading, field)| heading == "Bus" && field.is_none()));
}

#[test]
fn a_workbook_with_a_merged_title_is_read() {
    let roster = get(workbook(&[
        &["Hill School, class 5B"],
        &["学籍号", "姓名", "性别", "出生日期", "学校", "年级", "班级"],
        &["G1", "李梅", "女", "2015-03-05", "第一小学", "5", "5B"],
    ]))
    .unwrap();
    assert_eq!((roster.pupils.len(), roster.pupils[0].row), (1, 3));
    assert_eq!(roster.format, "Excel, sheet “5B”");
}
