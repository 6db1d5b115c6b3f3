//! Erasing one child, what was found afterwards, and the tombstones.

use leptos::prelude::*;
use server::model::retention::EraseWhy;

use super::Draft;
use crate::api::retention::{Proof, Tombstone};
use crate::components::banner::{Banner, Tone};
use crate::components::field::{Input, Select, TextArea};
use crate::components::form::Token;
use crate::when::{When, capital};

/// The form: the number twice, because there is no way back.
#[component]
pub fn Erase(token: String, draft: Draft, backup_days: i64) -> AnyView {
    let reasons: Vec<(&'static str, &'static str)> = std::iter::once(("", "Choose"))
        .chain(EraseWhy::OF_PEOPLE.iter().map(|why| (why.as_str(), why.label())))
        .collect();
    view! {
        <section class="card" aria-labelledby="erase-head">
            <h2 id="erase-head">"Erase a child"</h2>
            <p>"Everything about the child goes at once, in every table: answers, results, referrals, notes, consent. A \
            tombstone stays, with no name. There is no way back."</p>
            <p class="muted small">{format!("Backups made before it hold the child until their {backup_days} days are over.")}</p>
            <form class="form" method="post" action="/setup/retention/erase" autocomplete="off" novalidate>
                <Token value=token/>
                <Input label="The child’s number" name="number" check=draft.check("erase", "number", true)
                    text=draft.text("erase", "number") hint="The district’s own number, as in the roster." required=true/>
                <Input label="The number once more" name="again" check=draft.check("erase", "again", false)
                    text=String::new() required=true/>
                <Select label="Why" name="why" check=draft.check("erase", "why", false) options=reasons
                    chosen=draft.text("erase", "why") required=true/>
                <TextArea label="If counselors still work on the child: why nevertheless" name="nevertheless"
                    check=draft.check("erase", "nevertheless", true) text=draft.text("erase", "nevertheless")
                    hint="Leave it empty otherwise. No name: these words stay on the tombstone."/>
                <button class="button button-danger" type="submit">"Erase this child for good"</button>
            </form>
        </section>
    }
    .into_any()
}

/// What a search through every table found.
#[component]
pub fn Found(proof: Proof, when: When) -> AnyView {
    let looked = format!(
        "{} columns of {} tables were looked through just now. {} of the trail name its id, which means nobody any more.",
        proof.columns,
        proof.tables,
        if proof.trail_lines == 1 { "1 line".to_owned() } else { format!("{} lines", proof.trail_lines) }
    );
    let (tone, head) = match (proof.holds(), proof.tombstone.is_some()) {
        (true, _) => (Tone::Done, "Nothing is left of this child but its tombstone"),
        (false, true) => (Tone::Critical, "Something of this child is left"),
        (false, false) => (Tone::Warn, "This child was not erased"),
    };
    let left = proof.tombstone.is_some().then(|| {
        proof
            .traces
            .iter()
            .map(|t| format!("{}: {} rows", t.table.replace('_', " "), t.rows))
            .collect::<Vec<_>>()
            .join(", ")
    });
    let backups = backups(&proof, &when);
    let text = if proof.holds() {
        format!("{looked} {backups}")
    } else {
        format!("{looked} {}", left.unwrap_or_default())
    };
    view! { <Banner tone head text/> }.into_any()
}

/// What may still hold the child outside the database, and until when.
fn backups(proof: &Proof, when: &When) -> String {
    let day = |at: server::model::Instant| when.date(at.day_in(&when.zone));
    let away = proof.backups.iter().filter(|b| !b.is_here).count();
    match (proof.backups.last(), proof.clean_at) {
        (Some(last), Some(at)) => {
            let keeper = match away {
                0 => String::new(),
                n => format!(" {n} of them were moved away and are for their keeper to destroy."),
            };
            format!(
                "Backups may still hold it: the last one, of {}, goes on {}.{keeper}",
                day(last.made_at),
                day(at)
            )
        }
        (None, Some(at)) => {
            format!("The database’s own backups may hold it until {}, if they are kept no longer.", day(at))
        }
        _ => "No backup of this server from before it is within its days.".to_owned(),
    }
}

/// What is left of children that were erased.
#[component]
pub fn Tombstones(stones: Vec<Tombstone>, token: String, when: When, draft: Draft) -> AnyView {
    let none = stones.is_empty();
    let lines = stones.into_iter().map(|stone| line(&stone, &token, &when)).collect_view();
    let list = if none {
        view! { <p>"Nobody was erased."</p> }.into_any()
    } else {
        view! { <ul class="strip">{lines}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="stones-head">
            <h2 id="stones-head">"Erased children"</h2>
            {list}
            <form class="form" method="post" action="/setup/retention/proof" autocomplete="off" novalidate>
                <Token value=token/>
                <Input label="Was the child of this number erased?" name="child" check=draft.check("proof", "child", true)
                    text=draft.text("proof", "child") hint="Every table is looked through again."/>
                <div class="buttons"><button class="button" type="submit">"Look it up"</button></div>
            </form>
        </section>
    }
    .into_any()
}

fn line(stone: &Tombstone, token: &str, when: &When) -> AnyView {
    let (rows, tables) = stone.total();
    let by = stone.by_name.clone().unwrap_or_else(|| "Firstlight".to_owned());
    let note =
        (!stone.note.is_empty()).then(|| view! { <span class="table-sub">{stone.note.clone()}</span> });
    view! {
        <li>
            <time datetime=when.iso(stone.erased_at)>{capital(&when.day(stone.erased_at.day_in(&when.zone)))}</time>
            <span>
                {stone.why.label()}
                <span class="table-sub">{format!("{rows} rows of {tables} tables, by {by}")}</span>
                {note}
                <span class="table-sub id">{stone.child_id.to_string()}</span>
            </span>
            <form method="post" action="/setup/retention/proof">
                <Token value=token.to_owned()/>
                <input type="hidden" name="child" value=stone.child_id.to_string()/>
                <button class="button button-small" type="submit">
                    "Look again"<span class="visually-hidden">{format!(" for {}", stone.child_id)}</span>
                </button>
            </form>
        </li>
    }
    .into_any()
}
