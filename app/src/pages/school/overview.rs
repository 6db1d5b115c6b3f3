//! A school lead's page: how many referrals are open and late, and no child.

use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;

use crate::api::queue::{self as api, SchoolCounts};
use crate::components::count_strip::{Count, CountStrip};
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;

/// `GET /school`.
pub async fn show(visit: Visit) -> Response {
    let schools = match api::get_school_counts(&visit).await {
        Ok(schools) => schools,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let reader = Reader::of(&visit);
    render::page(&visit, StatusCode::OK, Head::staff("My school"), move || {
        let title = match schools.as_slice() {
            [one] => one.school_name.clone(),
            _ => "My schools".to_owned(),
        };
        let many = schools.len() > 1;
        view! {
            <StaffShell reader here=Tab::School>
                <div class="page-head">
                    <div>
                        <h1>{title}</h1>
                        <p class="lede">{lede(&schools)}</p>
                    </div>
                </div>
                {schools.into_iter().map(|school| view! { <School school many/> }).collect_view()}
                <p><a href="/school/releases">"Releases: say whether they fit"</a></p>
                <section class="card" aria-labelledby="meaning-head">
                    <h2 id="meaning-head">"What these numbers are"</h2>
                    <div class="prose">
                        <p>
                            "A referral asks a counselor to look at a child. It is open until the counselor closes it with \
                            an outcome. Overdue means that the time the district has set for the next step is over."
                        </p>
                        <p>"Names, answers and reasons stay with the counselors. Ask them how you can make time for this work."</p>
                    </div>
                </section>
            </StaffShell>
        }
    })
}

fn lede(schools: &[SchoolCounts]) -> &'static str {
    let any = |test: fn(&SchoolCounts) -> i64| schools.iter().any(|s| test(s) > 0);
    if any(|s| s.overdue) {
        "Some referrals wait longer than they should."
    } else if any(|s| s.unclaimed) {
        "Some referrals wait for a counselor; none is late."
    } else if any(|s| s.open) {
        "Every open referral has somebody on it, and none is late."
    } else {
        "No referral is open."
    }
}

#[component]
fn School(school: SchoolCounts, many: bool) -> AnyView {
    let number = |n: i64| usize::try_from(n).unwrap_or(0);
    let counts = vec![
        Count::plain(number(school.open), "Open referrals"),
        Count { critical: school.critical > 0, ..Count::plain(number(school.critical), "Critical") },
        Count::plain(number(school.overdue), "Overdue"),
        Count::plain(number(school.unclaimed), "Not claimed"),
        Count {
            critical: school.reports_overdue > 0,
            ..Count::plain(number(school.reports_overdue), "Reports to an authority overdue")
        },
    ];
    view! {
        <section class="stack-tight" aria-label=school.school_name.clone()>
            {many.then(|| view! { <h2>{school.school_name.clone()}</h2> })}
            <CountStrip label="Referrals in numbers" counts/>
        </section>
    }
    .into_any()
}
