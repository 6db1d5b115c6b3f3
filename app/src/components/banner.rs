//! A message across the page.

use leptos::prelude::*;

use super::icon::Icon;

/// What a banner says by its colour and its icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information.
    Info,
    /// Something was done.
    Done,
    /// Something needs a second look.
    Warn,
    /// A child needs a person now.
    Critical,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "banner",
            Self::Done => "banner banner-done",
            Self::Warn => "banner banner-warn",
            Self::Critical => "banner banner-critical",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Done => "circle-check",
            Self::Warn => "circle-alert",
            Self::Critical => "priority-critical",
        }
    }

    /// A change is announced politely, a refusal at once; what stands on the page anyway is not announced.
    fn role(self) -> Option<&'static str> {
        match self {
            Self::Done => Some("status"),
            Self::Warn | Self::Info | Self::Critical => None,
        }
    }
}

/// A banner with a head and one more sentence where there is one.
#[component]
pub fn Banner(
    tone: Tone,
    #[prop(into)] head: String,
    #[prop(into, optional)] text: String,
    #[prop(optional)] urgent: bool,
) -> AnyView {
    let role = if urgent { Some("alert") } else { tone.role() };
    view! {
        <div class=tone.class() role=role>
            <Icon name=tone.icon()/>
            <div>
                <h2>{head}</h2>
                {(!text.is_empty()).then(|| view! { <p>{text}</p> })}
            </div>
        </div>
    }
    .into_any()
}

/// The confirmation after a change: one of the fixed sentences, or nothing.
#[component]
pub fn Confirmation(sentence: Option<&'static str>) -> AnyView {
    sentence.map(|sentence| view! { <Banner tone=Tone::Done head=sentence/> }).into_any()
}
