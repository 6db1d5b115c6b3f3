//! A fictitious district for training, trying out and tests. The same seed gives the same names, codes and answers.
//!
//! Screenings go through the real path, with contexts in an invented past: scores, flags and referrals in a demo are
//! made by the same code as in a school.

mod casework;
mod names;
mod people;
mod places;
mod screenings;

use std::sync::Arc;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde::Serialize;

pub use places::ZONE;

use super::Services;
use crate::ctx::{Actor, Ctx};
use crate::model::people::AgeBand;
use crate::store::children;
use crate::{Error, Result};

/// How large the district is.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Decides every name, code and answer.
    pub seed: u64,
    /// Schools, 1–500.
    pub schools: usize,
    /// Students, 1–1,000,000.
    pub students: usize,
    /// Windows, 1–12; the last one is open, the others are closed.
    pub windows: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { seed: 1, schools: 6, students: 1200, windows: 3 }
    }
}

/// One sign-in of a member of staff. Exists in a demo only: nowhere else is a password ever known.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct DemoStaff {
    pub role: &'static str,
    pub name: String,
    pub email: String,
    pub password: String,
    pub totp_secret: String,
    pub school: Option<String>,
}

/// One card of an open sitting.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct DemoCard {
    pub code: String,
    pub link: String,
    pub age_band: &'static str,
    pub school: String,
    pub class: String,
    pub child: String,
}

/// What was made, with the sign-ins.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "as named")]
pub struct Demo {
    pub staff: Vec<DemoStaff>,
    pub cards: Vec<DemoCard>,
    pub district: String,
    pub schools: usize,
    pub students: usize,
    pub windows: usize,
    pub screenings: usize,
    pub referrals: usize,
}

impl Demo {
    /// The first card of an age band.
    pub fn card(&self, band: AgeBand) -> Option<&DemoCard> {
        self.cards.iter().find(|c| c.age_band == band.label())
    }
}

/// Fills an empty database with a district. `progress` is told what is being done, with how far it is (0–100).
///
/// # Errors
/// [`Error::Conflict`] when the database is not empty: a demo never mixes with real children.
pub async fn fill(
    services: &Services,
    plan: Plan,
    progress: impl Fn(&str, usize) + Send + Sync + 'static,
) -> Result<Demo> {
    if !(1..=500).contains(&plan.schools)
        || !(1..=1_000_000).contains(&plan.students)
        || !(1..=12).contains(&plan.windows)
    {
        return Err(Error::invalid("plan", "Take 1–500 schools, 1–1,000,000 students and 1–12 windows."));
    }
    let ctx = Ctx::new(Actor::Console);
    {
        let mut conn = services.store.read(&ctx).await?;
        if children::count(&mut conn).await? > 0
            || crate::store::places::first_district(&mut conn).await?.is_some()
        {
            return Err(Error::Conflict(
                "The database is not empty. A demo fills only an empty one; choose another with FIRSTLIGHT__DATABASE__URL."
                    .to_owned(),
            ));
        }
    }
    add(services, plan, &RIVERSIDE, progress).await
}

/// Puts a second district beside the one that [`fill`] made, with a name, addresses and people of its own. Nobody needs
/// one but who tries the walls between districts.
///
/// # Errors
/// [`Error::Store`] when it cannot be written, as on a database that has one already.
pub async fn fill_beside(services: &Services, plan: Plan) -> Result<Demo> {
    add(services, plan, &LAKESIDE, |_, _| {}).await
}

/// What a district is called, and where its people get their mail.
#[derive(Clone, Copy, Debug)]
struct Named {
    district: &'static str,
    mail: &'static str,
}

const RIVERSIDE: Named = Named { district: "Riverside District", mail: "example" };
const LAKESIDE: Named = Named { district: "Lakeside District", mail: "lakeside.example" };

async fn add(
    services: &Services,
    plan: Plan,
    named: &Named,
    progress: impl Fn(&str, usize) + Send + Sync + 'static,
) -> Result<Demo> {
    let ctx = Ctx::new(Actor::Console);
    let progress: screenings::Progress = Arc::new(progress);
    let mut random = StdRng::seed_from_u64(plan.seed);
    let mut place = places::build(services, &ctx, plan, named, &progress).await?;
    let staff = people::add_staff(services, &ctx, &mut place, plan.seed, &mut random, &progress).await?;
    people::add_children(services, &ctx, &mut place, plan, &mut random, &progress).await?;
    let made = screenings::run(services, &ctx, &place, plan, &mut random, &progress).await?;
    casework::run(services, &ctx, &place, &progress).await?;
    Ok(Demo {
        staff,
        cards: made.cards,
        district: place.name,
        schools: place.schools.len(),
        students: place.children.len(),
        windows: plan.windows,
        screenings: made.screenings,
        referrals: made.referrals,
    })
}
