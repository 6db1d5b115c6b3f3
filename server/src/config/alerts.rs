//! How alerts leave: by mail, by a signed call to a gateway, or not at all.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use url::Url;

use super::Fault;
use super::oidc::on_this_machine;
use crate::model::Private;

/// How far calls to the gateway may go, whatever its name resolves to (INP-07).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Addresses of the internet, none of a network inside.
    #[default]
    Internet,
    /// Those too of the district's own networks.
    Inside,
    /// This machine alone, which the setting names.
    ThisMachine,
}

/// The ways out for alerts; without any, alerts are seen in the pages only.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// The mail server's address with its sign-in.
    pub smtp: Option<Private<String>>,
    /// The sender.
    pub from: String,
    /// The gateway's address.
    pub webhook: Option<Private<String>>,
    /// How far calls to the gateway may go.
    pub webhook_reach: Reach,
    /// The key that calls to the gateway are signed with.
    pub webhook_key: Private<Vec<u8>>,
}

impl Alerts {
    pub(super) fn read(value: &impl Fn(&str) -> String, faults: &mut Vec<Fault>) -> Self {
        let set = |name: &str| Some(value(name)).filter(|text| !text.is_empty());
        let (smtp, from, webhook) = (set("alerts.smtp"), value("alerts.from"), set("alerts.webhook"));
        if let Some(url) = &smtp {
            if !(url.starts_with("smtp://") || url.starts_with("smtps://")) {
                faults.push(Fault::new("alerts.smtp", "must start with smtps:// or smtp://"));
            }
            if from.parse::<lettre::message::Mailbox>().is_err() {
                faults.push(Fault::new("alerts.from", "must be a mail address, as alerts@school.example"));
            }
        }
        let mut key = Vec::new();
        let mut reach = match value("alerts.webhook_inside").as_str() {
            "" | "no" => Reach::Internet,
            "yes" => Reach::Inside,
            _ => {
                faults.push(Fault::new("alerts.webhook_inside", "must be yes or no"));
                Reach::Internet
            }
        };
        let mut called = None;
        if let Some(text) = &webhook {
            match plain(text) {
                Ok(url) => {
                    if on_this_machine(&url) {
                        reach = Reach::ThisMachine;
                    }
                    called = Some(Private::new(String::from(url)));
                }
                Err(why) => faults.push(Fault::new("alerts.webhook", why)),
            }
            let secret = value("alerts.webhook_secret");
            match secret.strip_prefix("whsec_").and_then(|text| BASE64_STANDARD.decode(text).ok()) {
                Some(bytes) if (24..=64).contains(&bytes.len()) => key = bytes,
                _ => faults.push(Fault::new(
                    "alerts.webhook_secret",
                    "must be whsec_ and then 24 to 64 bytes in base64",
                )),
            }
        }
        Self {
            smtp: smtp.map(Private::new),
            from,
            webhook: called,
            webhook_reach: reach,
            webhook_key: key.into(),
        }
    }
}

/// An address that says where it leads: no name and password in it, no host in disguise.
fn plain(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "is not an address; write https://, a host and a path")?;
    let here = on_this_machine(&url);
    if url.scheme() != "https" && !(url.scheme() == "http" && here) {
        return Err("must start with https:// (http:// on this machine only)");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must hold no name, no password and no #; the call is signed with alerts.webhook_secret");
    }
    // 2130706433, 0x7f.1 and 127.1 are 127.0.0.1 too, and a reader of the settings would not see it.
    let host = url.host_str().unwrap_or_default();
    if host.is_empty() || !text.to_lowercase().starts_with(&format!("{}://{host}", url.scheme())) {
        return Err("must name its host plainly: a name, or an address as it is usually written");
    }
    Ok(url)
}

/// Addresses that do not say where they lead.
#[cfg(test)]
pub(crate) const DISGUISED: [&str; 24] = [
    "http://127.0.0.1.evil.example/",
    "http://localhost.evil.example/",
    "http://127.0.0.1@169.254.169.254/",
    "https://127.0.0.1@169.254.169.254/",
    "https://user:word@gateway.example/",
    "http://gateway.example/",
    "ftp://gateway.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "unix:///run/docker.sock",
    "//gateway.example/",
    "gateway.example",
    "https://",
    "https:///hook",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://2852039166/",
    "https://\u{2460}\u{2461}\u{2466}.0.0.1/",
    "https://[::ffff:169.254.169.254]/",
    "https://gateway.example/#@127.0.0.1",
    "https://[0:0:0:0:0:0:0:1]/",
];

#[cfg(test)]
mod tests {
    use super::{Alerts, Reach};

    fn read(webhook: &str, inside: &str) -> (Alerts, Vec<String>) {
        let value = |name: &str| match name {
            "alerts.webhook" => webhook.to_owned(),
            "alerts.webhook_inside" => inside.to_owned(),
            "alerts.webhook_secret" => "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
            _ => String::new(),
        };
        let mut faults = Vec::new();
        let alerts = Alerts::read(&value, &mut faults);
        (alerts, faults.into_iter().map(|fault| fault.problem).collect())
    }

    #[test]
    fn a_gateway_is_named_plainly_and_its_reach_follows_from_it_inp_07() {
        for (url, inside, reach) in [
            ("https://gateway.example/hook", "", Reach::Internet),
            ("https://Gateway.Example:8443/hook?district=3", "no", Reach::Internet),
            ("https://sms.district.internal/hook", "yes", Reach::Inside),
            ("http://127.0.0.1:9000/hook", "", Reach::ThisMachine),
            ("http://localhost:9000/", "yes", Reach::ThisMachine),
            ("https://[::1]/", "", Reach::ThisMachine),
        ] {
            let (alerts, faults) = read(url, inside);
            assert!(faults.is_empty(), "{url}: {faults:?}");
            assert_eq!(alerts.webhook_reach, reach, "{url}");
        }
        assert_eq!(read("https://gateway.example/", "perhaps").1.len(), 1);
        for url in super::DISGUISED {
            assert_eq!(read(url, "yes").1.len(), 1, "{url} is taken");
        }
    }
}
