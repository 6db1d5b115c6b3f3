//! The sheets of a check-in, rendered once for all children who are shown the same.
//!
//! Two children of one window who have answered nothing yet get the same sheets but for three secrets: the token of their
//! forms, the key of their hand-in and the key of their device. The page is kept with gaps where those stand. What a child
//! has answered is never part of what is kept.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::api::check_in::Question;

/// Kept at most; a district asks a few forms in a few languages, and a look has a dozen settings.
const MOST: usize = 128;

static KEPT: LazyLock<Mutex<HashMap<String, Arc<Sheets>>>> = LazyLock::new(Mutex::default);

/// What differs from child to child.
#[derive(Clone, Debug)]
pub(super) struct Secrets {
    pub(super) token: String,
    pub(super) hand_in: String,
    pub(super) device: String,
}

impl Secrets {
    /// What stands in their places while a page is rendered: as unlikely in it as a secret.
    fn gaps() -> Self {
        let gap = || uuid::Uuid::new_v4().simple().to_string();
        Self { token: gap(), hand_in: gap(), device: gap() }
    }

    fn all(&self) -> [&str; 3] {
        [&self.token, &self.hand_in, &self.device]
    }
}

/// A page in pieces, each with the number of the secret that follows it.
#[derive(Debug)]
struct Sheets {
    pieces: Vec<(String, usize)>,
    last: String,
}

impl Sheets {
    fn cut(html: &str, gaps: &Secrets) -> Self {
        let (mut pieces, mut rest) = (Vec::new(), html);
        let next = |text: &str| {
            let found = gaps
                .all()
                .into_iter()
                .enumerate()
                .filter_map(|(n, gap)| Some((text.find(gap)?, n, gap.len())));
            found.min()
        };
        while let Some((at, n, length)) = next(rest) {
            pieces.push((rest[..at].to_owned(), n));
            rest = &rest[at + length..];
        }
        Self { pieces, last: rest.to_owned() }
    }

    fn with(&self, secrets: &Secrets) -> String {
        let secrets = secrets.all();
        let length: usize = self.pieces.iter().map(|(text, n)| text.len() + secrets[*n].len()).sum();
        let mut html = String::with_capacity(length + self.last.len());
        for (text, n) in &self.pieces {
            html.push_str(text);
            html.push_str(secrets[*n]);
        }
        html.push_str(&self.last);
        html
    }
}

/// Everything that decides how sheets look but the secrets; none where an answer is among it.
pub(super) fn key_of(questions: &[Question], rest: &dyn std::fmt::Debug) -> Option<String> {
    if questions.iter().any(|question| question.answer.is_some()) {
        return None;
    }
    let mut key = String::with_capacity(8 * 1024);
    write!(key, "{questions:?}{rest:?}").ok()?;
    Some(key)
}

/// The page with these secrets, rendered unless it is kept.
pub(super) fn page(key: Option<String>, secrets: &Secrets, render: impl FnOnce(Secrets) -> String) -> String {
    let Some(key) = key else { return render(secrets.clone()) };
    let known = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&key).map(Arc::clone);
    if let Some(sheets) = known {
        return sheets.with(secrets);
    }
    let gaps = Secrets::gaps();
    let sheets = Arc::new(Sheets::cut(&render(gaps.clone()), &gaps));
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= MOST {
        kept.clear();
    }
    kept.insert(key, Arc::clone(&sheets));
    drop(kept);
    sheets.with(secrets)
}

#[cfg(test)]
mod tests {
    use super::{Secrets, page};

    fn secrets(n: u8) -> Secrets {
        Secrets { token: format!("token-{n}"), hand_in: format!("hand-{n}"), device: format!("device-{n}") }
    }

    fn rendered(s: &Secrets) -> String {
        format!("<a {}><b {}><c {}><a {}>", s.token, s.device, s.hand_in, s.token)
    }

    #[test]
    fn every_child_gets_its_own_secrets_from_a_page_that_is_kept() {
        let key = || Some("the same form".to_owned());
        for n in 0..3 {
            let html = page(key(), &secrets(n), |s| rendered(&s));
            assert_eq!(html, rendered(&secrets(n)));
        }
        let never = page(key(), &secrets(9), |_| unreachable!("it is kept"));
        assert_eq!(never, rendered(&secrets(9)));
    }

    #[test]
    fn another_form_and_a_page_with_answers_are_rendered_anew() {
        let other = page(Some("another form".to_owned()), &secrets(1), |_| "other".to_owned());
        assert_eq!(other, "other");
        for _ in 0..2 {
            assert_eq!(page(None, &secrets(1), |s| rendered(&s)), rendered(&secrets(1)));
        }
        let kept = super::KEPT.lock().unwrap();
        assert!(kept.values().all(|sheets| !sheets.with(&secrets(7)).contains("token-1")));
    }
}
