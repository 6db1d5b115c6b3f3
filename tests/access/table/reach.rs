//! The words of the table: who asks, and in what relation a thing stands to them.

use std::collections::BTreeSet;

use server::model::people::Role;

/// Who asks. Eleven: everybody that the program tells apart. There is no role for other programs: what they may do hangs
/// on a link that somebody handed them, and a link is a thing of the table (`token`), not a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visits {
    /// Signed in to nothing and holding nothing.
    Nobody,
    /// Came by the link of a parent's letter.
    Guardian,
    /// Signed in with a card.
    Student,
    /// Signed in as a member of staff with one role: the school's roles at one school, the others for the district.
    Staff(Role),
}

impl Visits {
    pub fn all() -> Vec<Self> {
        let staff = Role::ALL.iter().map(|role| Self::Staff(*role));
        [Self::Nobody, Self::Guardian, Self::Student].into_iter().chain(staff).collect()
    }

    fn named(word: &str) -> Option<Vec<Self>> {
        Some(match word {
            "everybody" => Self::all(),
            "staff" => Role::ALL.iter().map(|role| Self::Staff(*role)).collect(),
            "guardian" => vec![Self::Guardian],
            "student" => vec![Self::Student],
            role => vec![Self::Staff(role.parse().ok()?)],
        })
    }
}

/// In what relation a thing stands to who asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Taken on, made or held by whoever asks.
    Own,
    /// Given to whoever asks, and not taken on yet.
    Assigned,
    /// Of a class that sits at its devices now.
    Sitting,
    /// Of one's own school, in somebody else's hands. What belongs to a district as a whole stands here too.
    School,
    /// Of another school of the district.
    Sibling,
    /// Of another district in the same database.
    Other,
    /// Closed, ended, used or taken back, of one's own school.
    Closed,
}

impl Scope {
    pub const ALL: [Self; 7] =
        [Self::Own, Self::Assigned, Self::Sitting, Self::School, Self::Sibling, Self::Other, Self::Closed];

    fn named(word: &str) -> Vec<Self> {
        match word {
            "own" => vec![Self::Own],
            "assigned" => vec![Self::Assigned],
            "sitting" => vec![Self::Sitting],
            "sibling" => vec![Self::Sibling],
            "other" => vec![Self::Other],
            "closed" => vec![Self::Closed],
            // Everything of one's own school, whoever has it and whether it is over.
            "school" => vec![Self::Own, Self::Assigned, Self::Sitting, Self::School, Self::Closed],
            // The same of every school of the district.
            "district" => Self::ALL.into_iter().filter(|scope| *scope != Self::Other).collect(),
            "anywhere" => Self::ALL.to_vec(),
            // Whoever may in principle, where this world has nothing of theirs.
            "none" => Vec::new(),
            _ => panic!("the access table knows no place called {word:?}"),
        }
    }
}

/// One line of the table.
pub struct Row {
    pub method: &'static str,
    pub path: &'static str,
    /// The kind of thing that the path names; `-` when it names none.
    pub kind: &'static str,
    /// The roles that the line names.
    pub roles: BTreeSet<Visits>,
    pub may: BTreeSet<(Visits, Scope)>,
}

impl Row {
    /// Reads a line: method, path, kind, and who with where, as in `counselor@school-closed`.
    pub fn read(line: &'static str) -> Self {
        let mut words = line.split_whitespace();
        let mut next =
            || words.next().unwrap_or_else(|| panic!("this line of the table is too short: {line}"));
        let (method, path, kind) = (next(), next(), next());
        let (mut roles, mut may) = (BTreeSet::new(), BTreeSet::new());
        for word in words {
            let (who, place) = word.split_once('@').unwrap_or((word, "school"));
            let who = Visits::named(who).unwrap_or_else(|| panic!("nobody is called {who:?}: {line}"));
            let (place, without) = place.split_once('-').unwrap_or((place, ""));
            let without = if without.is_empty() { Vec::new() } else { Scope::named(without) };
            for visits in who {
                roles.insert(visits);
                may.extend(
                    Scope::named(place).into_iter().filter(|s| !without.contains(s)).map(|s| (visits, s)),
                );
            }
        }
        Self { method, path, kind, roles, may }
    }
}
