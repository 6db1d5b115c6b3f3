//! What can be done: one file per area, one function per verb of the domain, `fn(&Services, &Ctx, input) -> Result<T>`.
//!
//! Each function asks [`crate::policy`] first, then reads or writes through the store. What lies outside the
//! actor's scope is [`Error::NotFound`], exactly like what does not exist.

pub mod accounts;
pub mod alerts;
pub mod areas;
pub mod backups;
pub mod break_glass;
pub mod calendar;
pub mod capacity;
pub mod card_code;
mod card_door;
pub mod card_link;
pub mod cards;
pub mod casework;
pub mod check_in;
pub mod concerns;
pub mod consent;
pub mod corrections;
pub mod data_keys;
pub(crate) mod delivery;
pub mod demo;
pub mod disclosures;
pub mod drafts;
pub mod duty;
pub mod erasure;
mod erasure_ledger;
pub(crate) mod escalation;
pub mod families;
mod gather;
pub mod guardian_letters;
pub mod hands;
pub mod logistics;
pub mod looks;
pub mod mandatory;
pub mod master_key;
pub mod oidc;
pub mod outside;
pub mod passkeys;
mod passwords;
pub mod plans;
pub mod printing;
pub mod proofs;
pub mod queue;
pub mod ratings;
mod readiness;
pub(crate) mod reconciling;
pub mod records;
pub mod referrals;
pub mod rehearsals;
pub mod release_files;
pub mod release_report;
pub mod releases;
pub mod rescreens;
pub mod research;
pub mod retention;
pub mod rosters;
pub mod rule_trials;
pub mod rules;
mod school_days;
pub mod scoring;
pub mod second_factor;
pub mod sessions;
pub mod setup;
pub mod side_by_side;
pub mod sign_off;
pub mod sittings;
pub mod steps;
pub mod talk;
mod team;
mod throttle;
mod timeline;
pub mod trail;
pub mod transfers;
mod trends;
pub mod windows;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use crate::config::{Config, Keys};
use crate::ctx::{Actor, Ctx, Staff, Student};
use crate::documents::Press;
use crate::policy::{Action, Place, allow};
use crate::store::Store;
use crate::{Error, Result};
use check_in::Batteries;
use check_in::school_today::SchoolsToday;
use check_in::together::Together;
use sessions::SignedIn;
use throttle::Throttle;
use tokio::sync::watch;
use webauthn_rs::Webauthn;

/// Everything the services work with. A clone is one more pointer to it: every request makes several.
#[derive(Clone, Debug)]
pub struct Services(Arc<Shared>);

impl std::ops::Deref for Services {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What all clones of the services share.
#[derive(Debug)]
pub struct Shared {
    pub(crate) store: Store,
    pub(crate) config: Arc<Config>,
    pub(crate) keys: Keys,
    /// Unknown cards by address. A card that is good is let in whatever stands here.
    card_failures: Throttle<IpAddr>,
    /// Wrong passwords and codes by account and address: whoever guesses at one account holds up no other.
    guesses: Throttle<(Vec<u8>, IpAddr)>,
    /// The same by address alone, wrong passkeys included, for whoever tries one password at many accounts; a right one is
    /// let in all the same.
    guesses_here: Throttle<IpAddr>,
    /// Ways to the OpenID provider that nobody came back from: a school's staff come from one address.
    departures: Throttle<IpAddr>,
    together: Together,
    schools_today: SchoolsToday,
    batteries: Batteries,
    signed_in: SignedIn,
    passkeys: Option<Webauthn>,
    oidc: Option<Arc<oidc::Provider>>,
    press: Arc<Press>,
    stopping: watch::Sender<bool>,
    /// Until when (milliseconds) the second scorer has looked at what was handed in.
    looked_again: AtomicI64,
}

impl Services {
    /// Opens the database and the keys.
    ///
    /// # Errors
    /// A sentence for the terminal that says what to do.
    pub async fn open(config: Config) -> std::result::Result<Self, String> {
        let sealer = config.keys.sealer()?;
        let store = Store::open(&config.database_url, sealer).await.map_err(|e| e.to_string())?;
        let keys = data_keys::prepare(&store, &config.keys).await?;
        let passkeys = passkeys::party(&config.passkeys)?;
        let oidc = config.oidc.clone().map(oidc::Provider::new).map(Arc::new);
        let config = Arc::new(config);
        let together = Together::start(store.clone(), Arc::clone(&config));
        Ok(Self(Arc::new(Shared {
            looked_again: AtomicI64::new(0),
            schools_today: SchoolsToday::start(store.clone()),
            batteries: Batteries::start(&store),
            signed_in: SignedIn::start(&store),
            store,
            press: Arc::new(Press::new(&config.fonts)),
            config,
            keys,
            passkeys,
            oidc,
            together,
            stopping: watch::Sender::new(false),
            card_failures: Throttle::new(20, 600),
            guesses: Throttle::new(10, 600),
            guesses_here: Throttle::new(300, 600),
            departures: Throttle::new(2_000, 600),
        })))
    }

    /// The settings in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The keys in force.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The database product's name.
    pub fn database(&self) -> &'static str {
        self.store.product()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// [`Error::Store`] when it does not.
    pub async fn ping(&self, ctx: &Ctx) -> Result<()> {
        let mut conn = self.store.read(ctx).await?;
        crate::store::places::first_district(&mut conn).await?;
        Ok(())
    }

    /// Refuses a further guess at an account from an address that has made too many.
    pub(crate) fn may_guess(&self, email: &str, address: IpAddr) -> Result<()> {
        self.guesses
            .held(&(account_key(email), address))
            .map_or(Ok(()), |seconds| Err(Error::TooMany(seconds)))
    }

    /// Counts a wrong guess; gives the answer to it.
    pub(crate) fn guessed_wrong(&self, email: &str, address: IpAddr, wrong: Error) -> Error {
        let (account, here) =
            (self.guesses.failed((account_key(email), address)), self.guesses_here.failed(address));
        account.max(here).map_or(wrong, Error::TooMany)
    }

    /// Says that the server stops: it is not ready any more, and whoever follows events is sent away (REL-21).
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the server stops.
    pub fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Waits until the server stops.
    pub fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopping = self.stopping.subscribe();
        async move {
            // An error says that the services are gone, and the server with them.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Finishes accepted work and closes the database.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

/// What stands for an account while guesses at it are counted, whether there is one or not; as long as any other.
fn account_key(email: &str) -> Vec<u8> {
    sessions::hash_token(&email.trim().to_lowercase())
}

/// Passes only where the policy says yes.
pub(crate) fn require(ctx: &Ctx, action: Action, place: Place) -> Result<()> {
    if allow(&ctx.actor, action, place) {
        return Ok(());
    }
    match ctx.actor {
        Actor::Nobody => Err(Error::SignedOut),
        _ => Err(Error::NotFound),
    }
}

/// How long a second factor counts as fresh, in seconds.
const FRESH_SECONDS: i64 = 300;

/// Passes only with a second factor given within the last five minutes: for exports with names, break-glass, roles and
/// keys (AUT-10). Jobs, and the person at the server's terminal, have none to give.
pub(crate) fn require_fresh(ctx: &Ctx) -> Result<()> {
    let fresh = ctx.factor_at.is_some_and(|at| ctx.now.seconds_since(at) <= FRESH_SECONDS);
    match ctx.actor {
        Actor::Console | Actor::Job(_) => Ok(()),
        _ if fresh => Ok(()),
        _ => Err(Error::StepUp),
    }
}

/// A text of a length, in one sentence to whoever typed something else.
pub(crate) fn words(text: &str, field: &'static str, least: usize, most: usize, ask: &str) -> Result<String> {
    let text = text.trim();
    let letters = text.chars().count();
    let odd = text.chars().any(|c| c.is_control() && c != '\n' && c != '\r');
    if letters < least || letters > most || odd {
        return Err(Error::invalid(field, format!("{ask} ({least} to {most} letters).")));
    }
    Ok(text.to_owned())
}

/// The signed-in member of staff.
pub(crate) fn staff(ctx: &Ctx) -> Result<&Staff> {
    match &ctx.actor {
        Actor::Staff(staff) => Ok(staff),
        Actor::Nobody => Err(Error::SignedOut),
        _ => Err(Error::NotFound),
    }
}

/// The signed-in child.
pub(crate) fn student(ctx: &Ctx) -> Result<Student> {
    match &ctx.actor {
        Actor::Student(student) => Ok(*student),
        Actor::Nobody => Err(Error::SignedOut),
        _ => Err(Error::NotFound),
    }
}
