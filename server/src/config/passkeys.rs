//! Where passkeys work, and whether some roles must have one (AUT-06).

use url::{Host, Url};

use super::Fault;

/// The site as passkeys know it: they are bound to its name and work nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The name that passkeys are bound to.
    pub id: String,
    /// Where pages are that may ask for one.
    pub origin: Url,
}

/// How passkeys are used here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passkeys {
    /// The site; none where browsers would refuse: without https, or under a bare number.
    pub party: Option<Party>,
    /// Whether administrators and counselors must have one.
    pub required: bool,
}

impl Passkeys {
    pub(super) fn read(
        value: &impl Fn(&str) -> String,
        public_url: Option<&str>,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let party = public_url.and_then(party);
        let by_tls = party.as_ref().is_some_and(|party| party.origin.scheme() == "https");
        let required = match value("staff.passkeys").as_str() {
            "" => by_tls,
            "offered" => false,
            "required" => true,
            _ => {
                faults.push(Fault::new("staff.passkeys", "must be 'required' or 'offered'"));
                false
            }
        };
        if required && party.is_none() {
            let problem =
                "passkeys need http.public_url with https and a name, such as https://check-in.example.org";
            faults.push(Fault::new("staff.passkeys", problem));
        }
        Self { party, required }
    }
}

/// What browsers allow: https under a name, or this machine by the name of localhost.
fn party(url: &str) -> Option<Party> {
    let origin = Url::parse(url).ok()?;
    let Some(Host::Domain(name)) = origin.host() else { return None };
    let id = name.to_owned();
    (origin.scheme() == "https" || id == "localhost").then_some(Party { id, origin })
}

#[cfg(test)]
mod tests {
    use super::Passkeys;

    fn read(set: &str, url: Option<&str>) -> (Passkeys, usize) {
        let mut faults = Vec::new();
        let passkeys = Passkeys::read(&|_| set.to_owned(), url, &mut faults);
        (passkeys, faults.len())
    }

    #[test]
    fn passkeys_are_required_where_they_can_work_and_nobody_says_otherwise_aut_06() {
        for (set, url, works, required, faults) in [
            ("", None, false, false, 0),
            ("", Some("https://check-in.example"), true, true, 0),
            ("", Some("http://localhost:3000"), true, false, 0),
            ("", Some("https://192.0.2.7"), false, false, 0),
            ("", Some("http://check-in.example"), false, false, 0),
            ("offered", Some("https://check-in.example"), true, false, 0),
            ("required", Some("http://localhost:3000"), true, true, 0),
            ("required", Some("https://192.0.2.7"), false, true, 1),
            ("yes", Some("https://check-in.example"), true, false, 1),
        ] {
            let (read, found) = read(set, url);
            let seen = (read.party.is_some(), read.required, found);
            assert_eq!(seen, (works, required, faults), "{set:?} {url:?}");
        }
    }
}
