//! What surrounds every page of a child: the bar with help in the same corner, the sheet's place, the landscape.

use leptos::prelude::*;
use server::model::people::AgeBand;

use crate::assets;
use crate::components::icon::Icon;
use crate::islands::hide_screen::HideScreen;

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
        <main class="student-main" id="main" tabindex="-1">{children()}</main>
        <svg class="scene" viewBox="0 0 1200 180" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
            <use href=format!("{}#scene", assets::url(&format!("art/{scene}.svg")))></use>
        </svg>
    }
    .into_any()
}

/// The bar: whose page it is, help, and the cover.
#[component]
fn Bar(hide: bool) -> impl IntoView {
    let cover = hide.then(|| {
        view! { <HideScreen icons=assets::url("icons.svg") picture=assets::url("art/quiet.svg")/> }.into_any()
    });
    view! {
        <header class="student-bar">
            <p class="brand">
                <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                    <use href=format!("{}#mark", assets::url("art/mark.svg"))></use>
                </svg>
                " "<span class="brand-name">"School check-in"</span>
            </p>
            <div class="student-tools">
                <a class="button" href="/help"><Icon name="life-buoy"/>" I need help"</a>
                {cover}
            </div>
        </header>
    }
    .into_any()
}
