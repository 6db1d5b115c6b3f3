//! The page around a page: head, skip link, and the right style sheet for its audience.

use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::assets;

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
    let sheet = match head.audience {
        Audience::Student(_) => "student",
        Audience::Staff | Audience::Plain => "staff",
    };
    let place = match head.audience {
        Audience::Student(_) => "Check-in",
        _ => "Firstlight",
    };
    view! {
        <html lang="en" dir="ltr">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <title>{format!("{} · {place}", head.title)}</title>
                <link rel="icon" href=assets::url("favicon.svg") type="image/svg+xml"/>
                <link rel="stylesheet" href=assets::url("css/firstlight.css")/>
                <link rel="stylesheet" href=assets::url(&format!("css/{sheet}.css"))/>
                <Islands/>
            </head>
            <body class=skin(head.audience)>
                <a class="skip-link" href="#main">"Skip to the main part"</a>
                {children()}
            </body>
        </html>
    }
}

/// Starts the islands when the browser has nothing better to do; a page works before and without it.
#[component]
fn Islands() -> impl IntoView {
    let options = LeptosOptions::builder()
        .output_name("firstlight")
        .site_pkg_dir(format!("pkg/{}", assets::version()))
        .build();
    view! { <HydrationScripts options islands=true/> }
}
