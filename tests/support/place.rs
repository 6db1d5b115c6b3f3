//! Folders, ports and locks for tests that run side by side.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Where tests of different processes meet: locks, snapshots.
pub fn shared(name: &str) -> PathBuf {
    let folder = root().join("target/tests").join(name);
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

/// Where screenshots go, to be looked at: `target/screens`.
pub fn screens() -> PathBuf {
    let folder = root().join("target/screens");
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

/// Waits for a lock that no other test process holds; it ends with the returned file.
#[must_use = "the lock ends with the file"]
pub fn lock(path: &Path) -> File {
    let file = lock_file(path);
    file.lock().unwrap_or_else(|error| panic!("locking {}: {error}", path.display()));
    file
}

/// The file of a lock, not yet locked.
pub fn lock_file(path: &Path) -> File {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A port that was free a moment ago. Another process may be quicker, so whoever uses it tries again.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A name that nobody else has.
pub fn unique() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// A folder of one test's own, removed with this value.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new, empty folder that only this user can read.
    pub fn new() -> Self {
        use std::os::unix::fs::DirBuilderExt;
        let path = std::env::temp_dir().join(format!("firstlight-test-{}", unique()));
        fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Chromium may still be writing its last file; what remains then lies in the system's temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
