//! What `firstlight demo` fills in, and who can sign in to it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::database::{Database, Kind, template};
use crate::place::{self, Scratch};
use crate::{cluster, program};

/// Enough for every page to show something, and quick to make. One seed, so that a test sees the same children each time.
pub const SMALL: &[&str] = &["--seed", "7", "--schools", "2", "--students", "400", "--windows", "2"];

/// What `firstlight demo --json FILE` writes.
#[derive(Debug, Clone, Deserialize)]
pub struct Demo {
    /// One or more of each role.
    pub staff: Vec<Staff>,
    /// Cards of an open sitting, which work at once.
    pub cards: Vec<Card>,
    /// How many.
    pub schools: serde_json::Value,
    /// How many.
    pub students: serde_json::Value,
}

/// A grown-up who signs in with a password and a one-time code.
#[derive(Debug, Clone, Deserialize)]
pub struct Staff {
    /// As `counselor`, `district officer`.
    pub role: String,
    /// As shown on pages.
    pub name: String,
    /// For signing in.
    pub email: String,
    /// For signing in.
    pub password: String,
    /// In base32, as an authenticator app takes it; empty where the role needs none.
    #[serde(default)]
    pub totp_secret: Option<String>,
}

/// A child's card.
#[derive(Debug, Clone, Deserialize)]
pub struct Card {
    /// What the child types.
    pub code: String,
    /// The path that its QR code points to.
    pub link: String,
    /// Which skin and wording.
    pub age_band: String,
    /// Where.
    pub school: serde_json::Value,
    /// Where.
    pub class: serde_json::Value,
    /// Whose it is.
    pub child: serde_json::Value,
}

impl Demo {
    /// The first grown-up with a role, whether it is written `district_officer` or `District officer`.
    #[track_caller]
    pub fn staff(&self, role: &str) -> &Staff {
        let plain = |text: &str| text.to_lowercase().replace(['_', '-'], " ");
        self.staff.iter().find(|staff| plain(&staff.role) == plain(role)).unwrap_or_else(|| {
            let roles: Vec<&str> = self.staff.iter().map(|staff| staff.role.as_str()).collect();
            panic!("nobody in the demo is a {role}; there are {roles:?}")
        })
    }

    /// Reads the file that `--json` names.
    pub fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}\n{text:.600}", path.display()))
    }
}

/// A copy of the district that these arguments make: the database, its data folder, and the sign-ins.
/// Made once per executable and arguments, then only copied, since filling takes longer than most tests.
pub(crate) async fn district(kind: Kind, arguments: &[&str]) -> (Database, Scratch, Demo) {
    let name = format!("demo_{:x}", digest(arguments));
    let folder =
        place::shared("demo").join(format!("{kind:?}_{name}_{}", program::build_id()).to_lowercase());
    let own = Scratch::new();
    let database = match kind {
        Kind::Sqlite => {
            let _filling = place::lock(&place::shared("demo").join(format!("{name}.lock")));
            if !folder.is_dir() {
                make(&folder, arguments, None);
            }
            Database::file(|files| {
                for file in files_of_database(&folder) {
                    fs::copy(&file, files.join(file.file_name().unwrap())).unwrap();
                }
            })
        }
        Kind::Postgres => {
            let template = template(&name, |url| make(&folder, arguments, Some(url)));
            Database::on_cluster(cluster::shared(), Some(&template.await)).await
        }
    };
    place::copy_folder(&folder.join("data"), &own.path().join("data"));
    (database, own, Demo::read(&folder.join("demo.json")))
}

/// A district made anew on a database of the test's own, such as one on a cluster that it stops.
pub(crate) fn fresh(database: &Database, arguments: &[&str]) -> (Scratch, Demo) {
    let own = Scratch::new();
    let folder = own.path().join("made");
    make(&folder, arguments, Some(database.url.clone()));
    place::copy_folder(&folder.join("data"), &own.path().join("data"));
    let demo = Demo::read(&folder.join("demo.json"));
    (own, demo)
}

/// Fills a district into `folder`, which is complete as soon as it has its name.
fn make(folder: &Path, arguments: &[&str], url: Option<String>) {
    let beside = folder.with_extension("unfinished");
    let _ = fs::remove_dir_all(&beside);
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(beside.join("data")).unwrap();
    let url = url.unwrap_or_else(|| format!("sqlite://{}", beside.join("firstlight.db").display()));
    let settings = [
        ("FIRSTLIGHT__DATABASE__URL".to_owned(), url),
        ("FIRSTLIGHT__DATA_DIR".to_owned(), beside.join("data").display().to_string()),
    ];
    let json = beside.join("demo.json").display().to_string();
    let all: Vec<&str> = ["demo"].iter().chain(arguments).chain(&["--json", &json]).copied().collect();
    program::firstlight(&all, &settings).succeeded();
    fs::rename(&beside, folder).unwrap();
}

/// The file and, if the last writer left one, its journal.
fn files_of_database(folder: &Path) -> Vec<PathBuf> {
    ["firstlight.db", "firstlight.db-wal"]
        .iter()
        .map(|name| folder.join(name))
        .filter(|file| file.is_file())
        .collect()
}

fn digest(arguments: &[&str]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    arguments.hash(&mut hasher);
    hasher.finish()
}
