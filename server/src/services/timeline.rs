//! Everything that happened with a child, as lines: screens, steps, and what people wrote, with its corrections (C-21).

use uuid::Uuid;

use super::records::{Entry, EntryKind, RECORD_NOTE};
use super::trends::short_title;
use crate::model::correction::Correctable;
use crate::model::{Instant, Private};
use crate::store::children::Screen;
use crate::store::contacts::{Contact, Note};
use crate::store::corrections::Task;
use crate::store::plans::Assessment;
use crate::store::referrals::Event;

/// What people wrote about a child.
#[derive(Debug)]
pub(super) struct Written {
    pub contacts: Vec<Contact>,
    pub notes: Vec<Note>,
    pub assessments: Vec<Assessment>,
    pub tasks: Vec<Task>,
}

/// What a row says of corrections: its id, the row that it corrects, and who wrote it when.
type Link = (Uuid, Option<Uuid>, Option<(String, Instant)>);

/// How corrections of one kind of row hang together.
struct Links {
    kind: Correctable,
    links: Vec<Link>,
}

impl Links {
    fn of<T>(kind: Correctable, rows: &[T], link: impl Fn(&T) -> Link) -> Self {
        Self { kind, links: rows.iter().map(link).collect() }
    }

    /// A line with what was corrected in it.
    fn mark(&self, id: Uuid, entry: Entry) -> Entry {
        let corrected = self.links.iter().find(|(_, corrects, _)| *corrects == Some(id));
        let own = self.links.iter().find(|(own, corrects, _)| *own == id && corrects.is_some());
        Entry {
            row: corrected.is_none().then_some((self.kind, id)),
            corrected: corrected.and_then(|(.., written)| written.clone()),
            corrects_since: own.and_then(|(.., written)| written.as_ref().map(|(_, at)| *at)),
            ..entry
        }
    }
}

/// A line that nobody can correct.
pub(super) fn entry(
    at: Instant,
    kind: EntryKind,
    by: Option<String>,
    title: String,
    text: Private<String>,
) -> Entry {
    Entry { at, kind, by, title, text, row: None, corrected: None, corrects_since: None }
}

/// The lines, newest first. A correction stands beside what it corrects.
pub(super) fn lines(
    looks: Vec<Entry>,
    screens: &[Screen],
    events: Vec<Event>,
    written: Written,
) -> Vec<Entry> {
    let mut entries = looks;
    for screen in screens.iter().filter(|s| s.scale == "total") {
        let score = match (screen.value, &screen.band) {
            (Some(value), Some(band)) => format!("{value} ({})", band.replace('_', " ")),
            (Some(value), None) => value.to_string(),
            (None, _) => "too few answers for a score".to_owned(),
        };
        let prorated = if screen.prorated { ", prorated" } else { "" };
        let title = format!("{} finished", short_title(&screen.instrument));
        let text = format!("{score}{prorated} · {}", screen.window_name).into();
        entries.push(entry(screen.submitted_at, EntryKind::Screen, None, title, text));
    }
    for event in events {
        let title = match event.verb.as_str() {
            "open" => "Referral opened",
            "raise" => "Referral raised",
            "claim" => "Claimed",
            "close" => "Closed",
            "escalate" => "Called the next person",
            "reassign" => "Given to somebody else",
            "set_priority" => "Another level set",
            "assess" => "Second look",
            "snooze" => "Put aside",
            "propose_close" => "Closing proposed",
            "return_close" => "Closing sent back",
            "offer" => "Hand-over offered",
            "decline_offer" => "Hand-over declined",
            "withdraw_offer" => "Hand-over withdrawn",
            "report" => "Mandatory report written",
            "report_sent" => "Mandatory report sent",
            "report_against" => "Mandatory report decided against",
            "transfer" => "Moved to another school",
            "plan" => "Safety plan",
            "plan_rescreen" => "Re-screen planned",
            "rescreen_card" => "Card of a re-screen made",
            "withdraw_rescreen" => "Re-screen taken back",
            "guardian_letter" => "Letter to a guardian released",
            _ => event.to_state.label(),
        };
        entries.push(entry(event.at, EntryKind::Referral, event.by_name, title.to_owned(), event.reason));
    }
    let Written { contacts, notes, assessments, tasks } = written;
    let links = Links::of(Correctable::Contact, &contacts, |c| {
        (c.id, c.corrects, c.corrected_at.map(|at| (c.by_name.clone(), at)))
    });
    for contact in contacts {
        let reached = if contact.reached { "" } else { ", not reached" };
        let title =
            format!("{} · {}{reached}", contact.with_whom.label(), contact.how.label().to_lowercase());
        let line = entry(contact.at, EntryKind::Contact, Some(contact.by_name), title, contact.note);
        entries.push(links.mark(contact.id, line));
    }
    let links = Links::of(Correctable::Note, &notes, |n| {
        (n.id, n.corrects, n.corrected_at.map(|at| (n.by_name.clone(), at)))
    });
    for note in notes {
        let title = match note.visibility.as_str() {
            "own" => "Own working note",
            "shared" => RECORD_NOTE,
            _ => "Working note",
        };
        let line = entry(note.written_at, EntryKind::Note, Some(note.by_name), title.to_owned(), note.body);
        entries.push(links.mark(note.id, line));
    }
    let links = Links::of(Correctable::SecondLook, &assessments, |l| {
        (l.id, l.corrects, l.corrected_at.map(|at| (l.by_name.clone(), at)))
    });
    for look in assessments {
        let title = format!("What the second look found · danger: {}", look.danger.label().to_lowercase());
        let mut text = look.summary.reveal().clone();
        if !look.strengths.reveal().is_empty() {
            text = format!("{text}\nWhat helps: {}", look.strengths.reveal());
        }
        let line = entry(look.at, EntryKind::Note, Some(look.by_name), title, text.into());
        entries.push(links.mark(look.id, line));
    }
    let links = Links::of(Correctable::FollowUp, &tasks, |t| {
        let by = t.corrected_by_name.clone().unwrap_or_default();
        (t.id, t.corrects, t.corrected_at.map(|at| (by, at)))
    });
    for task in tasks {
        let title = format!("Follow-up for {}", task.due_on);
        let line = entry(task.created_at, EntryKind::Referral, task.corrected_by_name, title, task.what);
        let done = task.done_at.is_some();
        let line = links.mark(task.id, line);
        entries.push(if done { Entry { row: None, ..line } } else { line });
    }
    entries.sort_by_key(|e| std::cmp::Reverse(e.at));
    entries
}
