//! An alert as a mail: a count and where to sign in.

use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{AsyncTransport, Tokio1Executor};

use super::{Message, Outcome, PATIENCE};
use crate::config::Alerts;

pub(super) async fn send(ways: &Alerts, url: Option<&str>, message: &Message) -> Outcome {
    let Some(server) = &ways.smtp else { return Err("no mail server is set") };
    let from: Mailbox = ways.from.parse().map_err(|_| "the sender is no mail address")?;
    let to: Mailbox = message.email.parse().map_err(|_| "the account has no mail address")?;
    let sentence = message.sentence();
    let text = match url {
        Some(url) => format!("{sentence}. Sign in: {url}/sign-in\n"),
        None => format!("{sentence}. Sign in to Firstlight.\n"),
    };
    let mail = lettre::Message::builder()
        .from(from)
        .to(to)
        .subject(sentence)
        .message_id(Some(format!("<{}@firstlight.invalid>", message.id.simple())))
        .body(text)
        .map_err(|_| "the mail could not be written")?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.reveal())
        .map_err(|_| "the mail server's address cannot be read")?
        .timeout(Some(PATIENCE))
        .build();
    transport.send(mail).await.map(drop).map_err(|error| {
        // The answer of a mail server may repeat an address: only its kind is kept.
        if error.is_permanent() {
            "the mail server refused it"
        } else if error.is_timeout() {
            "the mail server took too long"
        } else {
            "the mail server cannot be reached"
        }
    })
}
