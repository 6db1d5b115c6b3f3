//! The child's screening: assent, one item at a time, finish. Every answer is saved on Next; a critical one is
//! referred in the same transaction, so a closed tab loses nothing (K-38, K-42).

pub mod answers;
mod battery;
pub mod read_aloud;
pub(super) mod school_today;
mod shapes;
pub(super) mod together;

use std::sync::Arc;

use questionnaires::form::{Form, FormItem};
use questionnaires::response::Answer;
use uuid::Uuid;

pub(super) use self::battery::Batteries;
use self::battery::Battery;
use self::read_aloud::{Recorded, Shelf};
use super::{Services, card_door, require, scoring, sessions, student};
pub use crate::config::AssentText;
use crate::config::HelpLine;
use crate::ctx::{Ctx, Student};
use crate::model::administration::{AdministrationState, TalkWish};
use crate::model::people::AgeBand;
use crate::model::{Day, Private};
use crate::policy::{Action, Place};
use crate::referral_rules::Finding;
use crate::store::administrations::{self, Administration};
use crate::store::responses::{self, Response};
use crate::store::windows::Standing;
use crate::store::{Act, Conn, windows};
use crate::{Error, Result};

/// Where a child is in its check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Has not said yes or no yet.
    Assent,
    /// The first question without an answer, counted from 1.
    Question(usize),
    /// Every question has been shown; not handed in yet.
    Review,
    /// Handed in.
    Done,
    /// Said no thanks.
    Quiet,
    /// The window asks nothing of a child of this age.
    Nothing,
}

/// What the child's pages need around a question.
#[derive(Clone, Debug)]
pub struct CheckIn {
    /// The child's first name.
    pub first_name: Private<String>,
    /// The presentation band.
    pub band: AgeBand,
    /// Who will read the answers.
    pub readers: Vec<String>,
    /// Where the child is.
    pub step: Step,
    /// Until when a counselor is in school today, `HH:MM`; none where that cannot be promised (K-44).
    pub there_until: Option<String>,
    /// How many questions there are in all.
    pub questions: usize,
}

/// One question as it is put before the child: the instrument's own words, byte for byte (K-01).
#[derive(Clone, Debug)]
pub struct Question {
    /// Which form of the battery it belongs to, from 1.
    pub part: usize,
    /// Its number in the whole check-in, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// The instrument's instruction, if it has one.
    pub instructions: Option<String>,
    /// The item with its choices.
    pub item: FormItem,
    /// Which recordings there are to listen to.
    pub recorded: Recorded,
    /// What was answered before, if anything.
    pub answer: Option<Answer>,
    /// The owner's copyright line, which the licence wants shown.
    pub copyright: String,
    /// The language of the wording.
    pub language: String,
}

/// An asked item and what was answered.
struct Asked<'a> {
    part: usize,
    form: &'a Form,
    item: &'a FormItem,
    answer: Option<Answer>,
}

impl Asked<'_> {
    fn question(&self, number: usize, of: usize, shelf: &Shelf) -> Question {
        Question {
            part: self.part,
            number,
            of,
            instructions: self.form.instructions.clone(),
            item: self.item.clone(),
            recorded: shelf.recorded(self.item),
            answer: self.answer,
            copyright: self.form.copyright.clone(),
            language: self.form.language.clone(),
        }
    }
}

/// What a child's window asks of it, as long as answers are taken. Saving an answer needs no more.
struct Asks {
    opens_on: Day,
    administrations: Vec<Administration>,
    forms: Vec<Arc<Form>>,
}

impl Asks {
    async fn load(conn: &mut Conn, student: Student) -> Result<Self> {
        let Student { child, window, sitting, .. } = student;
        let (administrations, standings): (Vec<_>, Vec<_>) =
            administrations::standing(conn, window, child, sitting).await?.into_iter().unzip();
        let standing = match standings.first() {
            Some(standing) => *standing,
            // Nothing is asked of it: then the window alone decides.
            None => windows::standing(conn, child, window, sitting).await?.ok_or(Error::NotFound)?,
        };
        Self::of(&standing, administrations)
    }

    /// What is asked where the window, the sitting and the consent stand so.
    fn of(standing: &Standing, administrations: Vec<Administration>) -> Result<Self> {
        let finished = administrations.iter().all(|a| a.state == AdministrationState::Submitted);
        if !finished && !standing.takes_answers() {
            return Err(Error::SignedOut);
        }
        let forms = administrations.iter().map(scoring::form_of).collect::<Result<_>>()?;
        Ok(Self { opens_on: standing.opens_on, administrations, forms })
    }

    /// Every item in the order in which it is asked: part, administration, form and item.
    fn items(&self) -> impl Iterator<Item = (usize, &Administration, &Form, &FormItem)> {
        self.administrations.iter().zip(&self.forms).zip(1..).flat_map(|((administration, form), part)| {
            form.items.iter().map(move |item| (part, administration, &**form, item))
        })
    }

    fn all(&self, state: AdministrationState) -> bool {
        self.administrations.iter().all(|a| a.state == state)
    }

    fn any(&self, state: AdministrationState) -> bool {
        self.administrations.iter().any(|a| a.state == state)
    }

    /// Whether answers are taken now.
    fn takes_answers(&self) -> Result<()> {
        if self.administrations.is_empty() {
            Err(Error::NotFound)
        } else if self.all(AdministrationState::Submitted) {
            Err(Error::Conflict("Your answers are handed in already.".to_owned()))
        } else if self.any(AdministrationState::Declined) || self.all(AdministrationState::Offered) {
            Err(Error::NotFound)
        } else {
            Ok(())
        }
    }
}

/// Where the child is, and what its pages need.
///
/// # Errors
/// [`Error::SignedOut`] when the sitting has been closed meanwhile.
pub async fn state(services: &Services, ctx: &Ctx) -> Result<CheckIn> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    Battery::of(services, ctx).await?.check_in(services, ctx).await
}

/// The assent of a band with names and minutes filled in.
pub fn assent(services: &Services, check_in: &CheckIn, language: &str) -> AssentText {
    let all = services.config.clinical.assent_in(language);
    let mut text = match check_in.band {
        AgeBand::A => &all.a,
        AgeBand::B => &all.b,
        AgeBand::C => &all.c,
        AgeBand::D => &all.d,
    }
    .clone();
    for paragraph in &mut text.paragraphs {
        *paragraph = sessions::fill(paragraph, &check_in.readers, check_in.questions, language);
    }
    text
}

/// What stands on the last page, the same for everyone.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as shown")]
pub struct Closing {
    pub thanks: String,
    pub readers: String,
    pub talk_question: String,
    pub in_danger: String,
    pub help_lines: Vec<HelpLine>,
}

/// The last page's words for these readers; help lines are shown without a sign-in too.
pub fn closing(services: &Services, readers: &[String], language: &str) -> Closing {
    let clinical = &services.config.clinical;
    let finish = clinical.finish_in(language);
    Closing {
        thanks: finish.thanks.clone(),
        readers: sessions::fill(&finish.readers, readers, 0, language),
        talk_question: finish.talk_question.clone(),
        in_danger: finish.in_danger.replace("{emergency}", clinical.emergency_number()),
        help_lines: clinical.help_lines_in(language),
    }
}

/// The question of a number, counted from 1.
///
/// # Errors
/// [`Error::NotFound`] for a number that is not asked, or before the child has said yes.
pub async fn question(services: &Services, ctx: &Ctx, number: usize) -> Result<(CheckIn, Question)> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let battery = Battery::of(services, ctx).await?;
    if !matches!(battery.step(), Step::Question(_) | Step::Review) {
        return Err(Error::NotFound);
    }
    let of = battery.asked().count();
    let asked = number.checked_sub(1).and_then(|i| battery.asked().nth(i)).ok_or(Error::NotFound)?;
    let check_in = battery.check_in(services, ctx).await?;
    let shelf = Shelf::of(services, battery.administration(asked.part)?, asked.form);
    Ok((check_in, asked.question(number, of, &shelf)))
}

/// Every question in order, for a device that shows them without asking for each.
///
/// # Errors
/// [`Error::NotFound`] before the child has said yes and after it has handed in.
pub async fn questions(services: &Services, ctx: &Ctx) -> Result<(CheckIn, Vec<Question>)> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let battery = Battery::of(services, ctx).await?;
    if !matches!(battery.step(), Step::Question(_) | Step::Review) {
        return Err(Error::NotFound);
    }
    let of = battery.asked().count();
    let check_in = battery.check_in(services, ctx).await?;
    let mut shelves = Vec::new();
    for (administration, form) in battery.asks.administrations.iter().zip(&battery.asks.forms) {
        shelves.push(Shelf::of(services, administration, form));
    }
    let none = Shelf::default();
    let shelf = |asked: &Asked<'_>| shelves.get(asked.part - 1).unwrap_or(&none);
    let questions =
        battery.asked().zip(1..).map(|(asked, number)| asked.question(number, of, shelf(&asked))).collect();
    Ok((check_in, questions))
}

/// Words the child's questions in a language from now on, where their owners' texts have it; answers and place stay,
/// and each answer keeps the language it was given in (K-25).
///
/// # Errors
/// [`Error::SignedOut`] when the sitting has been closed meanwhile.
pub async fn set_language(services: &Services, ctx: &Ctx, tag: &'static str) -> Result<()> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    services
        .store
        .write(ctx, Act::new("language.choose"), move |tx| {
            Box::pin(async move {
                tx.about("child", student.child.0);
                tx.detail(tag);
                for administration in Asks::load(tx, student).await?.administrations {
                    let worded = scoring::instrument_of(&administration)?.languages().contains(&tag);
                    if worded && administration.state != AdministrationState::Submitted {
                        administrations::set_language(tx, administration.id, tag).await?;
                    }
                }
                Ok(())
            })
        })
        .await
}

/// The key under which this child's device may keep what it could not send yet: made anew from the master key for each
/// signed-in page, never stored, and another child's sign-in gets another one (K-38).
///
/// # Errors
/// [`Error::SignedOut`] where no child is signed in.
pub fn device_key(services: &Services, ctx: &Ctx) -> Result<String> {
    let student = student(ctx)?;
    Ok(services.keys.device_key(student.child.0, student.window.0))
}

/// The child's yes or no thanks. A no raises no flag and leads to a quiet page (K-30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assent {
    /// Yes, start.
    Yes,
    /// No thanks.
    No,
}

/// Records the child's yes or no thanks.
///
/// # Errors
/// [`Error::SignedOut`] when the sitting has been closed meanwhile; [`Error::Invalid`] with a calm sentence outside the
/// hours of those who would answer for the child.
pub async fn give_assent(services: &Services, ctx: &Ctx, assent: Assent) -> Result<()> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    let action = if assent == Assent::Yes { "assent.yes" } else { "assent.no" };
    if assent == Assent::Yes && Battery::of(services, ctx).await?.must_wait(services, ctx).await? {
        return Err(Error::invalid("assent", card_door::RESTS));
    }
    services
        .store
        .write(ctx, Act::new(action), move |tx| {
            Box::pin(async move {
                tx.about("child", student.child.0);
                Asks::load(tx, student).await?;
                match assent {
                    Assent::Yes => administrations::start(tx, student.window, student.child).await?,
                    Assent::No => administrations::decline(tx, student.window, student.child).await?,
                }
                Ok(())
            })
        })
        .await
}

/// Saves the answer to the question of a number. Saving the same answer again changes nothing; another answer is
/// kept beside the first. A critical answer is referred in this transaction.
///
/// # Errors
/// [`Error::Invalid`] when the answer is none of the item's choices; [`Error::Conflict`] when the check-in was
/// handed in already.
pub async fn answer(services: &Services, ctx: &Ctx, number: usize, item: &str, answer: Answer) -> Result<()> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    let clinical = std::sync::Arc::clone(&services.config);
    let item = item.to_owned();
    services
        .store
        .write(ctx, Act::recorded_in_itself("answer.save"), move |tx| {
            let (config, item) = (std::sync::Arc::clone(&clinical), item.clone());
            Box::pin(async move {
                let asks = Asks::load(tx, student).await?;
                asks.takes_answers()?;
                let (_, administration, form, _) = number
                    .checked_sub(1)
                    .and_then(|i| asks.items().nth(i))
                    .filter(|(.., asked)| asked.id == item)
                    .ok_or_else(|| {
                        Error::invalid("choice", "This page was out of date. Please answer once more.")
                    })?;
                form.check(&item, &answer)
                    .map_err(|_| Error::invalid("choice", "Pick one, or tap “I don’t want to answer”."))?;
                save(tx, &config.clinical, administration, &item, answer).await
            })
        })
        .await
}

/// Adds an answer after the earlier ones and looks whether it is critical.
pub(super) async fn save(
    tx: &mut crate::store::Tx,
    clinical: &crate::config::Clinical,
    administration: &Administration,
    item: &str,
    answer: Answer,
) -> Result<()> {
    let last = responses::latest(tx, administration.id, item).await?;
    let (code, declined) = match answer {
        Answer::Code(code) => (Some(i64::from(code)), false),
        _ => (None, true),
    };
    if last.as_ref().is_some_and(|l| l.code == code && l.declined == declined) {
        return Ok(());
    }
    let response = Response {
        administration_id: administration.id,
        item: item.to_owned(),
        seq: last.map_or(1, |l| l.seq + 1),
        code,
        declined,
        answered_at: tx.ctx().now,
    };
    responses::add(tx, administration.child_id, &response, &administration.language).await?;
    scoring::after_answer(tx, clinical, administration, item, answer).await
}

/// What the child gets for handing in: the same for a replay of the same hand-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt(pub String);

/// Hands the check-in in: scores, bands, flags, referral, alert and audit in one transaction. Handing in twice gives
/// the first receipt again.
///
/// # Errors
/// [`Error::NotFound`] before the child has said yes.
pub async fn submit(services: &Services, ctx: &Ctx, key: Uuid) -> Result<Receipt> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    let config = std::sync::Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("administration.submit"), move |tx| {
            let config = std::sync::Arc::clone(&config);
            Box::pin(async move {
                tx.about("child", student.child.0);
                let asks = Asks::load(tx, student).await?;
                if let Some(receipt) = asks.administrations.iter().find_map(|a| a.receipt.clone()) {
                    return Ok(Receipt(receipt));
                }
                asks.takes_answers()?;
                let receipt = key.simple().to_string();
                for administration in &asks.administrations {
                    if !administrations::submit(tx, administration.id, key, &receipt).await? {
                        // Another hand-in of the same child was faster by a moment: its receipt is the one.
                        let first = Asks::load(tx, student).await?;
                        let receipt = first.administrations.iter().find_map(|a| a.receipt.clone());
                        return receipt.map(Receipt).ok_or(Error::NotFound);
                    }
                    scoring::after_submit(tx, &config.clinical, administration).await?;
                }
                Ok(Receipt(receipt))
            })
        })
        .await
}

/// Records whether the child would like to talk; a yes is a referral reason of its own.
///
/// # Errors
/// [`Error::NotFound`] before the check-in is handed in.
pub async fn wish_to_talk(services: &Services, ctx: &Ctx, wish: TalkWish) -> Result<()> {
    let finding = scoring::wished(&services.config.clinical, wish);
    after_the_end(services, ctx, "talk.wish", Some(wish), finding).await
}

/// Records that a child worries about a friend: a reason of its own on the child's referral, so that somebody asks it.
///
/// # Errors
/// [`Error::NotFound`] before the check-in is handed in.
pub async fn worry_about_friend(services: &Services, ctx: &Ctx) -> Result<()> {
    let finding = scoring::worried(&services.config.clinical);
    after_the_end(services, ctx, "friend.worry", None, Some(finding)).await
}

/// What a child tells on its last page.
async fn after_the_end(
    services: &Services,
    ctx: &Ctx,
    action: &'static str,
    wish: Option<TalkWish>,
    finding: Option<Finding>,
) -> Result<()> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let student = student(ctx)?;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new(action), move |tx| {
            let (config, finding) = (Arc::clone(&config), finding.clone());
            Box::pin(async move {
                tx.about("child", student.child.0);
                let asks = Asks::load(tx, student).await?;
                if asks.administrations.is_empty() || !asks.all(AdministrationState::Submitted) {
                    return Err(Error::NotFound);
                }
                if let Some(wish) = wish {
                    administrations::set_talk_wish(tx, student.child, student.window, wish).await?;
                }
                let child = scoring::child_of(tx, student.child).await?;
                let (school, first) = (child.school_id, asks.administrations.first());
                scoring::raise(tx, &config.clinical, child.id, school, first, finding.as_slice()).await?;
                Ok(())
            })
        })
        .await
}
