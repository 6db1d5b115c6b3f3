//! OneRoster archives, and the ways in which real ones stray from the standard (interop E1).

use super::{Kind, archive, get};
use crate::roster::Roster;

const ORGS: &str = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n\
    d1,,,Riverside,district,,\ns1,,,Hill School,school,,d1\n";
const USERS: &str = "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,\
    familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n\
    u1,,,true,s1,student,mei,{sis:1},Mei,Lin,,1001,,,,,06,\nt1,,,true,s1,teacher,ode,,Ben,Ode,,,,,,,,\n";
const CLASSES: &str = "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,\
    schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n\
    c1,,,6A,06,k1,,homeroom,,s1,y1,,,\nc2,,,Maths 6,06,k1,,scheduled,,s1,y1,,,\n";
const ENROLLMENTS: &str = "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,\
    primary,beginDate,endDate\ne1,,,c2,s1,u1,student,true,,\ne2,,,c1,s1,u1,student,false,,\ne3,,,c1,s1,t1,teacher,true,,\n";
const DEMOGRAPHICS: &str = "sourcedId,status,dateLastModified,birthDate,sex\nu1,,,2014-03-05,female\n";

fn with(changes: &[(&str, &str)]) -> Result<Roster, String> {
    let mut files: Vec<(&str, &str)> = vec![
        ("orgs.csv", ORGS),
        ("users.csv", USERS),
        ("classes.csv", CLASSES),
        ("enrollments.csv", ENROLLMENTS),
        ("demographics.csv", DEMOGRAPHICS),
    ];
    for (name, text) in changes {
        match files.iter_mut().find(|(known, _)| known == name) {
            Some(file) => file.1 = text,
            None => files.push((name, text)),
        }
    }
    get(archive(&files.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>()))
}

/// Mei in her homeroom, and nothing wrong.
fn is_mei(roster: Result<Roster, String>) -> Roster {
    let roster = roster.unwrap();
    assert!(roster.faults.is_empty(), "{:?}", roster.faults);
    let mei = &roster.pupils[0];
    assert_eq!((mei.number.as_str(), mei.class.as_str(), mei.grade), ("1001", "6A", 6));
    assert_eq!((mei.school.as_str(), mei.birth_date.to_string().as_str()), ("Hill School", "2014-03-05"));
    assert_eq!((roster.pupils.len(), roster.staff), (1, 1), "a teacher is no pupil");
    roster
}

#[test]
fn an_archive_of_1_1_puts_a_child_into_its_homeroom_and_1_2_takes_roles_from_their_own_file() {
    assert_eq!(is_mei(with(&[])).format, "OneRoster 1.1");
    let users = USERS
        .replace(",orgSourcedIds,role,", ",")
        .replace("true,s1,student,", "true,")
        .replace("true,s1,teacher,", "true,");
    let roles = "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,\
        userProfileSourcedId\nr1,,,u1,primary,student,,,s1,\nr2,,,t1,primary,counselor,,,s1,\n";
    assert_eq!(is_mei(with(&[("users.csv", &users), ("roles.csv", roles)])).format, "OneRoster 1.2");
}

#[test]
fn levels_between_district_and_school_are_kept_and_a_circle_of_them_is_none_e1() {
    let nested = "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nn1,,,Country,national,,\n\
        d1,,,Riverside,district,,n1\na1,,,North,local,,d1\na2,,,Valley,local,,a1\ns1,,,Hill School,school,,a2\n";
    let roster = is_mei(with(&[("orgs.csv", nested)]));
    assert_eq!(roster.areas["Hill School"], ["North", "Valley"]);
    assert!(is_mei(with(&[])).areas.is_empty());
    let circle = nested.replace("North,local,,d1", "North,local,,a2");
    assert!(is_mei(with(&[("orgs.csv", &circle)])).areas.is_empty());
}

#[test]
fn real_files_stray_from_the_standard_and_are_read_all_the_same_e1() {
    let swapped = "birthDate,ext_bus,sourcedId\n2014-03-05,12,u1\n";
    let by_user = "sourcedId,userSourcedId,birthDate,sex\nx9,u1,2014-03-05,F\n";
    let user_id = ENROLLMENTS.replace("userSourcedId", "userId");
    let term = CLASSES.replace("termSourcedIds", "termSourcedId");
    let extra = USERS.replace("grades,password", "grades,password,metadata.house");
    let marked = format!("\u{feff}{ORGS}");
    let crlf = USERS.replace('\n', "\r\n");
    let upper = DEMOGRAPHICS.replace("sourcedId", "SOURCEDID").replace("birthDate", "BirthDate");
    let no_primary = ENROLLMENTS.replace("primary,", "").replace("true,", "").replace("false,", "");
    let active = ORGS.replace("s1,,,", "s1,active,2026-01-01T00:00:00Z,");
    let quoted = USERS.replace(",06,\n", ",\"06,07\",\n");
    let agents = USERS.replace("agentSourcedIds", "agents");
    for (file, text) in [
        ("demographics.csv", swapped),
        ("demographics.csv", by_user),
        ("demographics.csv", &upper),
        ("enrollments.csv", &user_id),
        ("enrollments.csv", &no_primary),
        ("classes.csv", &term),
        ("users.csv", &extra),
        ("users.csv", &crlf),
        ("users.csv", &quoted),
        ("users.csv", &agents),
        ("orgs.csv", &marked),
        ("orgs.csv", &active),
        ("manifest.csv", "propertyName,value\noneroster.version,1.1\n"),
    ] {
        is_mei(with(&[(file, text)]));
    }
}

#[test]
fn what_is_to_be_deleted_is_no_pupil_and_a_dangling_id_is_named() {
    let gone = USERS.replace("u1,,,", "u1,tobedeleted,2026-01-01,");
    assert!(with(&[("users.csv", &gone)]).unwrap().pupils.is_empty());
    let dangling = ENROLLMENTS.replace(",c1,s1,u1", ",c9,s1,u1");
    let roster = with(&[("enrollments.csv", &dangling)]).unwrap();
    assert_eq!((roster.faults[0].row, roster.faults[0].kind), (3, Kind::NotListed));
    let unborn = with(&[("demographics.csv", "sourcedId,birthDate\n")]).unwrap();
    assert_eq!(unborn.faults[0].kind, Kind::BirthMissing);
    let word = USERS.replace("student", "pupil");
    assert_eq!(with(&[("users.csv", &word)]).unwrap().faults[0].kind, Kind::UnknownWord);
    for (file, text) in [("classes.csv", "a,b\n"), ("users.csv", "x\n"), ("demographics.csv", "sourcedId\n")]
    {
        assert!(with(&[(file, text)]).unwrap_err().contains(&format!("{file} has no column")));
    }
}
