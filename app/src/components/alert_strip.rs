//! What every page of staff says when somebody waits, and what keeps asking while the page stays open (REL-10, REL-11).

use leptos::prelude::*;
use server::model::Instant;

use super::banner::{Banner, Tone};
use crate::api::alerts::AlertState;
use crate::staff_islands::live_alerts::LiveAlerts;

/// The one sentence for what is most urgent; empty where nothing is. It names nobody.
pub fn sentence(state: &AlertState, now: Instant, counselor: bool) -> String {
    let minutes = |since: Option<Instant>| since.map_or(0, |at| now.seconds_since(at).max(0) / 60);
    let waits = |since| match minutes(since) {
        0 => "for less than a minute".to_owned(),
        1 => "for 1 minute".to_owned(),
        n @ 2..=119 => format!("for {n} minutes"),
        n => format!("for {} hours", n / 60),
    };
    match (state.urgent, counselor) {
        (0, _) => String::new(),
        (1, true) => format!("1 urgent item has waited for you {}.", waits(state.since)),
        (n, true) => format!("{n} urgent items wait for you, the first {}.", waits(state.since)),
        (_, false) => format!(
            "Something urgent has waited {} and nobody has taken it. Reach the counselors of the school now.",
            waits(state.since)
        ),
    }
}

/// A text that changes when there is something else to say.
pub fn mark(state: &AlertState) -> String {
    format!("alerts {} {} {}", state.urgent, state.stuck, state.silent)
}

/// Banners for what waits, and the part that keeps asking.
#[component]
pub fn AlertStrip(
    state: AlertState,
    now: Instant,
    counselor: bool,
    /// The queue as the page shows it; empty on other pages.
    #[prop(optional, into)]
    queue: String,
) -> AnyView {
    let urgent = sentence(&state, now, counselor);
    // The queue itself shows the item first; there a banner would only push it down.
    let on_queue = !queue.is_empty();
    let urgent = (!urgent.is_empty() && !on_queue).then(|| {
        let link = counselor.then(|| view! { <a class="button" href="/queue">"Open my work"</a> });
        view! {
            <div class="banner banner-critical alert-strip">
                <super::icon::Icon name="priority-critical"/>
                <div><p><strong>{urgent}</strong></p></div>
                {link.map(|link| view! { <div class="buttons">{link}</div> })}
            </div>
        }
    });
    let stuck = (state.stuck > 0).then(|| {
        let many = if state.stuck == 1 { "1 urgent message".to_owned() } else { format!("{} urgent messages", state.stuck) };
        view! {
            <Banner
                tone=Tone::Warn
                head=format!("{many} could not leave")
                text="Mail or gateway does not answer. It is tried again; until then look here often, and tell your administrator."
            />
        }
    });
    let silent = state.silent.then(|| {
        view! {
            <Banner
                tone=Tone::Warn
                head="Nobody is being called at the moment"
                text="The part of Firstlight that sends alerts has fallen silent. Look at your queue often, and tell your administrator now."
            />
        }
    });
    view! {
        {urgent} {stuck} {silent}
        <LiveAlerts alerts=mark(&state) queue/>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use server::model::Instant;

    use super::{mark, sentence};
    use crate::api::alerts::AlertState;

    #[test]
    fn the_sentence_counts_and_names_nobody_c_42() {
        let now = Instant::from_millis(600_000);
        let state = AlertState { urgent: 1, since: Some(Instant::from_millis(0)), ..AlertState::default() };
        assert_eq!(sentence(&state, now, true), "1 urgent item has waited for you for 10 minutes.");
        assert!(sentence(&state, now, false).contains("nobody has taken it"));
        assert_eq!(sentence(&AlertState::default(), now, true), "");
        assert_ne!(mark(&state), mark(&AlertState::default()));
    }
}
