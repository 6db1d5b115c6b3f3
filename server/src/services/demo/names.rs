//! Made-up names. No person is meant.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

const GIVEN: &[&str] = &[
    "Ada", "Ali", "Amara", "Ana", "Anton", "Aya", "Ben", "Bilal", "Bo", "Carla", "Chen", "Dana", "Diego",
    "Eli", "Ella", "Emre", "Esi", "Fatima", "Finn", "Grace", "Hana", "Hugo", "Ida", "Imani", "Ines", "Ivan",
    "Jada", "Jin", "Jonas", "Kai", "Kofi", "Lea", "Leo", "Lina", "Luca", "Maya", "Mei", "Milo", "Mira",
    "Nia", "Nico", "Noor", "Omar", "Paul", "Priya", "Quinn", "Rafa", "Rosa", "Sam", "Sara", "Sofia", "Sora",
    "Tala", "Theo", "Tom", "Uma", "Vera", "Wei", "Yara", "Zoe",
];

const FAMILY: &[&str] = &[
    "Adeyemi", "Ahmed", "Alvarez", "Baker", "Bauer", "Brown", "Castillo", "Chen", "Cohen", "Costa", "Diallo",
    "Evans", "Fischer", "Garcia", "Gupta", "Haddad", "Hansen", "Hughes", "Ibrahim", "Ito", "Jensen", "Kaya",
    "Khan", "Kim", "Kowalski", "Lee", "Lin", "Lopez", "Martin", "Mensah", "Meyer", "Nguyen", "Novak",
    "Okafor", "Olsen", "Park", "Patel", "Perez", "Popov", "Rahman", "Reyes", "Rossi", "Santos", "Sato",
    "Schmidt", "Silva", "Singh", "Smith", "Suzuki", "Tan", "Torres", "Tran", "Wang", "Weber", "Williams",
    "Wong", "Yilmaz", "Young", "Zhang", "Zhou",
];

const TREES: &[&str] = &[
    "Alder", "Beech", "Cedar", "Elm", "Fir", "Hazel", "Juniper", "Larch", "Maple", "Oak", "Pine", "Rowan",
    "Spruce", "Willow", "Yew", "Aspen", "Birch", "Chestnut", "Hawthorn", "Linden",
];

const WORDS: &[&str] = &[
    "amber", "anchor", "apple", "bridge", "candle", "canyon", "copper", "cotton", "dolphin", "ember",
    "feather", "forest", "garden", "harbor", "island", "jigsaw", "kettle", "lantern", "lemon", "magnet",
    "maple", "meadow", "mirror", "ocean", "orchid", "paper", "pebble", "pepper", "piano", "planet", "pocket",
    "puzzle", "rabbit", "ribbon", "river", "rocket", "saddle", "silver", "spiral", "summer", "sunset",
    "teapot", "ticket", "timber", "tunnel", "velvet", "violin", "walnut", "window", "winter",
];

fn pick(from: &[&'static str], random: &mut StdRng) -> &'static str {
    from.choose(random).copied().unwrap_or("Sam")
}

pub(super) fn given(random: &mut StdRng) -> &'static str {
    pick(GIVEN, random)
}

pub(super) fn family(random: &mut StdRng) -> &'static str {
    pick(FAMILY, random)
}

/// The name of the `index`-th school and what kind it is.
pub(super) fn school(index: usize, kind: &str) -> String {
    let tree = TREES[index % TREES.len()];
    match index / TREES.len() {
        0 => format!("{tree} {kind} School"),
        round => format!("{tree} {kind} School {}", round + 1),
    }
}

/// Four words: long enough for a password, short enough to type off a sheet.
pub(super) fn password(random: &mut StdRng) -> String {
    (0..4).map(|_| pick(WORDS, random)).collect::<Vec<_>>().join("-")
}
