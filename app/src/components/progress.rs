//! How far a child is: always forward, one step for each question (K-20).

use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::look::words;

/// Steps that fit as stones on one line.
const STONES: usize = 12;

/// Stones for the youngest, words and a line for everyone else.
#[component]
pub fn Progress(number: usize, of: usize, band: AgeBand) -> impl IntoView {
    let fill = |text: &str| text.replace("{n}", &number.to_string()).replace("{of}", &of.to_string());
    let words = words();
    if band == AgeBand::A && of <= STONES {
        view! {
            <ol class="stones" aria-label=fill(words.step_of)>
                {(1..=of).map(|step| match step.cmp(&number) {
                    std::cmp::Ordering::Less => view! { <li class="is-past"></li> }.into_any(),
                    std::cmp::Ordering::Equal => view! { <li class="is-now" aria-current="step"></li> }.into_any(),
                    std::cmp::Ordering::Greater => view! { <li></li> }.into_any(),
                }).collect_view()}
            </ol>
        }
        .into_any()
    } else {
        view! {
            <div class="progress">
                <p class="progress-text">{fill(words.question_of)}</p>
                <progress class="progress-line" value=(number - 1).to_string() max=of.to_string() aria-hidden="true"></progress>
            </div>
        }
        .into_any()
    }
}
