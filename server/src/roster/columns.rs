//! Which heading means what: a guess, shown as a guess.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "as named")]
pub enum Field {
    Number,
    GivenName,
    FamilyName,
    FullName,
    BirthDate,
    Sex,
    School,
    Grade,
    Class,
}

impl Field {
    /// Its name on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Number => "District number",
            Self::GivenName => "Given name",
            Self::FamilyName => "Family name",
            Self::FullName => "Whole name",
            Self::BirthDate => "Birth date",
            Self::Sex => "Sex",
            Self::School => "School",
            Self::Grade => "Grade",
            Self::Class => "Class",
        }
    }
}

const KNOWN: &[(Field, &[&str])] = &[
    (
        Field::Number,
        &[
            "number",
            "studentnumber",
            "studentno",
            "studentid",
            "districtnumber",
            "id",
            "pupilnumber",
            "sisid",
            "upn",
            "localid",
            "sourcedid",
            "identifier",
            "学籍号",
            "学号",
            "全国学籍号",
            "学生编号",
        ],
    ),
    (Field::GivenName, &["givenname", "firstname", "first", "forename", "given", "名", "名字"]),
    (Field::FamilyName, &["familyname", "lastname", "last", "surname", "family", "姓", "姓氏"]),
    (
        Field::FullName,
        &["name", "fullname", "wholename", "studentname", "student", "pupil", "姓名", "学生姓名"],
    ),
    (
        Field::BirthDate,
        &["birthdate", "dateofbirth", "dob", "birthday", "born", "出生日期", "生日", "出生年月日"],
    ),
    (Field::Sex, &["sex", "gender", "性别"]),
    (Field::School, &["school", "schoolname", "campus", "学校", "学校名称", "所在学校"]),
    (Field::Grade, &["grade", "gradelevel", "year", "yeargroup", "年级"]),
    (
        Field::Class,
        &["class", "classname", "homeroom", "form", "tutorgroup", "section", "班级", "班", "班级名称"],
    ),
];

/// A heading without what people write differently: blanks, signs and capitals.
pub fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The field of each heading; of two headings for one field the first counts.
pub fn guess(header: &[String]) -> Vec<Option<Field>> {
    let mut taken = Vec::new();
    header
        .iter()
        .map(|heading| {
            let plain = plain(heading);
            let field =
                KNOWN.iter().find(|(_, names)| names.contains(&plain.as_str())).map(|(field, _)| *field)?;
            if taken.contains(&field) {
                return None;
            }
            taken.push(field);
            Some(field)
        })
        .collect()
}
