//! Letters to guardians: from a template of the clinical settings, in the family's language, read by a counselor before
//! anybody can see or print them (C-26). They say what happens next, never what was found.

use uuid::Uuid;

use super::records::{self, in_scope};
use super::referrals::checked_text;
use super::steps::worked_on;
use super::{Services, require, scoring, staff};
use crate::config::{LetterText, result_named_in};
use crate::ctx::Ctx;
use crate::documents::{Block, Document};
use crate::model::referral::Priority;
use crate::model::{Private, ReferralId};
use crate::policy::{Action, Place};
pub use crate::store::guardian_letters::GuardianLetter;
use crate::store::{Act, Conn, Tx, children, guardian_letters as letters, referrals};
use crate::{Error, Result};

/// What a letter can be made of, for one child.
#[derive(Clone, Debug)]
pub struct Choices {
    /// The templates: word, name, and the languages that each has.
    pub templates: Vec<(String, String, Vec<String>)>,
    /// The guardians who may be written to: id and who it is.
    pub recipients: Vec<(Uuid, String)>,
    /// The guardians who may not.
    pub banned: Vec<String>,
    /// Every language of a template, the child's own first.
    pub languages: Vec<String>,
    /// Whether a clinician has signed the templates.
    pub signed: bool,
    /// The child's first name.
    pub given_name: Private<String>,
}

/// A letter to make.
#[derive(Clone, Debug)]
pub struct NewLetter {
    /// The template's word.
    pub template: String,
    /// To whom.
    pub guardian: Uuid,
    /// The language tag.
    pub language: String,
    /// What the counselor adds in her own words; may be empty.
    pub added: Private<String>,
}

fn who(guardian: &children::Guardian) -> String {
    format!("{} ({})", guardian.name.reveal(), guardian.relation)
}

/// What a letter about the child of a referral can be made of.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] on a referral nobody has claimed.
pub async fn choices(services: &Services, ctx: &Ctx, id: ReferralId) -> Result<Choices> {
    let clinical = &services.config.clinical;
    let mut conn = services.store.read(ctx).await?;
    let referral = worked_on(&mut conn, ctx, id).await?;
    let child = scoring::child_of(&mut conn, referral.child_id).await?;
    let all = children::recipients(&mut conn, child.id).await?;
    let templates: Vec<_> = clinical
        .guardian_letters
        .iter()
        .map(|l| (l.id.clone(), l.name.clone(), l.texts.keys().cloned().collect::<Vec<_>>()))
        .collect();
    let mut languages: Vec<String> = templates.iter().flat_map(|(.., tags)| tags.clone()).collect();
    languages.sort();
    languages.dedup();
    languages.sort_by_key(|tag| *tag != child.language);
    Ok(Choices {
        templates,
        recipients: all.iter().filter(|(_, g)| !g.do_not_contact).map(|(id, g)| (*id, who(g))).collect(),
        banned: all.iter().filter(|(_, g)| g.do_not_contact).map(|(_, g)| who(g)).collect(),
        languages,
        signed: clinical.is_signed(),
        given_name: child.given_name,
    })
}

fn fill(text: &LetterText, added: &str, words: &[(&str, &str)]) -> String {
    let mut lines = text.lines(added);
    let own = added.lines().filter(|line| !line.trim().is_empty()).count();
    let last = lines.len() - 1;
    for (n, line) in lines.iter_mut().enumerate() {
        // What a counselor typed stays as it was typed.
        if (last - own..last).contains(&n) {
            continue;
        }
        for (word, value) in words {
            *line = line.replace(word, value);
        }
    }
    lines.join("\n")
}

/// Makes a letter. Nobody sees or prints it before a counselor has read and released it.
///
/// # Errors
/// [`Error::Invalid`] for a guardian who must not be contacted, a language that the template has not, or own words that
/// tell a result.
pub async fn make(services: &Services, ctx: &Ctx, id: ReferralId, new: NewLetter) -> Result<Uuid> {
    let me = staff(ctx)?.clone();
    let added = checked_text("added", &new.added)?;
    if let Some(word) = result_named_in(added.reveal()) {
        let message = format!(
            "Leave out “{word}”: a letter says what happens next, never a result or a questionnaire."
        );
        return Err(Error::invalid("added", message));
    }
    let clinical = &services.config.clinical;
    let template = clinical
        .guardian_letters
        .iter()
        .find(|l| l.id == new.template)
        .ok_or_else(|| Error::invalid("template", "Choose a letter."))?;
    let text = template
        .texts
        .get(&new.language)
        .ok_or_else(|| {
            Error::invalid("language", "This letter is not there in that language; choose another.")
        })?
        .clone();
    let emergency = clinical.emergency_number().to_owned();
    let letter_id = ctx.id();
    services
        .store
        .write(ctx, Act::new("guardian_letter.make"), move |tx| {
            let (new, added, text) = (new.clone(), added.clone(), text.clone());
            let (me, emergency) = (me.clone(), emergency.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let referral = worked_on(tx, &ctx, id).await?;
                tx.about("child", referral.child_id.0);
                tx.detail(new.template.clone());
                let child = scoring::child_of(tx, referral.child_id).await?;
                let to = may_be_written_to(tx, &child, new.guardian, "guardian").await?;
                let words = [
                    ("{guardian}", to.name.reveal().as_str()),
                    ("{child}", child.given_name.reveal().as_str()),
                    ("{school}", child.school_name.as_str()),
                    ("{counselor}", me.name.as_str()),
                    ("{emergency}", emergency.as_str()),
                ];
                let letter = GuardianLetter {
                    id: letter_id,
                    child_id: child.id,
                    referral_id: id,
                    guardian_id: new.guardian,
                    body: fill(&text, added.reveal(), &words).into(),
                    template: new.template,
                    language: new.language,
                    made_by_name: String::new(),
                    made_at: ctx.now,
                    reviewed_by_name: None,
                    reviewed_at: None,
                    discarded_at: None,
                };
                Ok(letters::add(tx, &letter, me.user).await?)
            })
        })
        .await?;
    Ok(letter_id)
}

/// The guardian, unless the school has recorded that this person must not be contacted.
async fn may_be_written_to(
    conn: &mut Conn,
    child: &children::Child,
    guardian: Uuid,
    field: &'static str,
) -> Result<children::Guardian> {
    let all = children::recipients(conn, child.id).await?;
    let found = all.into_iter().find(|(id, _)| *id == guardian).map(|(_, guardian)| guardian);
    match found {
        None => Err(Error::invalid(field, "Choose to whom the letter goes.")),
        Some(banned) if banned.do_not_contact => Err(Error::invalid(
            field,
            "The school has recorded that this person must not be contacted. Choose another guardian.",
        )),
        Some(guardian) => Ok(guardian),
    }
}

/// A letter with whom it is about and to.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The letter.
    pub letter: GuardianLetter,
    /// The child it is about.
    pub child: children::Child,
    /// To whom it goes.
    pub to: String,
    /// What that person is to the child.
    pub relation: String,
    /// Whether a clinician has signed the templates.
    pub signed: bool,
}

async fn shown(services: &Services, conn: &mut Conn, letter: GuardianLetter) -> Result<Shown> {
    let child = scoring::child_of(conn, letter.child_id).await?;
    let to =
        may_be_written_to(conn, &child, letter.guardian_id, "guardian").await.map_err(
            |error| match error {
                Error::Invalid { message, .. } => Error::Conflict(message),
                other => other,
            },
        )?;
    Ok(Shown {
        letter,
        child,
        to: who(&to),
        relation: to.relation,
        signed: services.config.clinical.is_signed(),
    })
}

/// The letter that waits, for the counselor who reads it before it goes out. That it was opened is on the trail.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; [`Error::Conflict`] when it does not wait any more.
pub async fn to_review(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Shown> {
    let mut conn = services.store.read(ctx).await?;
    let letter = waiting(&mut conn, ctx, id).await?;
    drop(conn);
    records::looked(services, ctx, "guardian_letter.read", "guardian_letter", id).await?;
    let mut conn = services.store.read(ctx).await?;
    shown(services, &mut conn, letter).await
}

async fn waiting(conn: &mut Conn, ctx: &Ctx, id: Uuid) -> Result<GuardianLetter> {
    let Some(letter) = letters::get(conn, id).await? else {
        require(ctx, Action::WorkReferrals, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    let referral = super::referrals::find(conn, ctx, letter.referral_id).await?;
    if letter.reviewed_at.is_some() {
        return Err(Error::Conflict("This letter is released already.".to_owned()));
    }
    if letter.discarded_at.is_some() || referral.closed_at.is_some() {
        return Err(Error::Conflict("This letter was thrown away. Make a new one.".to_owned()));
    }
    Ok(letter)
}

/// Releases a letter that a counselor has read: from now on it can be seen and printed.
///
/// # Errors
/// [`Error::Invalid`] unless she says that she has read it; [`Error::Conflict`] when it does not wait any more, or its
/// guardian must not be contacted.
pub async fn release(services: &Services, ctx: &Ctx, id: Uuid, has_read: HasRead) -> Result<ReferralId> {
    let user = staff(ctx)?.user;
    if has_read == HasRead::No {
        return Err(Error::invalid("read", "Read the letter first, then say that you have."));
    }
    let shared = services.clone();
    services
        .store
        .write(ctx, Act::new("guardian_letter.release"), move |tx| {
            let services = shared.clone();
            Box::pin(async move {
                tx.about("guardian_letter", id);
                let ctx = tx.ctx();
                let letter = waiting(tx, &ctx, id).await?;
                let referral = letter.referral_id;
                let shown = shown(&services, tx, letter).await?;
                if !letters::release(tx, id, user).await? {
                    return Err(Error::Conflict("Somebody was faster. Look again.".to_owned()));
                }
                event(tx, referral, user, &shown.relation).await?;
                Ok(referral)
            })
        })
        .await
}

/// Whether the counselor says that she has read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as named")]
pub enum HasRead {
    Yes,
    No,
}

async fn event(tx: &mut Tx, id: ReferralId, user: crate::model::UserId, to: &str) -> Result<()> {
    let referral = referrals::get(tx, id).await?.ok_or(Error::NotFound)?;
    let words = Private::new(format!("To {to}"));
    let state = referral.state;
    Ok(referrals::add_event(tx, id, Some(user), "guardian_letter", Some(state), state, &words).await?)
}

/// Throws a letter away that nobody has released.
///
/// # Errors
/// [`Error::Conflict`] when it does not wait any more.
pub async fn discard(services: &Services, ctx: &Ctx, id: Uuid) -> Result<ReferralId> {
    staff(ctx)?;
    services
        .store
        .write(ctx, Act::new("guardian_letter.discard"), move |tx| {
            Box::pin(async move {
                tx.about("guardian_letter", id);
                let ctx = tx.ctx();
                let letter = waiting(tx, &ctx, id).await?;
                if !letters::discard(tx, id).await? {
                    return Err(Error::Conflict("Somebody was faster. Look again.".to_owned()));
                }
                Ok(letter.referral_id)
            })
        })
        .await
}

/// A released letter, to see and to print. That it was opened is on the trail.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools and before the review; [`Error::Conflict`] when its guardian must
/// not be contacted any more.
pub async fn released(services: &Services, ctx: &Ctx, id: Uuid) -> Result<Shown> {
    let mut conn = services.store.read(ctx).await?;
    let Some(letter) = letters::get(&mut conn, id).await? else {
        require(ctx, Action::SeeChild, Place::Anywhere)?;
        return Err(Error::NotFound);
    };
    in_scope(&mut conn, ctx, letter.child_id, Action::SeeChild).await?;
    if letter.reviewed_at.is_none() {
        return Err(Error::NotFound);
    }
    drop(conn);
    records::looked(services, ctx, "guardian_letter.view", "guardian_letter", id).await?;
    let mut conn = services.store.read(ctx).await?;
    shown(services, &mut conn, letter).await
}

/// The newest released letter of each of these referrals, to print together (C-09), and whose file has none. That they were
/// opened is on the trail.
///
/// # Errors
/// [`Error::Invalid`] for no or more than 100 of them; [`Error::Conflict`] where one is critical; [`Error::NotFound`] outside
/// the counselor's schools.
pub async fn released_of_many(services: &Services, ctx: &Ctx, ids: Vec<ReferralId>) -> Result<Bundle> {
    if ids.is_empty() || ids.len() > 100 {
        return Err(Error::invalid("id", "Select between 1 and 100 lines first."));
    }
    let mut bundle = Bundle::default();
    for id in ids {
        let mut conn = services.store.read(ctx).await?;
        let referral = super::referrals::find(&mut conn, ctx, id).await?;
        if referral.priority == Priority::Critical {
            let ask = "A critical referral is worked on by itself. Open the child to print its letter.";
            return Err(Error::Conflict(ask.to_owned()));
        }
        let child = scoring::child_of(&mut conn, referral.child_id).await?;
        let all = letters::of_child(&mut conn, child.id).await?;
        drop(conn);
        let newest = all.into_iter().find(|letter| letter.referral_id == id && letter.reviewed_at.is_some());
        let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
        match newest {
            None => bundle.without.push((name.into(), "No letter is released.".to_owned())),
            Some(letter) => match released(services, ctx, letter.id).await {
                Ok(shown) => bundle.letters.push(shown),
                Err(Error::Conflict(why)) => bundle.without.push((name.into(), why)),
                Err(error) => return Err(error),
            },
        }
    }
    Ok(bundle)
}

/// Letters to print together.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// The letters, in the order that was asked for.
    pub letters: Vec<Shown>,
    /// Children without one, and why.
    pub without: Vec<(Private<String>, String)>,
}

/// A released letter as PDF, with the day in words.
///
/// # Errors
/// As [`released`], and [`Error::Conflict`] where no font has its letters.
pub async fn pdf(services: &Services, ctx: &Ctx, shown: &Shown, day: &str) -> Result<Vec<u8>> {
    let id = shown.letter.id;
    records::looked(services, ctx, "guardian_letter.print", "guardian_letter", id).await?;
    let text = shown.letter.body.reveal();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let mut blocks = vec![Block::Paragraph(day.to_owned())];
    blocks.extend(rest.lines().map(|line| Block::Paragraph(line.to_owned())));
    let document = Document {
        title: title.to_owned(),
        language: shown.letter.language.clone(),
        footer: shown.child.school_name.clone(),
        blocks,
        ..Document::default()
    };
    services.print(document).await
}
