//! The frame of every page of staff: brand, the few places of one's roles, name and sign-out.

use leptos::prelude::*;
use server::ctx::Actor;
use server::model::people::Role;
use server::model::{Instant, UserId};

use super::alert_strip::AlertStrip;
use super::form::Token;
use crate::api::alerts::AlertState;
use crate::assets;
use crate::staff_islands::cover::Cover;
use crate::staff_islands::keep_drafts::KeepDrafts;
use crate::visit::Visit;

/// A place in the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The first page.
    Home,
    /// The counselor's queue and children.
    Work,
    /// What teachers report.
    Concern,
    /// What teachers rate.
    Ratings,
    /// Services to refer to.
    Directory,
    /// Referral rules.
    Rules,
    /// Who is on duty.
    Duty,
    /// Who may be asked.
    Consent,
    /// Sittings.
    Sittings,
    /// A school in numbers.
    School,
    /// Releases.
    District,
    /// Windows, people, settings.
    Setup,
    /// The audit trail.
    Trail,
}

/// Place, address, name, and the roles that have it.
const TABS: &[(Tab, &str, &str, &[Role])] = &[
    (Tab::Work, "/queue", "My work", &[Role::Counselor]),
    (Tab::Concern, "/concerns", "A concern", &[Role::Teacher]),
    (Tab::Ratings, "/ratings", "Ratings", &[Role::Teacher]),
    (Tab::Setup, "/setup", "Set-up", &[Role::Administrator]),
    (Tab::Consent, "/consent", "Consent", &[Role::Administrator, Role::SchoolLead]),
    (Tab::Directory, "/directory", "Help outside", &[Role::Counselor, Role::Administrator]),
    (Tab::Rules, "/rules", "Rules", &[Role::Administrator]),
    (Tab::Duty, "/duty", "Duty", &[Role::Counselor, Role::SchoolLead, Role::Administrator]),
    (Tab::Sittings, "/sittings", "Sittings", &[Role::Proctor]),
    (Tab::School, "/school", "My school", &[Role::SchoolLead]),
    (Tab::District, "/district", "District", &[Role::DistrictOfficer, Role::Analyst]),
    (Tab::Trail, "/trail", "Trail", &[Role::Auditor]),
];

/// Who reads, and what the frame needs of the visit.
#[derive(Clone, Debug)]
pub struct Reader {
    name: String,
    user: Option<UserId>,
    roles: Vec<Role>,
    token: String,
    alerts: AlertState,
    now: Instant,
    queue: String,
    cover_minutes: i64,
}

impl Reader {
    /// The reader of a visit.
    pub fn of(visit: &Visit) -> Self {
        let (name, user, mut roles) = match &visit.ctx.actor {
            Actor::Staff(staff) => {
                let roles = staff.grants.iter().map(|g| g.role).collect::<Vec<_>>();
                (staff.name.clone(), Some(staff.user), roles)
            }
            _ => (String::new(), None, Vec::new()),
        };
        roles.sort_unstable();
        roles.dedup();
        Self {
            name,
            user,
            roles,
            token: visit.form_token.clone(),
            alerts: visit.alerts.clone(),
            now: visit.ctx.now,
            queue: String::new(),
            cover_minutes: visit.site.services.config().cover_minutes,
        }
    }

    /// The same on the page of the queue, which says when it has changed.
    pub fn on_queue(mut self, mark: String) -> Self {
        self.queue = mark;
        self
    }

    /// Who it is.
    pub fn user(&self) -> Option<UserId> {
        self.user
    }

    /// Whether a role is among the reader's.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The frame around a page of staff.
#[component]
pub fn StaffShell(
    reader: Reader,
    here: Tab,
    /// A page that is a single column of text.
    #[prop(optional)]
    narrow: bool,
    children: Children,
) -> AnyView {
    let places = TABS
        .iter()
        .filter(|(.., roles)| roles.iter().any(|role| reader.has(*role)))
        .map(|(tab, href, name, _)| {
            let current = (*tab == here).then_some("page");
            view! { <li><a href=*href aria-current=current>{*name}</a></li> }
        })
        .collect_view();
    let roles = reader.roles.iter().map(|r| r.label()).collect::<Vec<_>>().join(", ");
    let class = if narrow { "page page-narrow" } else { "page" };
    view! {
        <header class="masthead">
            <div class="masthead-inner">
                <a class="brand" href="/home">
                    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
                        <use href=format!("{}#mark", assets::url("icons.svg"))></use>
                    </svg>
                    " "
                    <span class="brand-name">"Firstlight"</span>
                </a>
                <nav class="nav" aria-label="Main"><ul>{places}</ul></nav>
                <div class="account">
                    <p class="account-name"><a href="/account">{reader.name.clone()}</a>" "<span class="account-role">{roles}</span></p>
                    <form method="post" action="/sign-out">
                        <Token value=reader.token.clone()/>
                        <button class="button button-quiet button-small" type="submit">"Sign out"</button>
                    </form>
                </div>
            </div>
        </header>
        <main class=class id="main" tabindex="-1">
            {reader
                .roles
                .contains(&Role::Counselor)
                .then(|| {
                    // A board of a sitting is watched, not touched, and holds no answer.
                    let minutes = if here == Tab::Sittings { 0 } else { reader.cover_minutes };
                    view! {
                        <KeepDrafts/>
                        <Cover token=reader.token.clone() minutes name=reader.name.clone()/>
                    }
                    .into_any()
                })}
            {(!reader.roles.is_empty())
                .then(|| {
                    let counselor = reader.roles.contains(&Role::Counselor);
                    view! { <AlertStrip state=reader.alerts now=reader.now counselor queue=reader.queue/> }
                })}
            {children()}
        </main>
        <footer class="page-foot">
            <p>"Screening helps to see who may need a talk. It is not a diagnosis."</p>
        </footer>
    }
    .into_any()
}
