//! An alert as a signed call to a gateway (Standard Webhooks): the gateway turns it into an SMS or a chat message.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::{Message, Outcome, PATIENCE};
use crate::config::Alerts;
use crate::model::Instant;

pub(super) async fn send(ways: &Alerts, message: &Message, now: Instant) -> Outcome {
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
    let calling = tokio::task::spawn_blocking(move || {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build().into();
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
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::signature;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn a_call_is_signed_as_the_standard_s_own_example() {
        let key = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
