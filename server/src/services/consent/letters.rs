//! Letters to guardians, and what a letter's link opens: the notice, the exact questions, and a place to say yes or no or
//! to take it back. Whoever holds the letter answers for the child, without an account.

use questionnaires::library;

use super::super::sessions::{fresh_token, hash_token};
use super::{Services, Word, attached, class, keeps, not_over, say};
use crate::ctx::{Actor, Ctx};
use crate::model::window::{ConsentBy, ConsentStatus};
use crate::model::{ChildId, ClassId, Private, WindowId};
use crate::store::consent::{self, Letter};
use crate::store::windows;
use crate::store::{Act, Conn};
use crate::{Error, Result};

/// Letters ready to print.
#[derive(Clone, Debug)]
pub struct LetterSheet {
    /// The class they are for, with its window.
    pub page: super::ClassPage,
    /// The notice.
    pub notice: String,
    /// The letters, by name.
    pub letters: Vec<ChildLetter>,
}

/// A letter about one child.
#[derive(Clone, Debug)]
pub struct ChildLetter {
    /// The child's name.
    pub name: Private<String>,
    /// What the QR code holds.
    pub link: Private<String>,
    /// Names of the instruments that a child of this age is asked, as the notice names them.
    pub attached: Vec<String>,
}

/// Makes letters for a class: for every child, or for those for whom nothing was said yet.
///
/// # Errors
/// [`Error::Conflict`] before a notice is published, or when nobody would get a letter.
pub async fn print(
    services: &Services,
    ctx: &Ctx,
    id: WindowId,
    of: ClassId,
    only_waiting: bool,
) -> Result<LetterSheet> {
    let page = class(services, ctx, id, of).await?;
    not_over(&page.window)?;
    let (notice, asked) = {
        let mut conn = services.store.read(ctx).await?;
        (consent::newest_notice(&mut conn, id).await?, windows::instruments(&mut conn, id).await?)
    };
    let Some(notice) = notice else {
        return Err(Error::Conflict("Publish the notice to guardians first.".to_owned()));
    };
    let waiting = |status| matches!(status, None | Some(ConsentStatus::Waiting));
    let children = page.children.iter().filter(|child| !only_waiting || waiting(child.status));
    let mut letters = Vec::new();
    let mut hashes: Vec<(ChildId, Vec<u8>)> = Vec::new();
    let site = services.config.site();
    for child in children {
        let token = fresh_token()?;
        hashes.push((child.child_id, hash_token(token.reveal())));
        let name = format!("{} {}", child.given_name.reveal(), child.family_name.reveal());
        let age = i64::from(page.window.opens_on.age_of(child.birth_date));
        let own =
            |id: &str| asked.iter().any(|a| a.instrument == id && (a.min_age..=a.max_age).contains(&age));
        letters.push(ChildLetter {
            name: Private::new(name),
            link: Private::new(format!("{site}/consent/letter/{}", token.reveal())),
            attached: attached(&notice, own),
        });
    }
    if letters.is_empty() {
        return Err(Error::Conflict("Something was said for every child of this class.".to_owned()));
    }
    services
        .store
        .write(ctx, Act::new("consent.letters"), move |tx| {
            let hashes = hashes.clone();
            Box::pin(async move {
                tx.about("class", of.0);
                tx.detail(format!("{} letters", hashes.len()));
                for (child, hash) in hashes {
                    consent::add_letter(tx, id, child, hash).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(LetterSheet { notice: notice.body, letters, page })
}

/// What a guardian sees through the letter's link.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Which child, window and school, and what was said so far.
    pub letter: Letter,
    /// The notice.
    pub notice: String,
    /// Each instrument that this child is asked: its title, and its questions word for word (PPRA: a parent may see the
    /// survey first).
    pub instruments: Vec<(String, Vec<String>)>,
    /// Whether an answer still counts.
    pub open: bool,
}

/// What a letter's link opens.
///
/// # Errors
/// [`Error::NotFound`] for a link that no letter carries.
pub async fn invitation(services: &Services, ctx: &Ctx, token: &str) -> Result<Invitation> {
    let mut conn = services.store.read(ctx).await?;
    let letter = consent::by_letter(&mut conn, hash_token(token)).await?.ok_or(Error::NotFound)?;
    let notice = consent::newest_notice(&mut conn, letter.window_id).await?.ok_or(Error::NotFound)?;
    Ok(Invitation {
        instruments: questions(&mut conn, &letter).await?,
        notice: notice.body,
        open: !letter.window_state.is_over(),
        letter,
    })
}

async fn questions(conn: &mut Conn, letter: &Letter) -> Result<Vec<(String, Vec<String>)>> {
    let age = letter.opens_on.age_of(letter.birth_date);
    let age = i64::from(age);
    let asked = windows::instruments(conn, letter.window_id).await?;
    let asked = asked.iter().filter(|asked| (asked.min_age..=asked.max_age).contains(&age));
    let words = asked.filter_map(|asked| {
        let instrument = library::get(&asked.instrument)?;
        let form = instrument.form(&instrument.language).ok()?;
        let title = match asked.informant.as_str() {
            "parent" => format!("{} (parents are asked)", instrument.title),
            "teacher" => format!("{} (teachers are asked)", instrument.title),
            _ => instrument.title.clone(),
        };
        Some((title, form.items.iter().map(|item| item.text.clone()).collect()))
    });
    Ok(words.collect())
}

/// Where a member of staff who scans a letter records the slip below it: the window, the class, the child. Nobody's for
/// whoever keeps no consent at the child's school; they see what a guardian sees.
///
/// # Errors
/// [`Error::Store`] when the database cannot be read.
pub async fn slip(
    services: &Services,
    ctx: &Ctx,
    token: &str,
) -> Result<Option<(WindowId, ClassId, ChildId)>> {
    if !matches!(ctx.actor, Actor::Staff(_)) {
        return Ok(None);
    }
    let mut conn = services.store.read(ctx).await?;
    let letter = consent::by_letter(&mut conn, hash_token(token)).await?;
    Ok(letter
        .filter(|letter| keeps(ctx, letter.district_id, letter.school_id))
        .map(|letter| (letter.window_id, letter.class_id, letter.child_id)))
}

/// Takes a guardian's answer through the letter's link.
///
/// # Errors
/// [`Error::NotFound`] for a link that no letter carries; [`Error::Conflict`] when the window is over.
pub async fn answer(
    services: &Services,
    ctx: &Ctx,
    token: &str,
    yes: bool,
    by_name: Private<String>,
    erase: bool,
) -> Result<()> {
    let hash = hash_token(token);
    let guardian_below = services.config.guardian_below;
    services
        .store
        .write(ctx, Act::new("consent.answer"), move |tx| {
            let (hash, by_name) = (hash.clone(), by_name.clone());
            Box::pin(async move {
                let letter = consent::by_letter(tx, hash).await?.ok_or(Error::NotFound)?;
                let window = windows::get(tx, letter.window_id).await?.ok_or(Error::NotFound)?;
                let word = Word {
                    status: if yes { ConsentStatus::Given } else { ConsentStatus::Refused },
                    by_role: ConsentBy::Guardian,
                    by_name,
                    said_on: tx.ctx().now.day_in(&jiff::tz::TimeZone::UTC),
                    method: "letter",
                    proof: String::new(),
                    erase,
                };
                say(tx, &window, letter.child_id, letter.birth_date, &word, guardian_below).await
            })
        })
        .await
}
