//! The day at a glance: a few numbers, each a link to its list.

use leptos::prelude::*;

use super::icon::Icon;

/// One number of the strip.
#[derive(Clone, Debug)]
pub struct Count {
    /// How many.
    pub number: usize,
    /// Of what.
    pub label: &'static str,
    /// Where the list is; none for a number alone.
    pub href: Option<String>,
    /// Whether this list is on the page already.
    pub chosen: bool,
    /// Marks the one that counts critical referrals.
    pub critical: bool,
}

impl Count {
    /// A number alone.
    pub fn plain(number: usize, label: &'static str) -> Self {
        Self { number, label, href: None, chosen: false, critical: false }
    }
}

/// A strip of numbers.
#[component]
pub fn CountStrip(label: &'static str, counts: Vec<Count>) -> AnyView {
    let cells = counts.into_iter().map(|count| {
        let class = if count.critical { "count count-critical" } else { "count" };
        let number = view! { <span class="count-number">{count.number}</span> };
        let words = view! {
            <span class="count-label">
                {count.critical.then(|| view! { <Icon name="priority-critical"/> })} {count.label}
            </span>
        };
        match count.href {
            Some(href) => {
                let current = count.chosen.then_some("true");
                view! { <li><a class=class href=href aria-current=current>{number}" "{words}</a></li> }
                    .into_any()
            }
            None => view! { <li><div class=class>{number}" "{words}</div></li> }.into_any(),
        }
    });
    view! { <ul class="counts" aria-label=label>{cells.collect_view()}</ul> }.into_any()
}
