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
    /// All of them, in the order in which they are asked for.
    pub const ALL: [Self; 9] = [
        Self::Number,
        Self::GivenName,
        Self::FamilyName,
        Self::FullName,
        Self::BirthDate,
        Self::Sex,
        Self::School,
        Self::Grade,
        Self::Class,
    ];

    /// Its word in forms and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::GivenName => "given_name",
            Self::FamilyName => "family_name",
            Self::FullName => "full_name",
            Self::BirthDate => "birth_date",
            Self::Sex => "sex",
            Self::School => "school",
            Self::Grade => "grade",
            Self::Class => "class",
        }
    }

    /// The field of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == word)
    }

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

/// What somebody has said each column is, in the order of the columns; it goes before the guess.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<Option<Field>>);

impl std::fmt::Display for Columns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words: Vec<_> = self.0.iter().map(|field| field.map_or("", Field::as_str)).collect();
        f.write_str(&words.join(","))
    }
}

impl Columns {
    /// Reads what [`Columns`] prints.
    pub fn parse(text: &str) -> Self {
        Self(text.split(',').map(Field::named).collect())
    }

    /// The field that two columns are said to be, if any.
    pub fn twice(&self) -> Option<Field> {
        let said: Vec<_> = self.0.iter().flatten().collect();
        Field::ALL.into_iter().find(|field| said.iter().filter(|other| **other == field).count() > 1)
    }
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
