//! No input makes the importer panic, and no line is lost: each is a child or has a fault (INP-02, INP-06).

use proptest::prelude::*;

use super::{HEADER, MEI, archive, get, workbook};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_roster_or_a_sentence(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = get(bytes);
    }

    #[test]
    fn a_good_file_with_bytes_changed_is_a_roster_or_a_sentence(
        which in 0..3usize, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..30),
    ) {
        let mut file = match which {
            0 => format!("{HEADER}{MEI}").into_bytes(),
            1 => workbook(&[&["number", "name", "birth date", "school", "class"], &["#1", "A B", "2014-03-05", "H", "6A"]]),
            _ => archive(&[("users.csv", b"sourcedId,givenName,familyName\n1,A,B\n"), ("orgs.csv", b"sourcedId,name\n")]),
        };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = get(file);
    }

    #[test]
    fn each_line_is_a_child_or_has_a_fault(cells in proptest::collection::vec("[a-z0-9=/ 学-]{0,12}", 8..9)) {
        let roster = get(format!("{HEADER}{MEI}{}\n", cells.join(","))).unwrap();
        let empty = cells.iter().all(|cell| cell.trim().is_empty());
        prop_assert!(roster.pupils.len() == 2 || !roster.faults.is_empty() || empty);
        prop_assert!(roster.pupils.len() + usize::from(!roster.faults.is_empty()) + usize::from(empty) >= 2);
    }
}
