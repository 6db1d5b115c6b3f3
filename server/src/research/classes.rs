//! Who is described how: as closely as eleven people with different results allow, and no closer.
//!
//! Everybody starts with the full description. Whoever shares it, and the same forms, with ten others whose bands differ is
//! done; the rest is described more coarsely, step by step, and at the last step left out. So a class of people who look
//! alike has at least eleven members and at least two bands of every scale, whoever else is known.

use std::collections::{BTreeMap, BTreeSet};

use super::{FEWEST, Person, Size};
use crate::model::people::Sex;

/// How closely a grade is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// The grade itself.
    One(i64),
    /// Three grades together: the first of them.
    Three(i64),
    /// Not told.
    Any,
}

impl Grade {
    /// As it stands in the files; empty where it is not told.
    pub fn words(self) -> String {
        match self {
            Self::One(grade) => grade.to_string(),
            Self::Three(first) => format!("{first}-{}", first + 2),
            Self::Any => String::new(),
        }
    }
}

/// What is told of a person; what is none is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields of a person")]
pub struct Description {
    pub grade: Grade,
    pub sex: Option<Sex>,
    pub size: Option<Size>,
    pub language: Option<u16>,
}

/// Descriptions from the closest to none at all.
const STEPS: [fn(&Person) -> Description; 6] = [
    |p| Description { language: Some(p.language), ..without_language(p) },
    without_language,
    |p| Description { size: None, ..without_language(p) },
    |p| Description { grade: three(p.grade), sex: Some(p.sex), ..NOTHING },
    |p| Description { grade: three(p.grade), ..NOTHING },
    |_| NOTHING,
];

const NOTHING: Description = Description { grade: Grade::Any, sex: None, size: None, language: None };

fn without_language(p: &Person) -> Description {
    Description { grade: Grade::One(p.grade), sex: Some(p.sex), size: p.size, language: None }
}

fn three(grade: i64) -> Grade {
    Grade::Three((grade - 1).div_euclid(3) * 3 + 1)
}

/// What may be told of each person, in their order; none where the person is left out.
pub fn describe(people: &[Person]) -> Vec<Option<Description>> {
    let mut told = vec![None; people.len()];
    let mut left: Vec<usize> = (0..people.len()).collect();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for step in STEPS {
        let mut alike: BTreeMap<(Description, Vec<u16>), Vec<usize>> = BTreeMap::new();
        for at in left.drain(..) {
            let Some(person) = people.get(at) else { continue };
            alike.entry((step(person), person.forms.clone())).or_default().push(at);
        }
        for ((description, _), members) in alike {
            if !hides_each(people, &members) {
                left.extend(members);
                continue;
            }
            for at in &members {
                if let Some(told) = told.get_mut(*at) {
                    *told = Some(description);
                }
            }
            classes.push(members);
        }
    }
    // A few who are missing would be told by the difference to what else is published: nobody is missing, or enough are.
    if (1..FEWEST).contains(&left.len()) {
        let smallest = classes.iter().min_by_key(|members| members.len());
        for at in smallest.into_iter().flatten() {
            if let Some(told) = told.get_mut(*at) {
                *told = None;
            }
        }
    }
    told
}

/// Whether enough people share a description, and no scale has the same band for all who have one.
fn hides_each(people: &[Person], members: &[usize]) -> bool {
    if members.len() < FEWEST {
        return false;
    }
    let mut bands: BTreeMap<u16, BTreeSet<u16>> = BTreeMap::new();
    for (scale, band) in members.iter().filter_map(|at| people.get(*at)).flat_map(|p| &p.bands) {
        bands.entry(*scale).or_default().insert(*band);
    }
    // Where nobody has a band there is none to give away.
    bands.values().all(|seen| seen.len() > 1)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::{Description, Grade, describe};
    use crate::model::people::Sex;
    use crate::research::{FEWEST, Person, Size};

    /// Somebody with these forms, each of one scale, and their bands.
    fn person(grade: i64, sex: Sex, language: u16, bands: &[(u16, u16)]) -> Person {
        let forms = bands.iter().map(|(form, _)| *form).collect();
        Person { grade, sex, size: Some(Size::Small), language, forms, bands: bands.to_vec() }
    }

    #[test]
    fn a_large_varied_group_is_described_in_full_and_a_rare_language_is_not_told() {
        let mut people: Vec<Person> = (0..40).map(|n| person(7, Sex::Female, 0, &[(0, n % 2)])).collect();
        people.extend((0..12).map(|n| person(7, Sex::Female, 1, &[(0, n % 2)])));
        people.push(person(7, Sex::Female, 2, &[(0, 0)]));
        people.extend((0..20).map(|n| person(7, Sex::Female, 3 + n, &[(0, n % 3)])));
        let told = describe(&people);
        let full = |language| Description {
            grade: Grade::One(7),
            sex: Some(Sex::Female),
            size: Some(Size::Small),
            language,
        };
        assert_eq!(told[0], Some(full(Some(0))));
        assert_eq!(told[40], Some(full(Some(1))));
        assert_eq!(told[52], Some(full(None)), "the only one of its language");
    }

    #[test]
    fn a_group_of_one_band_is_told_more_coarsely_until_bands_differ() {
        let mut people: Vec<Person> = (0..15).map(|_| person(8, Sex::Male, 0, &[(0, 2)])).collect();
        people.extend((0..15).map(|n| person(9, Sex::Male, 0, &[(0, n % 2)])));
        people.extend((0..5).map(|_| person(9, Sex::Other, 0, &[(0, 1)])));
        let told = describe(&people);
        let coarse = Description { grade: Grade::Three(7), ..super::NOTHING };
        assert!(told[..15].iter().all(|t| *t == Some(coarse)), "with the five others their bands differ");
        assert_eq!(told[15].unwrap().grade, Grade::One(9));
    }

    #[test]
    fn either_nobody_is_left_out_or_at_least_eleven_are() {
        let mut people: Vec<Person> = (0..30).map(|n| person(7, Sex::Male, 0, &[(0, n % 2)])).collect();
        people.extend((0..12).map(|n| person(8, Sex::Male, 0, &[(0, n % 2)])));
        people.push(person(7, Sex::Male, 0, &[(0, 0), (1, 0)]));
        let told = describe(&people);
        assert_eq!(
            told.iter().filter(|t| t.is_none()).count(),
            13,
            "the one, and the smallest class with it"
        );
        assert!(told[..30].iter().all(Option::is_some));
    }

    fn anybody() -> impl Strategy<Value = Person> {
        let sex = prop_oneof![8 => Just(Sex::Female), 8 => Just(Sex::Male), 1 => Just(Sex::Other), 1 => Just(Sex::Unknown)];
        let size = prop_oneof![Just(None), Just(Some(Size::Small)), Just(Some(Size::Large))];
        let language = prop_oneof![9 => Just(0u16), 1 => 1u16..6];
        let band = prop_oneof![1 => Just(None), 8 => (0u16..3).prop_map(Some), 8 => Just(Some(0))];
        (5i64..12, sex, size, language, proptest::collection::vec((0u16..3, band), 1..3)).prop_map(
            |(grade, sex, size, language, mut all)| {
                all.sort();
                all.dedup_by_key(|(form, _)| *form);
                let bands = all.iter().filter_map(|(form, band)| Some((*form, (*band)?))).collect();
                let forms = all.into_iter().map(|(form, _)| form).collect();
                Person { grade, sex, size, language, forms, bands }
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// PRV-07: every row of every export, looked at by brute force.
        #[test]
        fn prv_07_every_description_is_shared_by_eleven_and_gives_no_band_away(
            people in proptest::collection::vec(anybody(), 0..600),
        ) {
            let told = describe(&people);
            let mut classes: BTreeMap<(Description, Vec<u16>), Vec<&Person>> = BTreeMap::new();
            for (person, description) in people.iter().zip(&told) {
                if let Some(description) = description {
                    // What is told is true.
                    if let Grade::One(grade) = description.grade { prop_assert_eq!(grade, person.grade); }
                    if let Grade::Three(first) = description.grade { prop_assert!((first..first + 3).contains(&person.grade)); }
                    prop_assert!(description.sex.is_none_or(|sex| sex == person.sex));
                    prop_assert!(description.size.is_none() || description.size == person.size);
                    prop_assert!(description.language.is_none_or(|language| language == person.language));
                    classes.entry((*description, person.forms.clone())).or_default().push(person);
                }
            }
            for ((description, forms), members) in &classes {
                prop_assert!(members.len() >= FEWEST, "{description:?}: {}", members.len());
                for form in forms {
                    let bands: BTreeSet<u16> = members.iter().flat_map(|p| &p.bands)
                        .filter(|(f, _)| f == form).map(|(_, band)| *band).collect();
                    prop_assert!(bands.len() != 1, "{description:?} gives the band of form {form} away");
                }
            }
            let missing = told.iter().filter(|t| t.is_none()).count();
            prop_assert!(missing == 0 || missing >= FEWEST || missing == people.len(), "{missing} are missing");
        }
    }
}
