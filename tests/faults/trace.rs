//! What the server asks the kernel for, seen and bent by strace. Attached to the running server, and gone again.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tests::place::Scratch;

/// An strace that watches a process.
pub struct Trace {
    child: Child,
    folder: Scratch,
}

impl Trace {
    /// Attaches to every thread of a process; `arguments` say what is traced and what is bent.
    pub fn attach(pid: u32, arguments: &[&str]) -> Self {
        let folder = Scratch::new();
        #[expect(clippy::zombie_processes, reason = "the trace waits for it when it goes")]
        let mut child = Command::new("strace")
            .args(["-f", "-y", "-s", "48", "-o"])
            .arg(folder.path().join("trace"))
            .args(arguments)
            .args(["-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("strace: {error}; `cargo xtask test` installs it"));
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        for line in lines.by_ref().map_while(Result::ok) {
            said.push_str(&line);
            if line.contains("attached") {
                // It goes on to say which threads it has; nobody needs to read that, but the pipe must not fill up.
                std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Self { child, folder };
            }
        }
        panic!("strace cannot attach: {said}");
    }

    /// Lets go of the process; what it asked for, a line each.
    pub fn detach(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().is_ok_and(|status| status.success()));
        let _ = self.child.wait();
        std::fs::read_to_string(self.folder.path().join("trace")).unwrap_or_default()
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
