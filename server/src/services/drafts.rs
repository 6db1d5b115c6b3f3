//! Words that are typed and not saved yet (C-28): kept as they are typed, read by their author alone, gone once the form
//! is saved. Keeping them writes no line of the trail; saving the form does.

use std::collections::BTreeMap;

use super::{Services, records, staff};
use crate::ctx::Ctx;
use crate::model::draft::DraftForm;
use crate::model::{ChildId, Instant, Private, UserId};
use crate::policy::Action;
use crate::store::{Act, Conn, Tx, drafts};
use crate::{Error, Result};

/// So long are words kept that nobody saves or goes on with, in seconds: fourteen days.
const KEPT_SECONDS: i64 = 14 * 86_400;
/// Bounds of what is kept: fields of a form, letters of a field's name, letters of its text.
const MOST_FIELDS: usize = 16;
const LONGEST_NAME: usize = 32;
const LONGEST_TEXT: usize = 8_000;

/// A form's words, not saved.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Which form.
    pub form: DraftForm,
    /// Since when they stand as they are.
    pub at: Instant,
    fields: BTreeMap<String, String>,
}

impl Kept {
    /// The text of a field; empty where none was typed.
    pub fn text(&self, name: &str) -> String {
        self.fields.get(name).cloned().unwrap_or_default()
    }
}

/// The words of one form among those that are kept.
pub fn of(kept: &[Kept], form: DraftForm) -> Option<&Kept> {
    kept.iter().find(|kept| kept.form == form)
}

/// Keeps what a form about a child holds. `page_at` is when its page was rendered.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] when the form was saved since, in another
/// window; [`Error::Invalid`] for more than a form of ours holds.
pub async fn keep(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    form: DraftForm,
    fields: Vec<(String, String)>,
    page_at: Instant,
) -> Result<()> {
    let user = staff(ctx)?.user;
    let small = |(name, text): &(String, String)| {
        name.chars().count() <= LONGEST_NAME && text.chars().count() <= LONGEST_TEXT
    };
    if fields.len() > MOST_FIELDS || !fields.iter().all(small) {
        return Err(Error::invalid("draft", "This is too long to be kept. Save it in parts."));
    }
    let typed: BTreeMap<String, String> =
        fields.into_iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    let body = if typed.keys().all(|name| form.choices().contains(&name.as_str())) {
        Private::default()
    } else {
        Private::new(serde_json::to_string(&typed).unwrap_or_default())
    };
    services
        .store
        .write(ctx, Act::recorded_in_itself("draft.keep"), move |tx| {
            let body = body.clone();
            Box::pin(async move {
                let ctx = tx.ctx();
                records::in_scope(tx, &ctx, child, Action::WorkReferrals).await?;
                if drafts::keep(tx, (user, child, form), &body, page_at).await? {
                    return Ok(());
                }
                Err(Error::Conflict("This form was saved in another window.".to_owned()))
            })
        })
        .await
}

/// Throws a form's words away.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools.
pub async fn discard(services: &Services, ctx: &Ctx, child: ChildId, form: DraftForm) -> Result<()> {
    let user = staff(ctx)?.user;
    services
        .store
        .write(ctx, Act::recorded_in_itself("draft.discard"), move |tx| {
            Box::pin(async move {
                let ctx = tx.ctx();
                records::in_scope(tx, &ctx, child, Action::WorkReferrals).await?;
                settle(tx, user, child, form).await
            })
        })
        .await
}

/// The form is saved: its words are no draft any more. Part of the transaction that saves it.
pub(super) async fn settle(tx: &mut Tx, user: UserId, child: ChildId, form: DraftForm) -> Result<()> {
    Ok(drafts::settle(tx, user, child, form).await?)
}

/// What the reader has typed about a child and not saved.
pub(super) async fn list(conn: &mut Conn, user: UserId, child: ChildId) -> Result<Vec<Kept>> {
    let read = |draft: drafts::Draft| {
        let fields = serde_json::from_str(draft.body.reveal()).unwrap_or_default();
        Kept { form: draft.form, at: draft.kept_at, fields }
    };
    Ok(drafts::list(conn, user, child).await?.into_iter().map(read).collect())
}

/// Removes words that nobody has touched for two weeks.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn remove_old(services: &Services, ctx: &Ctx) -> Result<u64> {
    let before = ctx.now.plus_seconds(-KEPT_SECONDS);
    let act = Act::recorded_in_itself("draft.purge");
    services
        .store
        .write(ctx, act, move |tx| Box::pin(async move { Ok(drafts::remove_old(tx, before).await?) }))
        .await
}
