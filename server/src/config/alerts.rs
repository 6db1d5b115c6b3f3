//! How alerts leave: by mail, by a signed call to a gateway, or not at all.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Fault;
use crate::model::Private;

/// The ways out for alerts; without any, alerts are seen in the pages only.
#[derive(Clone, Debug, Default)]
pub struct Alerts {
    /// The mail server's address with its sign-in.
    pub smtp: Option<Private<String>>,
    /// The sender.
    pub from: String,
    /// The gateway's address.
    pub webhook: Option<Private<String>>,
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
        if let Some(url) = &webhook {
            let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
            if !(url.starts_with("https://") || local.iter().any(|start| url.starts_with(start))) {
                faults.push(Fault::new(
                    "alerts.webhook",
                    "must start with https:// (http:// on this machine only)",
                ));
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
            webhook: webhook.map(Private::new),
            webhook_key: key.into(),
        }
    }
}
