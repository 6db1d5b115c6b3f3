//! A PostgreSQL of the tests' own.
//!
//! One cluster serves every test process of this repository, because starting one takes two seconds and a runner may
//! start a process per test. The first that needs it starts it; each holds a lease (a shared lock that the system
//! releases when the process ends, however it ends); a small guard stops it when nobody has held one for a while.
//! It flushes to disk as in production, since some tests are about exactly that.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::place;

/// The superuser of the cluster. It trusts everybody on 127.0.0.1: there is nothing in it but test data.
const USER: &str = "firstlight";
/// Whom databases belong to and who `firstlight` is there: row security holds for it, as it should everywhere.
pub(crate) const OWNER: &str = "school";

/// The shared cluster's address without a database: `postgres://firstlight@127.0.0.1:PORT`.
pub fn shared() -> &'static str {
    static SHARED: OnceLock<(String, File)> = OnceLock::new();
    &SHARED.get_or_init(join).0
}

fn join() -> (String, File) {
    let folder = place::shared("postgres");
    // Whoever starts or stops it holds this one.
    let _starting = place::lock(&folder.join("lock"));
    let lease = place::lock_file(&folder.join("leases"));
    lease.lock_shared().unwrap();
    let note = folder.join("cluster");
    if let Some((data, port)) = fs::read_to_string(&note).ok().as_deref().and_then(parse)
        && std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
    {
        guard(&folder, &data);
        return (address(port), lease);
    }
    let cluster = Cluster::start();
    fs::write(&note, format!("{} {}", cluster.port, cluster.data.display())).unwrap();
    guard(&folder, &cluster.data);
    let port = cluster.port;
    // From here on the guard stops it.
    std::mem::forget(cluster);
    (address(port), lease)
}

fn parse(note: &str) -> Option<(PathBuf, u16)> {
    let (port, data) = note.split_once(' ')?;
    Some((PathBuf::from(data), port.parse().ok()?))
}

fn address(port: u16) -> String {
    format!("postgres://{USER}@127.0.0.1:{port}")
}

/// Stops the shared cluster after 30 s without a lease. Started unless it runs: it holds the lock `guard` for life.
const GUARD: &str = r#"
folder=$1 data=$2; shift 2
exec 8>"$folder/guard"
flock -n 8 || exit 0
idle=0
while sleep 2; do
  [ -d "$data" ] || exit 0
  if flock -n -x "$folder/leases" true; then idle=$((idle + 2)); else idle=0; fi
  [ "$idle" -ge 30 ] || continue
  exec 9>"$folder/lock"
  flock -x 9
  if flock -n -x "$folder/leases" true; then
    rm -f "$folder/cluster"
    "$@" -D "$data" -m immediate stop
    rm -rf "$(dirname "$data")"
    exit 0
  fi
  exec 9>&-
  idle=0
done
"#;

fn guard(folder: &Path, data: &Path) {
    let stop = as_server("pg_ctl");
    let mut guard = Command::new("sh");
    guard.args(["-c", GUARD, "guard"]).arg(folder).arg(data).arg(stop.get_program()).args(stop.get_args());
    // Its own process group, so that Ctrl-C at the tests leaves it to do its work, and no pipe of ours held open.
    guard.current_dir("/").process_group(0);
    guard.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[expect(clippy::zombie_processes, reason = "the guard outlives this process: that is its job")]
    let _outlives = guard.spawn().expect("starting sh");
}

/// A cluster of one test's own, for tests that stop and start the database itself.
#[derive(Debug)]
pub struct Cluster {
    data: PathBuf,
    port: u16,
    /// Further settings of the server's command line.
    more: String,
}

impl Cluster {
    /// Makes a cluster and starts it.
    pub fn start() -> Self {
        Self::make(|_| String::new())
    }

    /// The same with TLS: a certificate and its key in PEM.
    pub fn with_tls(certificate: &str, key: &str) -> Self {
        Self::make(|folder| {
            for (name, text) in [("tls.crt", certificate), ("tls.key", key)] {
                use std::os::unix::fs::PermissionsExt;
                let file = folder.join(name);
                fs::write(&file, text).unwrap();
                // PostgreSQL reads no key that others could read.
                fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
                if let Some((user, group)) = server_user() {
                    std::os::unix::fs::chown(&file, Some(user), Some(group)).unwrap();
                }
            }
            let folder = folder.display();
            format!(" -c ssl=on -c ssl_cert_file={folder}/tls.crt -c ssl_key_file={folder}/tls.key")
        })
    }

    fn make(more: impl FnOnce(&Path) -> String) -> Self {
        let folder = std::env::temp_dir().join(format!("firstlight-pg-{}", place::unique()));
        fs::create_dir(&folder).unwrap();
        if let Some((user, group)) = server_user() {
            std::os::unix::fs::chown(&folder, Some(user), Some(group)).unwrap();
        }
        let data = folder.join("data");
        let mut initdb = as_server("initdb");
        initdb.arg("-D").arg(&data).args([
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]);
        must(&mut initdb);
        let mut cluster = Self { data, port: 0, more: more(&folder) };
        // Another process may take the port between our look and PostgreSQL's start.
        for _ in 0..5 {
            cluster.port = place::free_port();
            if cluster.try_resume() {
                cluster.add_owner();
                return cluster;
            }
        }
        panic!("PostgreSQL did not start; its log:\n{}", cluster.log());
    }

    /// What a test itself looks up sees every district; the program says which it means on each of its connections.
    fn add_owner(&self) {
        let port = self.port.to_string();
        let sql = format!("create role {OWNER} login; alter role {OWNER} set firstlight.district = '*'");
        must(as_server("psql").args([
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            &port,
            "-U",
            USER,
            "-d",
            "postgres",
            "-c",
            &sql,
        ]));
    }

    /// The address without a database.
    pub fn address(&self) -> String {
        address(self.port)
    }

    /// Stops it as a power cut would: no clean-up, recovery at the next start.
    pub fn cut(&self) {
        must(as_server("pg_ctl").arg("-D").arg(&self.data).args(["-m", "immediate", "-w", "stop"]));
    }

    /// Starts it again on the same port.
    pub fn resume(&self) {
        assert!(self.try_resume(), "PostgreSQL did not start again; its log:\n{}", self.log());
    }

    fn try_resume(&self) -> bool {
        let folder = self.data.parent().unwrap();
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} -c max_connections=300{}",
            self.port,
            folder.display(),
            self.more
        );
        let mut start = as_server("pg_ctl");
        start
            .arg("-D")
            .arg(&self.data)
            .arg("-l")
            .arg(folder.join("log"))
            .args(["-w", "-o", &options, "start"]);
        // No pipe: the server would inherit it, and whoever reads to its end would wait for the server's.
        start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        start.process_group(0).status().is_ok_and(|status| status.success())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.data.parent().unwrap().join("log")).unwrap_or_default()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = as_server("pg_ctl").arg("-D").arg(&self.data).args(["-m", "immediate", "stop"]).output();
        let _ = fs::remove_dir_all(self.data.parent().unwrap());
    }
}

fn must(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// One of PostgreSQL's programs, as a user that it accepts: it refuses root.
fn as_server(program: &str) -> Command {
    let program = find(program);
    let mut command = match server_user() {
        None => Command::new(program),
        Some((user, group)) => {
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".into()]);
            command.arg(program);
            command
        }
    };
    // That user may not be allowed to enter the repository's folder.
    command.current_dir("/");
    command
}

/// `postgres` or else `nobody`, when we are root.
fn server_user() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let numbers = |name: &str| {
        let fields: Vec<&str> =
            users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    Some(numbers("postgres").or_else(|| numbers("nobody")).unwrap_or((65534, 65534)))
}

fn find(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Debian keeps them off the path, one folder per version.
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    versions.sort();
    std::env::split_paths(&path)
        .chain(versions.into_iter().rev())
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
        .unwrap_or_else(|| {
            panic!("{program} is missing: `cargo xtask test` installs it, or install postgresql")
        })
}
