//! The parts of the queue's page: filters, kept views, and the table with its bulk acts.

use leptos::prelude::*;
use server::model::referral::Priority;
use server::model::{Instant, UserId};

use super::queue::{Carried, Place, priorities, stages};
use crate::api::queue::{Queue, QueueRow, View};
use crate::components::due_clock::{Clock, DueClock};
use crate::components::empty::Empty;
use crate::components::field::{Check, Choice, Input, Select};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::priority_tag::PriorityTag;
use crate::when::{When, capital};

fn plain(id: &str) -> Check {
    Check { id: id.to_owned(), error: None, hint: false }
}

/// What narrows the list; all of it stands in the address.
#[component]
pub(super) fn Filters(queue: Queue, place: Place) -> AnyView {
    let asked = place.asked.clone();
    let schools = (queue.schools.len() > 1).then(|| {
        let options = std::iter::once((String::new(), "Every school".to_owned()))
            .chain(queue.schools.iter().map(|(id, name)| (id.to_string(), name.clone())))
            .collect::<Vec<_>>();
        let chosen = asked.school.map(|s| s.to_string()).unwrap_or_default();
        view! { <Choice label="School" name="school" check=plain("filter-school") options=options chosen=chosen/> }
    });
    let carried: Vec<_> = place
        .fields()
        .into_iter()
        .filter(|(field, _)| matches!(*field, "view" | "show" | "initials"))
        .map(|(field, word)| view! { <input type="hidden" name=field value=word/> })
        .collect();
    let clear = place.is_filtered().then(|| {
        let all = place.href(&[
            ("show", ""),
            ("priority", ""),
            ("stage", ""),
            ("school", ""),
            ("name-part", ""),
            ("page", ""),
        ]);
        view! { <a class="button button-quiet" href=all><Icon name="x"/>"Clear all"</a> }
    });
    view! {
        <form class="filters" method="get" action="/queue" role="search" aria-label="Narrow the list">
            {carried}
            <Input label="Name" name="name-part" kind="search" check=plain("search") text=asked.name.clone()/>
            <Select
                label="Priority"
                name="priority"
                check=plain("filter-priority")
                options=priorities()
                chosen=asked.priority.map(|p| p.as_str().to_owned()).unwrap_or_default()
            />
            <Select
                label="Stage"
                name="stage"
                check=plain("filter-stage")
                options=stages()
                chosen=asked.stage.map(|s| s.as_str().to_owned()).unwrap_or_default()
            />
            {schools}
            <div class="buttons">
                <button class="button" type="submit"><Icon name="search"/>"Show"</button>
                {clear}
            </div>
        </form>
    }
    .into_any()
}

/// Kept views, and the way to keep this one (C-08).
#[component]
pub(super) fn Views(queue: Queue, place: Place, token: String) -> AnyView {
    if queue.views.is_empty() && !place.is_filtered() {
        return ().into_any();
    }
    let kept = queue
        .views
        .iter()
        .map(|kept| {
            let href =
                if kept.query.is_empty() { "/queue".to_owned() } else { format!("/queue?{}", kept.query) };
            let mark = if kept.shared { " (shared)" } else { "" };
            let drop = kept.own.then(|| {
                view! {
                    <form method="post" action="/queue/views">
                        <Token value=token.clone()/>
                        <Carried place=place.clone()/>
                        <input type="hidden" name="drop" value=kept.id.to_string()/>
                        <button class="button button-quiet button-small" type="submit">
                            <Icon name="x"/>
                            <span class="visually-hidden">{format!("Drop the view {}", kept.name)}</span>
                        </button>
                    </form>
                }
            });
            view! { <li><a href=href>{format!("{}{mark}", kept.name)}</a>{drop}</li> }
        })
        .collect::<Vec<_>>();
    let keep = place.is_filtered().then(|| {
        view! {
            <details class="disclosure">
                <summary><Icon name="inbox"/>"Keep this view"</summary>
                <form class="filters" method="post" action="/queue/views">
                    <Token value=token.clone()/>
                    <Carried place=place.clone()/>
                    <Input label="Name of the view" name="name" check=plain("view-name") text=String::new() required=true/>
                    <label class="radio"><input type="checkbox" name="shared" value="yes"/>" Share with the team"</label>
                    <div class="buttons"><button class="button" type="submit">"Keep"</button></div>
                </form>
            </details>
        }
    });
    view! {
        <div class="views">
            {(!kept.is_empty()).then(|| view! { <ul class="view-list" aria-label="Kept views">{kept}</ul> })}
            {keep}
        </div>
    }
    .into_any()
}

/// The table, its pages, and what can be done with several lines.
#[component]
pub(super) fn List(queue: Queue, place: Place, token: String) -> AnyView {
    if queue.rows.is_empty() {
        let (head, text) = match (place.is_filtered(), place.asked.view) {
            (true, _) => ("Nothing here", "No open referral belongs to this list."),
            (false, View::Mine) => {
                ("Nothing due", "You have claimed no open referral. The team’s are one tab away.")
            }
            (false, View::Team) => {
                ("Nothing due", "New referrals appear here as soon as a student hands in.")
            }
        };
        return view! { <Empty head text/> }.into_any();
    }
    let many_schools = queue.schools.len() > 1;
    let (now, reader) = (queue.as_of, queue.reader);
    let before = (place.asked.page > 0).then(|| {
        let page = (place.asked.page - 1).to_string();
        view! { <a class="button" href=place.href(&[("page", &page)])><Icon name="arrow-left"/>"Earlier lines"</a> }
    });
    let after = queue.more.then(|| {
        let page = (place.asked.page + 1).to_string();
        view! { <a class="button" href=place.href(&[("page", &page)])>"More lines"<Icon name="arrow-right"/></a> }
    });
    let lines = queue
        .rows
        .iter()
        .map(|row| view! { <Line row=row.clone() token=token.clone() now many_schools place=place.clone() reader/> })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack queue" role="table">
                <caption class="visually-hidden">"Open referrals, most urgent first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader"><span class="visually-hidden">"Select"</span></th>
                        {["Priority", "Due", "Student", "Why", "Stage", "Owner", "Last contact"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
        {(before.is_some() || after.is_some())
            .then(|| view! { <nav class="buttons" aria-label="Pages of the list">{before} {after}</nav> })}
        <BulkBar queue place token/>
    }
    .into_any()
}

/// Several lines at once: give them to somebody, or plan a day. Never closing, never a critical one (C-09).
#[component]
fn BulkBar(queue: Queue, place: Place, token: String) -> AnyView {
    let today = queue.rows.first().map(|row| When::new(queue.as_of, &row.time_zone).today().to_string());
    let colleagues =
        queue.colleagues.iter().map(|(id, name)| (id.to_string(), name.clone())).collect::<Vec<_>>();
    let assign = (!colleagues.is_empty()).then(|| {
        view! {
            <Choice label="Give to" name="user" check=plain("bulk-user") options=colleagues/>
            <button class="button" type="submit" name="act" value="assign"><Icon name="user-check"/>"Assign"</button>
        }
    });
    view! {
        <form class="card filters" id="bulk" method="post" action="/queue/bulk" aria-label="Selected lines">
            <Token value=token/>
            <Carried place/>
            <p class="muted bulk-note">"With the lines you have selected. Critical ones are worked on one by one."</p>
            {assign}
            <Input label="Follow up on" name="day" kind="date" check=plain("bulk-day") text=String::new() min=today.unwrap_or_default()/>
            <button class="button" type="submit" name="act" value="follow_up"><Icon name="calendar"/>"Plan"</button>
            <button class="button" type="submit" name="act" value="letters"><Icon name="printer"/>"Print letters"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Line(
    row: QueueRow,
    token: String,
    now: Instant,
    many_schools: bool,
    place: Place,
    reader: UserId,
) -> AnyView {
    let when = When::new(now, &row.time_zone);
    let clock =
        Clock { priority: row.priority, stage: row.state, opened_at: row.opened_at, due_at: row.due_at };
    let critical = row.priority == Priority::Critical;
    let (given, family) = (row.given_name.reveal(), row.family_name.reveal());
    let initial = |name: &str| name.chars().next().map(|c| format!("{c}.")).unwrap_or_default();
    let name = if place.initials {
        format!("{} {}", initial(given), initial(family))
    } else {
        format!("{given} {family}")
    };
    let mut class = format!("Grade {}, {}", row.grade, row.class_name);
    if many_schools {
        class = format!("{class} · {}", row.school_name);
    }
    let why = row.why.as_ref().map_or("Referred by hand", |why| why.reveal().as_str()).to_owned();
    let contact = row.last_contact_at.map_or_else(|| "None yet".to_owned(), |at| capital(&when.at(at)));
    let owner = if row.state.is_unclaimed() {
        let class = if critical { "button button-small button-primary" } else { "button button-small" };
        view! {
            <form method="post" action=format!("/referrals/{}/claim", row.id)>
                <Token value=token/>
                <Carried place=place.clone()/>
                <button class=class type="submit">"Claim"<span class="visually-hidden">{format!(" {name}")}</span></button>
            </form>
        }
        .into_any()
    } else if row.owner_id == reader {
        "You".into_any()
    } else {
        row.owner_name.clone().into_any()
    };
    let select = if critical {
        view! { <td role="cell" class="cell-select"></td> }.into_any()
    } else {
        view! {
            <td role="cell" class="cell-select" data-label="Select">
                <label class="select-row">
                    <input type="checkbox" name="id" value=row.id.to_string() form="bulk"/>
                    <span class="visually-hidden">{format!("Select {name}")}</span>
                </label>
            </td>
        }
        .into_any()
    };
    view! {
        <tr role="row" class=critical.then_some("row-critical")>
            {select}
            <td role="cell" data-label="Priority"><PriorityTag priority=row.priority/></td>
            <td role="cell" data-label="Due"><DueClock clock when=when.clone()/></td>
            <th scope="row" role="rowheader" data-label="Student">
                <span>
                    <a href=format!("/children/{}", row.child_id)>{name.clone()}</a>
                    <span class="table-sub">{class}</span>
                </span>
            </th>
            <td role="cell" data-label="Why">
                <span>{why}<span class="table-sub">{capital(&when.at(row.opened_at))}</span></span>
            </td>
            <td role="cell" data-label="Stage">{row.state.label()}</td>
            <td role="cell" data-label="Owner">{owner}</td>
            <td role="cell" data-label="Last contact">{contact}</td>
        </tr>
    }
    .into_any()
}
