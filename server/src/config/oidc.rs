//! Sign-in at somebody else's: one provider that speaks OpenID Connect.

use std::path::Path;

use url::{Host, Url};

use super::Fault;
use crate::model::Private;

/// The provider, as `firstlight.toml` names it.
#[derive(Clone, Debug)]
pub struct Oidc {
    /// Who it is; its addresses are read from there, and nowhere else.
    pub issuer: Url,
    /// The same letter by letter: some end with a slash, and their tokens are of no other.
    pub written: String,
    /// What it knows us by.
    pub client_id: String,
    /// What we show it.
    pub client_secret: Private<String>,
    /// What people call it: "Sign in with …".
    pub name: String,
    /// Words of `amr` or `acr` by which it proves a second factor; none are believed unless they stand here.
    pub trusted: Vec<String>,
}

impl Oidc {
    pub(super) fn read(value: &impl Fn(&str) -> String, faults: &mut Vec<Fault>) -> Option<Self> {
        let issuer = value("oidc.issuer");
        if issuer.is_empty() {
            for name in ["oidc.client_id", "oidc.client_secret_file", "oidc.trust_amr"] {
                if !value(name).is_empty() {
                    faults.push(Fault::new(name, "says nothing without oidc.issuer"));
                }
            }
            return None;
        }
        let before = faults.len();
        let written = issuer;
        let issuer = Url::parse(&written).ok().filter(safe);
        if issuer.is_none() {
            let problem = "must be an https:// address (http:// on this machine only), without query";
            faults.push(Fault::new("oidc.issuer", problem));
        }
        let client_id = value("oidc.client_id");
        if client_id.is_empty() {
            faults.push(Fault::new("oidc.client_id", "is needed: what the provider knows this site by"));
        }
        let name = value("oidc.name");
        if name.is_empty() || name.chars().count() > 40 {
            faults.push(Fault::new("oidc.name", "must have 1 to 40 letters: it stands on a button"));
        }
        let secret = secret(Path::new(&value("oidc.client_secret_file")));
        let client_secret =
            secret.map_err(|problem| faults.push(Fault::new("oidc.client_secret_file", problem)));
        let trusted = value("oidc.trust_amr");
        let trusted =
            trusted.split(',').map(str::trim).filter(|w| !w.is_empty()).map(str::to_owned).collect();
        match (issuer, client_secret) {
            (Some(issuer), Ok(client_secret)) if faults.len() == before => {
                Some(Self { issuer, written, client_id, client_secret, name, trusted })
            }
            _ => None,
        }
    }

    /// Whether the provider is on this machine, as in a trial; then its other addresses may be too.
    pub fn is_local(&self) -> bool {
        self.issuer.scheme() == "http"
    }
}

/// Nobody reads on the way what is asked there: https, or this machine.
fn safe(url: &Url) -> bool {
    url.query().is_none() && (url.scheme() == "https" || (url.scheme() == "http" && on_this_machine(url)))
}

/// Whether an address is this machine's own.
pub fn on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The secret, from a file that nobody else on the machine can read.
fn secret(file: &Path) -> Result<Private<String>, String> {
    use std::os::unix::fs::PermissionsExt;
    if file.as_os_str().is_empty() {
        return Err("is needed: the file that holds the client secret".to_owned());
    }
    let unreadable = |error| format!("{} cannot be read: {error}", file.display());
    let mode = std::fs::metadata(file).map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(format!("{0} can be read by others; run 'chmod 600 {0}'", file.display()));
    }
    let secret = std::fs::read_to_string(file).map_err(unreadable)?.trim().to_owned();
    if secret.is_empty() { Err(format!("{} is empty", file.display())) } else { Ok(secret.into()) }
}

#[cfg(test)]
mod tests {
    use super::Oidc;

    fn faults(set: &[(&str, &str)]) -> Vec<String> {
        let mut faults = Vec::new();
        let set: Vec<_> = set.iter().chain(&[("oidc.name", "district")]).collect();
        let value = |name: &str| set.iter().find(|(n, _)| *n == name).map_or("", |(_, v)| *v).to_owned();
        let _ = Oidc::read(&value, &mut faults);
        faults.into_iter().map(|fault| fault.name).collect()
    }

    #[test]
    fn a_provider_is_asked_by_https_only_and_its_secret_is_nobody_elses() {
        assert_eq!(faults(&[]), Vec::<String>::new());
        assert_eq!(faults(&[("oidc.client_id", "x")]), ["oidc.client_id"]);
        for issuer in
            ["http://idp.example", "http://10.0.0.1", "ftp://idp.example", "https://idp.example?x=1", "idp"]
        {
            let found = faults(&[("oidc.issuer", issuer)]);
            assert_eq!(found, ["oidc.issuer", "oidc.client_id", "oidc.client_secret_file"], "{issuer}");
        }
        // This source can be read by others.
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let set = [
            ("oidc.issuer", "https://idp.example"),
            ("oidc.client_id", "x"),
            ("oidc.client_secret_file", file),
        ];
        assert_eq!(faults(&set), ["oidc.client_secret_file"]);
    }
}
