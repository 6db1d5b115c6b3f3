//! `firstlight serve` as a process of its own, as in production.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::place::{self, Scratch};
use crate::{Database, Demo, Kind, Page, Staff, Visitor, demo, program, totp};

const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is to be started.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    settings: Vec<(String, String)>,
    demo: Option<Vec<String>>,
}

impl Setup {
    /// An empty, migrated database and default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// One setting, as `("HTTP__LISTEN", "…")`: the name without `FIRSTLIGHT__`. `{port}` is the port it comes to listen on.
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((format!("FIRSTLIGHT__{name}"), value.into()));
        self
    }

    /// A variable of the environment that is no setting, as `("FIRSTLIGHT_LOG", "trace")`.
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// With the district that `firstlight demo` and these arguments make. See [`Server::demo`].
    pub fn demo(mut self, arguments: &[&str]) -> Self {
        self.demo = Some(arguments.iter().map(|&argument| argument.into()).collect());
        self
    }

    /// Starts it and waits until it is ready.
    pub async fn start(self, kind: Kind) -> Server {
        let (database, data, demo) = match &self.demo {
            Some(arguments) => {
                let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let (database, data, demo) = demo::district(kind, &arguments).await;
                (database, data, Some(demo))
            }
            // The first start of a server sets it up, under the key of its own data folder.
            None => (Database::empty(kind).await, Scratch::new(), None),
        };
        Server::start(self.settings, database, Arc::new(data), demo).await
    }

    /// Starts it with its district on an empty database of the test's own.
    pub async fn start_demo_on(self, database: Database) -> Server {
        let arguments: Vec<&str> = self.demo.iter().flatten().map(String::as_str).collect();
        let (data, demo) = demo::fresh(&database, &arguments);
        Server::start(self.settings, database, Arc::new(data), Some(demo)).await
    }

    /// Starts it on a database that is there already.
    pub async fn start_on(self, database: Database) -> Server {
        Server::start(self.settings, database, Arc::new(Scratch::new()), None).await
    }
}

/// A running server. It ends with this value, and shows what it logged when the test fails.
#[derive(Debug)]
pub struct Server {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    /// What it runs on.
    pub database: Database,
    demo: Option<Demo>,
    data: Arc<Scratch>,
    settings: Vec<(String, String)>,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Server {
    /// On a fresh, migrated database.
    pub async fn on(kind: Kind) -> Self {
        Setup::new().start(kind).await
    }

    /// On a copy of a small fictitious district, made once per executable. Its people: [`Server::people`].
    pub async fn demo(kind: Kind) -> Self {
        Setup::new().demo(demo::SMALL).start(kind).await
    }

    /// The sign-ins of the fictitious district.
    pub fn people(&self) -> &Demo {
        self.demo.as_ref().expect("this server was started without Setup::demo")
    }

    /// A new person at this server, without JavaScript.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(&self.url)
    }

    /// A grown-up signs in with password and one-time code; gives the person and the page they come to.
    pub async fn sign_in(&self, person: &Staff) -> (Visitor, Page) {
        let mut visitor = self.visitor();
        let page = visitor.get("/sign-in").await.ok();
        let form = page
            .form("form[action='/sign-in']")
            .set("email", &person.email)
            .set("password", &person.password);
        let page = visitor.submit(form).await.ok();
        let code = totp::now(person.totp_secret.as_deref().unwrap());
        let page = visitor.submit(page.form("form[action='/sign-in/code']").set("code", &code)).await.ok();
        (visitor, page)
    }

    /// Another server process on the same database and data folder, as a second node.
    pub async fn second(&self) -> Self {
        let (settings, database) = (self.settings.clone(), self.database.clone());
        Self::start(settings, database, Arc::clone(&self.data), self.demo.clone()).await
    }

    /// A connection that reads with the program's own verbs: names and answers are sealed in the database.
    pub async fn reading(&self) -> server::store::Conn {
        let config = server::config::Config::parse("", self.settings().into_iter()).unwrap();
        let sealer = config.keys.sealer().unwrap();
        let store = server::store::Store::open(&config.database_url, sealer).await.unwrap();
        store.read(&server::ctx::Ctx::new(server::ctx::Actor::Console)).await.unwrap()
    }

    /// Every child of every district, with names that can be read.
    pub async fn children(&self) -> Vec<server::store::rosters::KnownChild> {
        let mut conn = self.reading().await;
        let districts: Vec<(server::model::DistrictId,)> =
            conn.all("select id from districts", vec![]).await.unwrap();
        let mut children = Vec::new();
        for (district,) in districts {
            children.extend(server::store::rosters::children(&mut conn, district).await.unwrap());
        }
        children
    }

    /// The settings that other commands need to meet the same database and data folder.
    pub fn settings(&self) -> Vec<(String, String)> {
        settings(&self.settings, &self.database, &self.data)
    }

    /// Runs another command of `firstlight` on the same database, as `&["release", "build"]`.
    pub fn command(&self, arguments: &[&str]) -> program::Outcome {
        program::firstlight(arguments, &self.settings())
    }

    /// What it wrote to standard error so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Whether it writes these words to standard error, which is read beside the test: waited for, not looked at once.
    pub async fn logs(&self, words: &str) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if self.log().contains(words) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        false
    }

    /// Its process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would: SIGKILL, nothing flushed, nobody asked.
    pub fn kill9(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end (SIGTERM) and returns whether it did so cleanly.
    pub fn stop(&mut self) -> bool {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the server was not running");
        self.ends()
    }

    /// Waits for the end of a server that was asked to, and returns whether it ended cleanly.
    pub fn ends(&mut self) -> bool {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server did not end within {PATIENCE:?} of SIGTERM:\n{}", self.log());
    }

    /// Starts it again at the same address, after [`Server::kill9`] or [`Server::stop`].
    pub async fn start_again(&mut self) {
        let address = self.url.trim_start_matches("http://").to_owned();
        let settings = self.settings();
        let until = Instant::now() + PATIENCE;
        loop {
            self.child = spawn(&address, &self.data, &settings, &self.log);
            match ready(&mut self.child, &self.url).await {
                Ok(()) => return,
                Err(why) if Instant::now() > until => panic!("{why}\n{}", self.log()),
                // The port may have been given away for a moment.
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    async fn start(
        own: Vec<(String, String)>,
        database: Database,
        data: Arc<Scratch>,
        demo: Option<Demo>,
    ) -> Self {
        let mut last = String::new();
        // Another process may take the free port before our server does.
        for _ in 0..3 {
            let port = place::free_port();
            let address = format!("127.0.0.1:{port}");
            let own = own
                .iter()
                .map(|(name, value)| (name.clone(), value.replace("{port}", &port.to_string())))
                .collect::<Vec<_>>();
            let all = settings(&own, &database, &data);
            let url = format!("http://{address}");
            let log = Arc::new(Mutex::new(String::new()));
            let mut child = spawn(&address, &data, &all, &log);
            match ready(&mut child, &url).await {
                Ok(()) => return Self { url, database, demo, data, settings: own, child, log },
                Err(why) => last = format!("{why}\n{}", log.lock().unwrap()),
            }
            let _ = child.kill();
            let _ = child.wait();
            if !last.to_lowercase().contains("address") {
                break;
            }
        }
        panic!("{last}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            eprintln!("--- what the server said ---\n{}---", self.log());
        }
    }
}

fn settings(own: &[(String, String)], database: &Database, data: &Scratch) -> Vec<(String, String)> {
    let folder = data.path().join("data").display().to_string();
    let mut all = database.settings();
    all.push(("FIRSTLIGHT__DATA_DIR".into(), folder));
    all.extend(own.iter().cloned());
    all
}

fn spawn(address: &str, data: &Scratch, settings: &[(String, String)], log: &Arc<Mutex<String>>) -> Child {
    let mut child = program::command(data.path(), settings)
        .arg("serve")
        .env("FIRSTLIGHT__HTTP__LISTEN", address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = child.stderr.take().unwrap();
    let log = Arc::clone(log);
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stderr);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            log.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    child
}

async fn ready(child: &mut Child, url: &str) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    let visitor = Visitor::new(url);
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            // The thread that reads its last words needs a moment.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return Err(format!("the server ended at once: {status}"));
        }
        if visitor.status("/readyz").await == Some(200) {
            return Ok(());
        }
        // Short: how soon a server is ready is one of the figures.
        tokio::time::sleep(Duration::from_millis(4)).await;
    }
    Err(format!("the server was not ready within {PATIENCE:?}"))
}
