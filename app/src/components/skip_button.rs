//! The way past a question: as large as an answer, quieter, and never one of the scale (K-13).

use leptos::prelude::*;

use crate::components::answer_card::AnswerCard;
use crate::look::words;

/// What the form sends when a child does not want to answer.
pub const DECLINED: &str = "declined";

/// "I don't want to answer", apart from the scale.
#[component]
pub fn SkipButton(checked: bool) -> impl IntoView {
    view! {
        <div class="answer-apart">
            <AnswerCard value=DECLINED.to_owned() label=words().decline.to_owned() checked=checked/>
        </div>
    }
}
