//! The way to a database server: TLS 1.2 or 1.3 by rustls, and beyond this machine only with a certificate that fits (KEY-03,
//! ASVS 12.3).

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::store::StoreError;

/// What an address says, made safe: a host beyond this machine is reached with TLS whose certificate is checked against its
/// name, and an address that asks for less is refused.
pub(super) fn secured(options: PgConnectOptions) -> Result<PgConnectOptions, StoreError> {
    if is_here(&options) {
        return Ok(options);
    }
    match options.get_ssl_mode() {
        PgSslMode::VerifyFull => Ok(options),
        // What an address asks for that says nothing of it.
        PgSslMode::Prefer => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
        other => Err(StoreError::Refused(format!(
            "database.url asks for sslmode {other:?}, but {} is another machine: names and answers travel there only by TLS \
             with a checked certificate. Write ?sslmode=verify-full&sslrootcert=FILE with your authority's certificate, or \
             reach the database by a socket or a tunnel of this machine",
            options.get_host()
        ))),
    }
}

fn is_here(options: &PgConnectOptions) -> bool {
    let host = options.get_host().trim_matches(['[', ']']);
    options.get_socket().is_some()
        || host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use sqlx::postgres::PgConnectOptions;

    use super::secured;

    fn mode(url: &str) -> Result<String, String> {
        let options = PgConnectOptions::from_str(url).unwrap();
        secured(options).map(|o| format!("{:?}", o.get_ssl_mode())).map_err(|e| e.to_string())
    }

    #[test]
    fn beyond_this_machine_only_a_checked_certificate_will_do_asvs_12_3() {
        for host in ["db.example", "10.0.0.7", "[2001:db8::1]"] {
            assert_eq!(mode(&format!("postgres://u@{host}/n")).unwrap(), "VerifyFull", "{host}");
            assert_eq!(mode(&format!("postgres://u@{host}/n?sslmode=verify-full")).unwrap(), "VerifyFull");
            for weak in ["disable", "allow", "require", "verify-ca"] {
                let refused = mode(&format!("postgres://u@{host}/n?sslmode={weak}")).unwrap_err();
                assert!(
                    refused.contains("verify-full") && refused.contains(host.trim_matches(['[', ']'])),
                    "{refused}"
                );
            }
        }
        for here in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(mode(&format!("postgres://u@{here}/n?sslmode=disable")).unwrap(), "Disable", "{here}");
        }
        assert!(mode("postgres:///n?host=/var/run/postgresql&sslmode=disable").is_ok());
    }
}
