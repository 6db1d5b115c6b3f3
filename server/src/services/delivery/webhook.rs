//! An alert as a signed call to a gateway (Standard Webhooks): the gateway turns it into an SMS or a chat message.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

use super::reach::Within;
use super::{Message, Outcome};
use crate::config::Alerts;
use crate::model::Instant;

/// A gateway that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn send(ways: &Alerts, message: &Message, now: Instant) -> Outcome {
    send_by(DefaultResolver::default(), ways, message, now).await
}

async fn send_by(names: impl Resolver, ways: &Alerts, message: &Message, now: Instant) -> Outcome {
    let Some(url) = ways.webhook.as_ref().map(|url| url.reveal().clone()) else {
        return Err("no gateway is set");
    };
    let id = format!("msg_{}", message.id.simple());
    let timestamp = now.millis() / 1000;
    let body = json!({
        "type": if message.urgent { "alert.urgent" } else { "alert.digest" },
        "data": { "to": message.to.to_string(), "text": format!("{}. Sign in.", message.sentence()) },
    })
    .to_string();
    let signature =
        signature(ways.webhook_key.reveal(), &id, timestamp, &body).ok_or("the key cannot sign")?;
    let within = Within { reach: ways.webhook_reach, names };
    let calling = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            // A proxy would resolve the name itself, after us.
            .proxy(None)
            .build();
        let agent = ureq::Agent::with_parts(config, DefaultConnector::default(), within);
        agent
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .send(body)
    });
    match calling.await {
        Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
        Ok(Ok(_) | Err(ureq::Error::StatusCode(_))) => Err("the gateway refused it"),
        Ok(Err(ureq::Error::Timeout(_))) => Err("the gateway took too long"),
        _ => Err("the gateway cannot be reached"),
    }
}

/// `v1,` and the HMAC-SHA-256 over id, time and body.
fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr, TcpListener};
    use std::sync::atomic::{AtomicUsize, Ordering};

    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
    use ureq::unversioned::transport::NextTimeout;

    use super::super::Message;
    use super::super::reach::{Within, may_be_called};
    use super::{send_by, signature};
    use crate::config::{Alerts, DISGUISED, Reach};
    use crate::model::{Instant, Private};

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_call_is_signed_as_the_standard_s_own_example() {
        let key = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /// Every name leads to these addresses, one set after the other.
    #[derive(Debug)]
    struct Names(Vec<Vec<SocketAddr>>, AtomicUsize);

    impl Names {
        fn all(address: &str) -> Self {
            Self(vec![vec![address.parse().unwrap()]], AtomicUsize::new(0))
        }
    }

    impl Resolver for Names {
        fn resolve(
            &self,
            _: &ureq::http::Uri,
            _: &ureq::config::Config,
            _: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, ureq::Error> {
            let at = self.1.fetch_add(1, Ordering::SeqCst).min(self.0.len() - 1);
            let mut found = self.empty();
            self.0[at].iter().for_each(|address| found.push(*address));
            Ok(found)
        }
    }

    /// Addresses inside, as a name may resolve to them.
    const INSIDE: [&str; 40] = [
        "127.0.0.1",
        "127.8.9.1",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.254",
        "172.16.0.1",
        "172.31.255.1",
        "192.168.0.1",
        "192.168.255.1",
        "169.254.169.254",
        "169.254.0.1",
        "100.64.0.1",
        "100.127.255.254",
        "192.0.0.8",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.1",
        "198.51.100.7",
        "203.0.113.9",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:0:7f00:1::",
        "::127.0.0.1",
    ];

    fn ways(url: &str, reach: Reach) -> Alerts {
        Alerts {
            webhook: Some(Private::new(url.to_owned())),
            webhook_reach: reach,
            webhook_key: vec![7; 32].into(),
            ..Alerts::default()
        }
    }

    #[tokio::test]
    async fn whatever_a_name_resolves_to_nothing_inside_is_called_inp_07() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (now, message) = (Instant::from_millis(1_800_000_000_000), Message::example());
        let mut tried = DISGUISED.len();
        for address in INSIDE {
            let ip: IpAddr = address.parse().unwrap();
            for reach in [Reach::Internet, Reach::Inside] {
                let own = [10, 172, 192, 100].iter().any(|n| address.starts_with(&format!("{n}.")))
                    || address.starts_with('f');
                assert!(reach == Reach::Inside && own || !may_be_called(reach, ip), "{address} is called");
            }
            let names = Names(vec![vec![SocketAddr::new(ip, port)]], AtomicUsize::new(0));
            let url = format!("https://gateway.example:{port}/hook");
            let sent = send_by(names, &ways(&url, Reach::Internet), &message, now).await;
            assert_eq!(sent, Err("the gateway cannot be reached"), "{address}");
            tried += 1;
        }
        assert!(listener.accept().is_err(), "somebody called");
        for far in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.0.1",
            "172.32.0.1",
            "192.169.0.1",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(may_be_called(Reach::Internet, far.parse().unwrap()), "{far}");
            assert!(!may_be_called(Reach::ThisMachine, far.parse().unwrap()), "{far}");
        }
        for near in ["10.1.2.3", "192.168.1.1", "172.16.9.9", "100.64.1.1", "fd12::1"] {
            assert!(may_be_called(Reach::Inside, near.parse().unwrap()), "{near}");
        }
        println!("{tried} addresses, 0 calls inside");
    }

    /// A name that resolves to something else the second time, to both at once, or a gateway that sends elsewhere.
    #[tokio::test]
    async fn a_name_that_changes_its_mind_and_a_gateway_that_sends_elsewhere_lead_nowhere_inp_07() {
        let (far, near): (SocketAddr, SocketAddr) =
            ("8.8.8.8:443".parse().unwrap(), "127.0.0.1:443".parse().unwrap());
        let names = Names(vec![vec![far], vec![near], vec![far, near]], AtomicUsize::new(0));
        let within = Within { reach: Reach::Internet, names };
        let (uri, config) =
            ("https://gateway.example/".parse().unwrap(), ureq::Agent::config_builder().build());
        let timeout = || NextTimeout {
            after: ureq::unversioned::transport::time::Duration::NotHappening,
            reason: ureq::Timeout::Global,
            per_read: None,
            per_write: None,
        };
        assert_eq!(
            within.resolve(&uri, &config, timeout()).unwrap()[0],
            far,
            "what was checked is what is called"
        );
        for _ in 0..2 {
            assert!(matches!(within.resolve(&uri, &config, timeout()), Err(ureq::Error::HostNotFound)));
        }

        use std::io::{Read, Write};
        let secret = TcpListener::bind("127.0.0.1:0").unwrap();
        secret.set_nonblocking(true).unwrap();
        let gateway = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = gateway.local_addr().unwrap().port();
        let place = format!("http://{}/latest/meta-data", secret.local_addr().unwrap());
        let answering = std::thread::spawn(move || {
            let (mut stream, _) = gateway.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let answer =
                format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {place}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let url = format!("http://127.0.0.1:{port}/hook");
        let names = Names::all(&format!("127.0.0.1:{port}"));
        let now = Instant::from_millis(1_800_000_000_000);
        let sent = send_by(names, &ways(&url, Reach::ThisMachine), &Message::example(), now).await;
        assert_eq!(sent, Err("the gateway refused it"));
        answering.join().unwrap();
        assert!(secret.accept().is_err(), "a redirect was followed");
    }
}
