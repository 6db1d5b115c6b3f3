//! A child's device that goes on whatever happens: it sends each answer until it has been told that it is saved, and notes
//! what it was told.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;
use tests::device::{Answer, Body, Device};
use uuid::Uuid;

/// How often a request is tried while the server is away, 25 ms apart: half a minute.
const TRIES: usize = 1_200;

/// One child in its check-in.
pub struct Child {
    device: Device,
    code: String,
    token: String,
    client: Uuid,
    /// What is asked: part, instrument, item, and the codes of its choices.
    pub asked: Vec<(usize, String, String, Vec<i64>)>,
    /// Rises with each answer and each hand-in that the server has acknowledged.
    told: Arc<AtomicUsize>,
}

impl Child {
    /// Signs in with its card and says yes.
    pub async fn begin(address: &str, code: &str, told: Arc<AtomicUsize>) -> Self {
        let mut child = Self {
            device: Device::new(address),
            code: code.replace('-', ""),
            token: String::new(),
            client: Uuid::new_v4(),
            asked: Vec::new(),
            told,
        };
        child.enter().await;
        let forms = child.patiently("GET", "/check-in/forms", || Body::None).await;
        let held: Value = serde_json::from_slice(&forms.body).unwrap();
        for (part, form) in held["forms"].as_array().unwrap().iter().enumerate() {
            for item in form["items"].as_array().unwrap() {
                let codes =
                    item["choices"].as_array().unwrap().iter().filter_map(|c| c["code"].as_i64()).collect();
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                child.asked.push((part + 1, text(&form["instrument"]), text(&item["id"]), codes));
            }
        }
        child
    }

    /// From the door to the first question, as often as it takes.
    async fn enter(&mut self) {
        for _ in 0..TRIES {
            let door = self.patiently("GET", "/", || Body::None).await;
            // Whoever got in before the last fault is led on from the door, to a page without a form.
            if let Ok(token) = door.token() {
                let form = format!("token={token}&code={}", self.code);
                let _ = self.device.once("POST", "/card", Body::Form(form)).await;
            }
            let Ok(page) = self.device.once("GET", "/check-in", Body::None).await else { continue };
            if page.status.is_success() {
                let Ok(token) = page.token() else { continue };
                let form = format!("token={token}&assent=yes");
                let _ = self.device.once("POST", "/check-in/assent", Body::Form(form)).await;
            }
            let Ok(on) = self.device.once("GET", "/check-in", Body::None).await else { continue };
            let Some(question) = on.location.filter(|to| to.starts_with("/check-in/question/")) else {
                continue;
            };
            let Ok(question) = self.device.once("GET", &question, Body::None).await else { continue };
            if let Ok(token) = question.token() {
                self.token = token;
                return;
            }
        }
        panic!("card {} never gets in", self.code);
    }

    /// Asks until there is an answer that is no "come back later".
    async fn patiently<'a>(&mut self, method: &str, path: &str, body: impl Fn() -> Body<'a>) -> Answer {
        for _ in 0..TRIES {
            match self.device.once(method, path, body()).await {
                Ok(answer) if answer.retry_after.is_none() && !answer.status.is_server_error() => {
                    return answer;
                }
                // Gone, full or stopping: the page of a child tries again too.
                _ => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
        panic!("{method} {path} never answers");
    }

    /// The JSON of one answer.
    fn body(&self, n: usize, code: i64) -> String {
        let (part, _, item, _) = &self.asked[n];
        format!(
            "{{\"answers\":[{{\"client\":\"{}\",\"part\":{part},\"item\":\"{item}\",\"sequence\":{},\"answer\":{{\"code\":{code}}},\
             \"seconds\":3,\"ago\":0,\"language\":\"en\"}}]}}",
            self.client,
            n + 1
        )
    }

    /// Sends one answer once.
    ///
    /// # Errors
    /// What became of the connection.
    pub async fn send(&mut self, n: usize, code: i64) -> Result<Answer, String> {
        let body = self.body(n, code);
        self.device.once("POST", "/check-in/answers", Body::Json(&self.token, body)).await
    }

    /// Sends one answer until it is saved.
    pub async fn answer(&mut self, n: usize, code: i64) {
        let body = self.body(n, code);
        let token = self.token.clone();
        let saved = self.patiently("POST", "/check-in/answers", || Body::Json(&token, body.clone())).await;
        let words = String::from_utf8_lossy(&saved.body).into_owned();
        assert!(saved.status.is_success() && words.contains("\"refused\":[]"), "{}: {words}", saved.status);
        self.told.fetch_add(1, Ordering::SeqCst);
    }

    /// Tries to hand in once.
    ///
    /// # Errors
    /// What became of the connection.
    pub async fn send_in(&mut self) -> Result<Answer, String> {
        let body = format!("{{\"key\":\"{}\"}}", Uuid::new_v4());
        self.device.once("POST", "/check-in/hand-in", Body::Json(&self.token, body)).await
    }

    /// Hands in until that is acknowledged; twice gives the same receipt.
    pub async fn hand_in(&mut self) {
        let body = format!("{{\"key\":\"{}\"}}", Uuid::new_v4());
        let token = self.token.clone();
        let mut receipts = Vec::new();
        for _ in 0..2 {
            let done = self.patiently("POST", "/check-in/hand-in", || Body::Json(&token, body.clone())).await;
            assert!(done.status.is_success(), "handing in: {}", done.status);
            receipts.push(done.body);
        }
        assert_eq!(receipts[0], receipts[1]);
        self.told.fetch_add(1, Ordering::SeqCst);
    }
}
