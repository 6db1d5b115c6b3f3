//! Settings: `firstlight.toml`, then the environment (`FIRSTLIGHT__SECTION__KEY`), which goes before it.
//!
//! Every setting stands once, in [`SETTINGS`], with its default and what it means; `firstlight config check` prints
//! every fault at once, and a test holds the README to this list.

mod alerts;
mod capacity;
mod clinical;
mod keys;
mod letters;
mod looks;
mod mandatory;
mod oidc;
mod passkeys;
mod quality;
mod retention;

#[cfg(test)]
pub(crate) use alerts::DISGUISED;
pub use alerts::{Alerts, Reach};
pub use capacity::Capacity;
pub use clinical::{AssentText, Clinical, Clocks, HelpLine};
pub use keys::{KeySource, Keys, Master};
pub(crate) use keys::{PURPOSES, from_hex, hex, mac};
pub use letters::{GuardianLetter, LetterText, result_named_in};
pub use looks::Looks;
pub use mandatory::MandatoryReport;
pub use oidc::{Oidc, on_this_machine};
pub use passkeys::{Party, Passkeys};
pub use quality::Quality;
pub use retention::{Periods, Retention};

use crate::seal::age::Recipient;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// `section.key`; in the environment `FIRSTLIGHT__SECTION__KEY`.
    pub name: &'static str,
    /// Its value when nobody sets it.
    pub default: &'static str,
    /// What it means, its unit and its range.
    pub meaning: &'static str,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "data_dir",
        default: "data",
        meaning: "folder for the embedded database and the key file; created when missing",
    },
    Setting {
        name: "database.url",
        default: "sqlite://data/firstlight.db",
        meaning: "sqlite://FILE for the embedded database, or postgres://user@host/name for many nodes",
    },
    Setting { name: "http.listen", default: "127.0.0.1:3000", meaning: "address and port to serve on" },
    Setting {
        name: "http.public_url",
        default: "",
        meaning: "the address people type, such as https://check-in.example.org; needed when listening beyond this \
                  machine. With https, cookies are marked Secure",
    },
    Setting {
        name: "http.trusted_proxies",
        default: "",
        meaning: "addresses of proxies in front, comma-separated; only their X-Forwarded-For is believed",
    },
    Setting {
        name: "http.at_once",
        default: "512",
        meaning: "how many requests are worked on at once (8 to 100000); beyond it, and earlier for what matters less, \
                  people are asked to come back in a moment",
    },
    Setting {
        name: "staff.cover_minutes",
        default: "10",
        meaning: "a counselor's pages cover themselves after so many minutes without a touch (1 to 29); password or one-time \
                  code uncovers them. After half an hour the sign-in ends",
    },
    Setting {
        name: "staff.passkeys",
        default: "",
        meaning: "'required': administrators and counselors must have a passkey, and the code of an app is not enough for \
                  them; 'offered': whoever likes has one. Without it: required where http.public_url is https under a name, \
                  offered elsewhere. On this machine alone passkeys work at http://localhost:3000, not at 127.0.0.1",
    },
    Setting {
        name: "oidc.issuer",
        default: "",
        meaning: "address of an OpenID Connect provider that staff may sign in with in place of the password, such as \
                  https://login.example.org/realms/district (Keycloak), https://clever.com or \
                  https://launchpad.classlink.com; its other addresses are read from there. It knows this site by the \
                  return address http.public_url/sign-in/with/back",
    },
    Setting {
        name: "oidc.client_id",
        default: "",
        meaning: "what the provider knows this site by; needed with oidc.issuer",
    },
    Setting {
        name: "oidc.client_secret_file",
        default: "",
        meaning: "file of the client secret, readable by the server alone (chmod 600); needed with oidc.issuer",
    },
    Setting {
        name: "oidc.name",
        default: "your district",
        meaning: "what people call the provider: 'Sign in with …'",
    },
    Setting {
        name: "oidc.trust_amr",
        default: "",
        meaning: "words of amr or acr, comma-separated, by which the provider proves a second factor of its own, such as mfa; \
                  without it the second factor is given here. It never takes the place of a required passkey",
    },
    Setting {
        name: "keys.file",
        default: "",
        meaning: "file of the master key (64 hex digits); default key.hex in data_dir. Nodes of one database share it",
    },
    Setting {
        name: "keys.command",
        default: "",
        meaning: "in place of the file: a program with its arguments, divided by spaces, that prints the master key (64 hex \
                  digits), such as a key service's client; while the key is changed, the new one on a line after it",
    },
    Setting {
        name: "alerts.smtp",
        default: "",
        meaning: "the mail server for alerts, such as smtps://user:password@mail.example.org or smtp://127.0.0.1:25; \
                  without it no mail is sent",
    },
    Setting {
        name: "alerts.from",
        default: "",
        meaning: "the sender of alert mails, such as Firstlight <alerts@school.example>; needed with alerts.smtp",
    },
    Setting {
        name: "alerts.webhook",
        default: "",
        meaning: "an address that forwards alerts to SMS, WeCom or DingTalk; called with a Standard Webhooks signature",
    },
    Setting {
        name: "alerts.webhook_inside",
        default: "",
        meaning: "'yes' where the gateway is in a network of the district's own (10.…, 192.168.…); else it is called on the \
                  internet only, whatever its name resolves to, or on this machine where the address says so",
    },
    Setting {
        name: "alerts.webhook_secret",
        default: "",
        meaning: "whsec_ and 24–64 bytes in base64, known to the other side too; needed with alerts.webhook",
    },
    Setting {
        name: "audit.checkpoints",
        default: "",
        meaning: "file to which signed checkpoints of the trail are added; default audit-checkpoints.jsonl in data_dir. \
                  Put it where whoever can change the database cannot write",
    },
    Setting {
        name: "looks.children_an_hour",
        default: "25",
        meaning: "so many children's files opened by one person within an hour are marked in the auditor's report",
    },
    Setting {
        name: "looks.off_hours_a_week",
        default: "3",
        meaning: "marked: so many children a week outside looks.day, on weekends or free days, without duty and without an \
                  urgent case",
    },
    Setting {
        name: "looks.without_case_a_week",
        default: "8",
        meaning: "marked: so many children a week for whom no referral is open or was closed in the last 90 days",
    },
    Setting {
        name: "looks.own_name_a_week",
        default: "1",
        meaning: "marked: so many children a week of the person's own family name, where few at school bear it",
    },
    Setting {
        name: "looks.broken_glass_a_week",
        default: "4",
        meaning: "marked: so many children of other schools a week, each opened with a reason",
    },
    Setting {
        name: "looks.rare_name",
        default: "5",
        meaning: "a family name that more children of a school bear says nothing",
    },
    Setting { name: "looks.day", default: "06:00-20:00", meaning: "a school's day, as its clock shows it" },
    Setting {
        name: "backup.recipient",
        default: "",
        meaning: "whom backups are for: an age recipient (age1…) whose identity is kept away from this server; \
                  'firstlight backup-key' makes a pair",
    },
    Setting {
        name: "backup.keep_days",
        default: "35",
        meaning: "for how many days a backup is kept (1 to 3650); then the server removes the ones it made and still finds. \
                  A child that is erased is gone from every backup after as many days",
    },
    Setting {
        name: "documents.fonts",
        default: "/usr/share/fonts",
        meaning: "folder of fonts for letters that the built-in one lacks, such as Chinese or Arabic ones, in PDF files \
                  (Debian: fonts-noto-core, fonts-noto-cjk)",
    },
    Setting {
        name: "retention.file",
        default: "",
        meaning: "a signed copy of the periods (how long answers, results, casework, consents and leavers are kept, by \
                  jurisdiction); without it the shipped ones apply and are shown as awaiting a lawyer's sign-off",
    },
    Setting {
        name: "retention.profile",
        default: "general",
        meaning: "which of the file's profiles holds for a district that has chosen none",
    },
    Setting {
        name: "retention.erasures",
        default: "",
        meaning: "file that names erased children by id, so that a restored backup forgets them again; default \
                  erasures.jsonl in data_dir. Keep a copy with the key file",
    },
    Setting {
        name: "consent.guardian_below",
        default: "14",
        meaning: "below this age in years (0 to 21) a guardian's yes is needed where a yes is; from it on a child may say it \
                  itself. Your law decides: 14 in China (PIPL 31), 13 to 16 in Europe (GDPR 8), 18 for surveys in US schools \
                  (PPRA)",
    },
    Setting {
        name: "clinical.file",
        default: "",
        meaning: "a signed copy of the clinical settings (crisis wording, help lines, priorities, clocks); without it \
                  the shipped defaults apply and are shown as awaiting a clinician's sign-off",
    },
];

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Folder for data.
    pub data_dir: PathBuf,
    /// Database address.
    pub database_url: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The address people type, without a slash at the end.
    pub public_url: Option<String>,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// How many requests are worked on at once.
    pub at_once: usize,
    /// After so many minutes without a touch a counselor's pages are covered.
    pub cover_minutes: i64,
    /// Where passkeys work, and who must have one.
    pub passkeys: Passkeys,
    /// Where staff may sign in in place of the password.
    pub oidc: Option<Oidc>,
    /// Below this age only a guardian's yes counts.
    pub guardian_below: u8,
    /// Where the master key is.
    pub keys: KeySource,
    /// How alerts leave.
    pub alerts: Alerts,
    /// From when on looks at children's files are worth asking about.
    pub looks: Looks,
    /// Where signed checkpoints of the trail go.
    pub checkpoints: PathBuf,
    /// Whom backups are for.
    pub backup_recipient: Option<Recipient>,
    /// Where further fonts are.
    pub fonts: PathBuf,
    /// How long what is kept.
    pub retention: Retention,
    /// Clinical settings.
    pub clinical: Clinical,
}

/// One thing wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct Fault {
    /// The setting, or the file.
    pub name: String,
    /// What is wrong and what to do.
    pub problem: String,
}

impl Fault {
    fn new(name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { name: name.into(), problem: problem.into() }
    }
}

/// The environment variable of a setting: `http.listen` is `FIRSTLIGHT__HTTP__LISTEN`.
pub fn variable(name: &str) -> String {
    format!("FIRSTLIGHT__{}", name.replace('.', "__").to_uppercase())
}

impl Config {
    /// The address under which people reach the pages, without a slash at the end.
    pub fn site(&self) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{}", self.listen))
    }

    /// Reads `firstlight.toml` in the current folder (if there) and the environment.
    ///
    /// # Errors
    /// Every [`Fault`] there is, not only the first.
    pub fn load() -> Result<Self, Vec<Fault>> {
        let file = Path::new("firstlight.toml");
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(vec![Fault::new("firstlight.toml", format!("cannot be read: {error}"))]);
            }
        };
        Self::parse(&text, std::env::vars())
    }

    /// Checks settings given as the file's text and the environment's pairs.
    ///
    /// # Errors
    /// Every [`Fault`] there is.
    pub fn parse(
        file: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut values: BTreeMap<String, String> = BTreeMap::new();
        match file.parse::<toml::Table>() {
            Ok(table) => flatten("", &table, &mut values, &mut faults),
            Err(error) => {
                faults.push(Fault::new("firstlight.toml", error.message()));
            }
        }
        for (name, value) in environment.filter(|(name, _)| name.starts_with("FIRSTLIGHT__")) {
            values.insert(name["FIRSTLIGHT__".len()..].to_lowercase().replace("__", "."), value);
        }
        for name in values.keys().filter(|name| SETTINGS.iter().all(|s| s.name != name.as_str())) {
            let known: Vec<_> = SETTINGS.iter().map(|s| s.name).collect();
            faults.push(Fault::new(name, format!("no such setting; there are {}", known.join(", "))));
        }
        let value = |name: &str| {
            let default = SETTINGS.iter().find(|s| s.name == name).map_or("", |s| s.default);
            values.get(name).map_or(default, String::as_str).trim().to_owned()
        };
        let data_dir = PathBuf::from(value("data_dir"));
        let database_url = if values.contains_key("database.url") {
            value("database.url")
        } else {
            format!("sqlite://{}/firstlight.db", data_dir.display())
        };
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|p| database_url.starts_with(p)) {
            faults.push(Fault::new("database.url", "must start with sqlite:// or postgres://"));
        }
        let listen = value("http.listen").parse::<SocketAddr>().unwrap_or_else(|_| {
            faults.push(Fault::new("http.listen", "must be an address and a port, such as 127.0.0.1:3000"));
            SocketAddr::from(([127, 0, 0, 1], 3000))
        });
        let public_url =
            Some(value("http.public_url").trim_end_matches('/').to_owned()).filter(|u| !u.is_empty());
        if let Some(url) = &public_url
            && !(url.starts_with("https://") || url.starts_with("http://"))
        {
            faults.push(Fault::new(
                "http.public_url",
                "must start with https:// (or http:// on this machine only)",
            ));
        }
        if !listen.ip().is_loopback() && !public_url.as_deref().is_some_and(|u| u.starts_with("https://")) {
            faults.push(Fault::new(
                "http.public_url",
                "listening beyond this machine needs an https:// address here (a proxy in front ends TLS)",
            ));
        }
        let mut trusted_proxies = Vec::new();
        for proxy in value("http.trusted_proxies").split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match proxy.parse() {
                Ok(address) => trusted_proxies.push(address),
                Err(_) => {
                    faults.push(Fault::new("http.trusted_proxies", format!("'{proxy}' is not an IP address")))
                }
            }
        }
        let at_once = value("http.at_once").parse().ok().filter(|n| (8..=100_000).contains(n));
        let at_once = at_once.unwrap_or_else(|| {
            faults.push(Fault::new("http.at_once", "must be a whole number from 8 to 100000"));
            8
        });
        let guardian_below = value("consent.guardian_below").parse().ok().filter(|age| *age <= 21);
        let guardian_below = guardian_below.unwrap_or_else(|| {
            faults.push(Fault::new("consent.guardian_below", "must be an age in whole years from 0 to 21"));
            14
        });
        let cover_minutes = value("staff.cover_minutes").parse().ok().filter(|n| (1..=29).contains(n));
        let cover_minutes = cover_minutes.unwrap_or_else(|| {
            faults.push(Fault::new("staff.cover_minutes", "must be a whole number of minutes from 1 to 29"));
            10
        });
        let passkeys = Passkeys::read(&value, public_url.as_deref(), &mut faults);
        let oidc = Oidc::read(&value, &mut faults);
        let command: Vec<String> = value("keys.command").split_whitespace().map(str::to_owned).collect();
        if !command.is_empty() && !value("keys.file").is_empty() {
            faults.push(Fault::new("keys.command", "there is keys.file too; the master key has one place"));
        }
        let keys = match value("keys.file") {
            _ if !command.is_empty() => KeySource::Command(command),
            name if name.is_empty() => KeySource::File(data_dir.join("key.hex")),
            name => KeySource::File(PathBuf::from(name)),
        };
        let alerts = Alerts::read(&value, &mut faults);
        let looks = Looks::read(&value, &mut faults);
        let checkpoints = match value("audit.checkpoints") {
            name if name.is_empty() => data_dir.join("audit-checkpoints.jsonl"),
            name => PathBuf::from(name),
        };
        let backup_recipient = match value("backup.recipient") {
            name if name.is_empty() => None,
            name => name
                .parse()
                .map_err(|problem: String| faults.push(Fault::new("backup.recipient", problem)))
                .ok(),
        };
        let retention = Retention::read(&value, &data_dir, &mut faults);
        let clinical = match value("clinical.file") {
            name if name.is_empty() => Clinical::shipped(),
            name => std::fs::read_to_string(&name)
                .map_err(|e| format!("{name} cannot be read: {e}"))
                .and_then(|text| Clinical::parse(&text).map_err(|e| format!("{name}: {e}"))),
        };
        let clinical = clinical.unwrap_or_else(|problem| {
            faults.push(Fault::new("clinical.file", problem));
            Clinical::default()
        });
        if faults.is_empty() {
            Ok(Self {
                data_dir,
                database_url,
                listen,
                public_url,
                trusted_proxies,
                at_once,
                cover_minutes,
                passkeys,
                oidc,
                keys,
                alerts,
                looks,
                checkpoints,
                backup_recipient,
                fonts: PathBuf::from(value("documents.fonts")),
                retention,
                guardian_below,
                clinical,
            })
        } else {
            Err(faults)
        }
    }
}

fn flatten(prefix: &str, table: &toml::Table, into: &mut BTreeMap<String, String>, faults: &mut Vec<Fault>) {
    for (key, value) in table {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&name, inner, into, faults),
            toml::Value::String(text) => {
                into.insert(name, text.clone());
            }
            toml::Value::Array(_) => faults.push(Fault::new(name, "must be text, not a list")),
            other => {
                into.insert(name, other.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, SETTINGS, variable};

    fn parse(file: &str, environment: &[(&str, &str)]) -> Result<Config, Vec<super::Fault>> {
        Config::parse(file, environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn with_nothing_set_the_defaults_hold() {
        let config = parse("", &[]).unwrap();
        assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database_url, "sqlite://data/firstlight.db");
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let config =
            parse("[http]\nlisten = \"127.0.0.1:1\"", &[("FIRSTLIGHT__HTTP__LISTEN", "127.0.0.1:2")])
                .unwrap();
        assert_eq!(config.listen.port(), 2);
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let faults = parse(
            "[http]\nlisten = \"nowhere\"\ncolour = \"blue\"",
            &[("FIRSTLIGHT__DATABASE__URL", "mysql://x"), ("FIRSTLIGHT__CLINICAL__FILE", "/does/not/exist")],
        )
        .unwrap_err();
        let names: Vec<_> = faults.iter().map(|f| f.name.as_str()).collect();
        for name in ["http.listen", "http.colour", "database.url", "clinical.file"] {
            assert!(names.contains(&name), "{names:?} lacks {name}");
        }
    }

    #[test]
    fn listening_beyond_this_machine_without_https_is_refused() {
        assert!(parse("[http]\nlisten = \"0.0.0.0:3000\"", &[]).is_err());
        assert!(parse("[http]\nlisten = \"0.0.0.0:3000\"\npublic_url = \"https://a.example\"", &[]).is_ok());
    }

    #[test]
    fn variables_are_named_after_settings() {
        assert_eq!(variable(SETTINGS[1].name), "FIRSTLIGHT__DATABASE__URL");
    }
}
