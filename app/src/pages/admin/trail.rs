//! The audit trail as an auditor reads it: who did what to whom, when, under which request.

use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use crate::api::looks;
use crate::api::setup::{self as api, AuditRow};
use crate::components::empty::Empty;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::render;
use crate::visit::Visit;
use crate::when::{When, capital};

/// `GET /trail`.
pub async fn show(visit: Visit) -> Response {
    let rows = match api::list_trail(&visit).await {
        Ok(rows) => rows,
        Err(error) => return render::staff_failure(&visit, &error),
    };
    let marked = looks::count_marked(&visit).await.unwrap_or(0);
    let reader = Reader::of(&visit);
    // A district may span zones; a trail has one clock.
    let when = When { now: visit.ctx.now, zone: TimeZone::UTC };
    render::page(&visit, StatusCode::OK, Head::staff("Trail"), move || {
        let lede = format!("The newest {} lines, times in UTC. Lines are only ever added.", rows.len());
        view! {
            <StaffShell reader here=Tab::Trail>
                <div class="page-head">
                    <div>
                        <h1>"Trail"</h1>
                        <p class="lede">{lede}</p>
                    </div>
                    <a class="button" href="/trail/looks">"Who looked"</a>
                </div>
                {(marked > 0).then(|| view! {
                    <div class="banner">
                        <Icon name="eye"/>
                        <div><h2>{if marked == 1 {
                            "One person’s looks of this month are worth asking about".to_owned()
                        } else {
                            format!("{marked} people’s looks of this month are worth asking about")
                        }}</h2>
                        <p><a href="/trail/looks">"See whose, and why"</a></p></div>
                    </div>
                })}
                {if rows.is_empty() {
                    view! { <Empty head="Nothing yet" text="Every change and every look at a child adds a line."/> }
                } else {
                    view! { <Lines rows when/> }
                }}
            </StaffShell>
        }
    })
}

#[component]
fn Lines(rows: Vec<AuditRow>, when: When) -> AnyView {
    let lines = rows
        .into_iter()
        .map(|row| {
            let who = who(&row);
            let is_child = row.subject_kind == "child";
            let subject = row.subject_id.map(|id| {
                if is_child {
                    let ledger = format!("/trail/children/{id}");
                    view! { <span class="table-sub id"><a href=ledger>{id.to_string()}</a></span> }.into_any()
                } else {
                    view! { <span class="table-sub id">{id.to_string()}</span> }.into_any()
                }
            });
            let kind = if row.subject_kind.is_empty() { "–".to_owned() } else { capital(&row.subject_kind) };
            view! {
                <tr role="row">
                    <td role="cell" data-label="When">
                        <time datetime=when.iso(row.at)>{capital(&when.at(row.at))}</time>
                    </td>
                    <th scope="row" role="rowheader" data-label="Who">{who}</th>
                    <td role="cell" data-label="What">
                        <span>
                            {words(&row.action)}
                            <span class="table-sub id">{row.action.clone()}</span>
                        </span>
                    </td>
                    <td role="cell" data-label="To what"><span>{kind}{subject}</span></td>
                    <td role="cell" data-label="Detail">
                        {if row.detail.is_empty() { "–".to_owned() } else { row.detail.replace('_', " ") }}
                    </td>
                    <td role="cell" data-label="Request"><span class="id small">{row.request_id.to_string()}</span></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption class="visually-hidden">"Audit trail, newest first"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["When", "Who", "What", "To what", "Detail", "Request"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Who acted: a member of staff by name, everybody else by kind.
fn who(row: &AuditRow) -> String {
    match (row.actor_kind.as_str(), &row.actor_name) {
        (_, Some(name)) => name.clone(),
        ("student", None) => "A student".to_owned(),
        ("job", None) => "Firstlight".to_owned(),
        ("console", None) => "Somebody at the server’s terminal".to_owned(),
        ("nobody", None) => "Somebody not signed in".to_owned(),
        (other, None) => capital(other),
    }
}

/// What was done, in words; an action that has none here shows its code alone.
pub(super) fn words(action: &str) -> &'static str {
    match action {
        "child.view" => "Opened a child’s page",
        "answers.view" => "Opened answers",
        "referral.claim" => "Claimed a referral",
        "referral.advance" => "Moved a referral on",
        "referral.close" => "Closed a referral",
        "contact.add" => "Logged a contact",
        "note.add" => "Wrote a note",
        "letter.view" => "Opened a letter to a service",
        "letter.print" => "Printed a letter to a service",
        "plan.print" => "Printed a safety plan",
        "hand_over.print" => "Printed a hand-over sheet",
        "guardian_letter.make" => "Made a letter to a guardian",
        "guardian_letter.read" => "Read a letter before its release",
        "guardian_letter.release" => "Released a letter to a guardian",
        "guardian_letter.discard" => "Threw a letter away",
        "guardian_letter.view" => "Opened a letter to a guardian",
        "guardian_letter.print" => "Printed a letter to a guardian",
        "sitting.open" => "Opened a sitting",
        "sitting.start_here" => "Began a child’s check-in on their own device",
        "cards.print" => "Printed new cards",
        "sitting.close" => "Closed a sitting",
        "window.move" => "Moved a window on",
        "release.build" => "Built a release",
        "release.confirm" => "Said whether a release fits",
        "release.publish" => "Published a release",
        "research.ask" => "Asked for answers for research",
        "research.approve" => "Approved answers for research",
        "research.refuse" => "Refused answers for research",
        "research.take" => "Took answers for research",
        "break_glass.open" => "Looked at another school’s child",
        "backup.make" => "Made a backup",
        "backup.remove" => "Removed an old backup",
        "child.erase" => "Erased a child",
        "hold.set" => "Set a legal hold",
        "hold.release" => "Released a legal hold",
        "retention.ask" => "Asked for other periods",
        "retention.choose" => "Approved other periods",
        "retention.refuse" => "Refused other periods",
        "retention.take_back" => "Took back a wish for other periods",
        "retention.purge" => "Removed what is over",
        "retention.after_hold" => "Removed what a hold had kept",
        "roster.columns" => "Said what a roster’s columns are",
        "area.add" => "Added an area",
        "area.change" => "Changed an area",
        "area.remove" => "Removed an area",
        "school.place" => "Put a school into an area",
        "user.invite" => "Invited somebody",
        "user.welcome" => "Used a one-time link",
        "user.first_run" => "Made the first account",
        "user.reset" => "Reset an account",
        "user.disable" => "Disabled an account",
        "user.enable" => "Enabled an account",
        "user.sign_out" => "Signed an account out everywhere",
        "user.role.add" => "Gave a role",
        "user.role.remove" => "Took a role away",
        "user.recovery_codes" => "Made new recovery codes",
        "session.end_device" => "Signed a device out",
        "session.confirm" => "Confirmed with the second factor",
        "session.recovery_code" => "Gave a recovery code",
        "user.add" => "Added an account",
        "session.start" => "Signed in",
        "session.password" => "Gave the password",
        "session.provider_out" => "Signed out at the OpenID provider",
        "session.oidc" => "Signed in at the OpenID provider",
        "oidc.link" => "Linked a person of the OpenID provider to an account",
        "session.passkey" => "Used a passkey",
        "passkey.add" => "Added a passkey",
        "passkey.remove" => "Removed a passkey",
        "passkey.remove_all" => "Removed an account’s passkeys",
        "passkey.copied" => "A passkey was refused: there may be a copy of it",
        "session.code" => "Gave a one-time code",
        "session.end" => "Signed out",
        "assent.yes" => "Said yes to the check-in",
        "assent.no" => "Said no thanks",
        "talk.wish" => "Said whether they want to talk",
        "rating.hand_in" => "Handed a teacher’s rating in",
        "family.letters" => "Printed letters to parents",
        "family.withdraw" => "Ended a parent’s link",
        "family.hand_in" => "Handed a parent’s form in",
        "administration.submit" => "Handed a check-in in",
        "absence.add" => "Noted that somebody is away",
        "absence.end" => "Noted that somebody is back",
        "assessment.add" => "Wrote a second look",
        "calendar.add" => "Added a day to a school’s calendar",
        "calendar.remove" => "Took a day out of a school’s calendar",
        "child.tag" => "Marked a child’s group in distress",
        "child.transfer" => "Moved a child to another school",
        "concern.report" => "Reported a concern",
        "consent.answer" => "Answered for a child",
        "consent.import" => "Took a school’s consents over",
        "consent.letters" => "Printed letters that ask for consent",
        "consent.publish" => "Published a notice to guardians",
        "consent.record" => "Recorded a consent",
        "directory.add" => "Added a service to the directory",
        "directory.retire" => "Took a service out of the directory",
        "duty.add" => "Put somebody on duty",
        "duty.remove" => "Took somebody off duty",
        "follow_up.done" => "Ticked a follow-up off",
        "friend.worry" => "Worried about a friend",
        "hand.lower" => "Saw a raised hand",
        "hand.raise" => "Raised a hand",
        "hand_over.answer" => "Answered an offer to take a child over",
        "hand_over.offer" => "Offered a child to a colleague",
        "keys.add" => "Made a data key",
        "keys.forget" => "Forgot data keys that seal nothing",
        "keys.change_master" => "Changed the master key",
        "keys.rotate" => "Sealed anew under new keys",
        "language.choose" => "Chose a language",
        "outside.answer" => "Answered as a service",
        "outside.link" => "Made a link for a service",
        "outside.news" => "Noted news of a service",
        "outside.remind" => "Was reminded of a service’s silence",
        "outside.send" => "Referred to a service",
        "plan.write" => "Wrote a safety plan",
        "reconcile.critical" => "Repaired a referral that was missing",
        "reconcile.differs" => "Found a score that a second count does not get",
        "reconcile.referral" => "Repaired a referral that was missing",
        "reconcile.submitted" => "Repaired a result that was missing",
        "record.correct" => "Corrected what was written",
        "referral.answer_closing" => "Answered a proposal to close",
        "referral.bulk" => "Changed several referrals at once",
        "referral.escalate" => "Called the next person",
        "referral.reassign" => "Gave a referral to somebody present",
        "referral.set_priority" => "Set another level",
        "referral.snooze" => "Put a referral aside",
        "referral.undo" => "Undid a change of several referrals",
        "rehearsal.begin" => "Began a rehearsal",
        "rehearsal.end" => "Ended a rehearsal",
        "report.against" => "Decided against a mandatory report",
        "report.escalate" => "Told somebody that a report is overdue",
        "report.print" => "Printed a mandatory report",
        "report.remind" => "Was reminded of a mandatory report",
        "report.sent" => "Noted how a mandatory report was sent",
        "report.view" => "Opened a mandatory report",
        "report.write" => "Wrote a mandatory report",
        "rescreen.card" => "Made the card of a re-screen",
        "rescreen.plan" => "Planned a re-screen",
        "rescreen.withdraw" => "Took a re-screen back",
        "roster.discard" => "Threw a roster away",
        "roster.import" => "Took a roster over",
        "roster.send" => "Sent a roster",
        "rule.set" => "Changed a rule",
        "rule.try" => "Tried rules out",
        "session.uncover" => "Took the cover off a page",
        "sitting.absent" => "Noted who was away",
        "sitting.extend" => "Gave a sitting more time",
        "sitting.make_up" => "Planned a sitting to make up",
        "talk.ask" => "Asked to talk",
        "window.draft" => "Planned a window",
        "window.plan_school" => "Planned a window at a school",
        _ => "",
    }
}
