//! The "Aa" panel's form: language and look for this sign-in.

use axum::response::{IntoResponse, Redirect, Response};
use server::ctx::Actor;

use crate::api::check_in::set_language;
use crate::i18n::Language;
use crate::look::Look;
use crate::visit::Posted;

/// `POST /look`: remembers the choices and goes back to the page they were made on. A signed-in child's questions
/// change language too, where their owner's wording has it; answers and place stay (K-25).
pub async fn choose(posted: Posted) -> Response {
    let visit = &posted.visit;
    let look = Look {
        language: Language::of_tag(posted.text("language")).unwrap_or(visit.look.language),
        size: posted.word::<u8>("size").filter(|size| *size <= 2).unwrap_or_default(),
        spaced: posted.text("spaced") == "yes",
        contrast: posted.text("contrast") == "yes",
        plain: posted.text("plain") == "yes",
    };
    if matches!(visit.ctx.actor, Actor::Student(_))
        && let Err(error) = set_language(visit, look.language.tag()).await
        && !matches!(error, server::Error::SignedOut)
    {
        return super::failure(visit, &error);
    }
    visit.keep_look(look, Redirect::to(local(posted.text("back"))).into_response())
}

/// A path of our own site, never another host's address.
fn local(path: &str) -> &str {
    let plain = path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b));
    if plain && path.starts_with('/') && !path.starts_with("//") { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn the_way_back_never_leaves_the_site() {
        assert_eq!(local("/check-in/question/5"), "/check-in/question/5");
        for foreign in ["", "//evil.example", "https://evil.example", "/\\evil", "/a?b", "javascript:1"] {
            assert_eq!(local(foreign), "/", "{foreign}");
        }
    }
}
