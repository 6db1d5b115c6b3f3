//! The page around a page: head, skip link, and the right style sheet for its audience.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::assets;
use crate::look::{Here, Look};

/// For whom a page is: decides sheet, skin and scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// A child of this band; `None` before it has signed in.
    Student(Option<AgeBand>),
    /// Staff.
    Staff,
    /// Somebody whose errand is not known: errors, sign-in.
    Plain,
}

/// What the head of a page says.
#[derive(Clone, Debug)]
pub struct Head {
    /// The page's own title; on a child's page without a topic word (K-10).
    pub title: String,
    /// For whom.
    pub audience: Audience,
}

impl Head {
    /// A head for a child's page.
    pub fn student(title: impl Into<String>, band: Option<AgeBand>) -> Self {
        Self { title: title.into(), audience: Audience::Student(band) }
    }

    /// A head for a page of staff.
    pub fn staff(title: impl Into<String>) -> Self {
        Self { title: title.into(), audience: Audience::Staff }
    }
}

fn skin(audience: Audience) -> &'static str {
    match audience {
        Audience::Student(None) => "student",
        Audience::Student(Some(AgeBand::A)) => "student skin-meadow",
        Audience::Student(Some(AgeBand::B)) => "student skin-river",
        Audience::Student(Some(AgeBand::C)) => "student skin-trail",
        Audience::Student(Some(AgeBand::D)) => "student skin-studio",
        Audience::Staff => "staff",
        Audience::Plain => "staff plain",
    }
}

/// The document around a page's content.
#[component]
pub fn Shell(head: Head, children: Children) -> impl IntoView {
    let child = matches!(head.audience, Audience::Student(_));
    let (sheet, icon) = match child {
        // Nothing to fetch, and nothing on the tab that a classmate could recognise.
        true => ("student", "data:,".to_owned()),
        false => ("staff", assets::url("favicon.svg")),
    };
    let look = if child { use_context::<Here>().unwrap_or_default().look } else { Look::default() };
    let words = look.language.words();
    let place = if child { words.place } else { "Firstlight" };
    let scripts = if child { view! { <Starter/> }.into_any() } else { view! { <Islands/> }.into_any() };
    view! {
        <html lang=look.language.tag() dir=look.language.direction()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <title>{format!("{} · {place}", head.title)}</title>
                <link rel="icon" href=icon/>
                <link rel="stylesheet" href=assets::url(&format!("css/{sheet}.css"))/>
                {scripts}
            </head>
            <body class=format!("{}{}", skin(head.audience), look.classes())>
                <a class="skip-link" href="#main">{words.skip_link}</a>
                {children()}
            </body>
        </html>
    }
}

/// A child's page: the browser part is asked for only after the page has been painted and is at rest, and never
/// preloaded before, because on a slow line it would take the place of what the child needs first.
#[component]
fn Starter() -> impl IntoView {
    let pkg = format!("/pkg/{}", assets::version());
    let script = START.replace("{pkg}", &pkg);
    view! { <script type="module" nonce=use_nonce()>{script}</script> }
}

const START: &str = r#"const start = () => import("{pkg}/child.js").then(part =>
  part.default({ module_or_path: "{pkg}/child_bg.wasm" }).then(() => {
    part.hydrate();
    for (const island of document.querySelectorAll("leptos-island")) part[island.dataset.component]?.(island);
  })).catch(() => {});
const rest = () => "requestIdleCallback" in window ? requestIdleCallback(start, { timeout: 2000 }) : setTimeout(start);
document.readyState === "complete" ? rest() : addEventListener("load", rest);"#;

/// Starts the islands when the browser has nothing better to do; a page works before and without it.
#[component]
fn Islands() -> impl IntoView {
    let options = LeptosOptions::builder()
        .output_name("firstlight")
        .site_pkg_dir(format!("pkg/{}", assets::version()))
        .build();
    view! { <HydrationScripts options islands=true/> }
}

/// Sends the page's one form by itself once the page has been painted; without a script its button does the same.
#[component]
pub fn SendOn() -> impl IntoView {
    view! { <script type="module" nonce=use_nonce()>{SEND_ON}</script> }
}

const SEND_ON: &str =
    "requestAnimationFrame(() => setTimeout(() => document.querySelector('main form').requestSubmit()));";
