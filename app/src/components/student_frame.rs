//! What surrounds every page of a child: the bar with help in the same corner, the sheet's place, the landscape.

use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::assets;
use crate::components::icon::Icon;
use crate::components::look_panel::LookPanel;
use crate::islands::hide_screen::HideScreen;
use crate::islands::idle_lock::IdleLock;
use crate::look::words;
use crate::render::FormToken;

/// A child's page. `hide` offers the cover: wherever there is something to hide.
#[component]
pub fn StudentFrame(band: Option<AgeBand>, hide: bool, children: Children) -> impl IntoView {
    let scene = match band {
        None => "harbour",
        Some(AgeBand::A) => "meadow",
        Some(AgeBand::B) => "river",
        Some(AgeBand::C) => "trail",
        Some(AgeBand::D) => "studio",
    };
    view! {
        <Bar hide/>
        {band.filter(|_| hide).map(|_| view! { <Lock/> })}
        <main class="student-main" id="main" tabindex="-1">{children()}</main>
        <svg class="scene" viewBox="0 0 1200 180" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
            <use href=format!("{}#scene-{scene}", assets::url("student.svg"))></use>
        </svg>
    }
    .into_any()
}

/// Closes a page that nobody has touched for three minutes, after asking (K-34).
#[component]
fn Lock() -> impl IntoView {
    let words = words();
    let token = use_context::<FormToken>().unwrap_or_default().0;
    let (title, text, stay) =
        (words.still_there.to_owned(), words.still_there_text.to_owned(), words.still_here.to_owned());
    view! { <IdleLock token title text stay/> }.into_any()
}

/// The bar: whose page it is, help, and the cover.
#[component]
fn Bar(hide: bool) -> impl IntoView {
    let words = words();
    let token = use_context::<FormToken>().unwrap_or_default().0;
    let cover = hide.then(|| {
        let icons = assets::url("student.svg");
        view! {
            <HideScreen icons hide=words.hide.to_owned() back=words.come_back.to_owned() school=words.school.to_owned()/>
        }
        .into_any()
    });
    view! {
        <header class="student-bar">
            <p class="brand">
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href=format!("{}#mark", assets::url("student.svg"))></use>
                </svg>
                " "<span class="brand-name">{words.brand}</span>
            </p>
            <div class="student-tools">
                <LookPanel token/>
                <a class="button" href="/help"><Icon name="life-buoy"/>" "<span class="tool-word">{words.help}</span></a>
                {cover}
            </div>
        </header>
    }
    .into_any()
}
