//! What counselors did beside contacts: a directory, second looks, safety plans, and help outside with its answers.

use uuid::Uuid;

use super::places::Place;
use super::screenings::{Progress, counselor};
use crate::Result;
use crate::ctx::{Actor, Ctx};
use crate::model::Private;
use crate::model::outside::{Consent, OutsideState, System};
use crate::model::referral::{Danger, Priority, ReferralState, Verb};
use crate::services::outside::{HelpService, News, Sending};
use crate::services::plans::{NewAssessment, NewPlan};
use crate::services::{Services, outside, plans, referrals, steps};
use crate::store::{Act, outside as stored_outside, referrals as stored};

/// System, name, contact, hours, capacity, least urgent level.
const DIRECTORY: [(System, &str, &str, &str, &str, Priority); 8] = [
    (
        System::MentalHealth,
        "Riverside Youth Clinic",
        "+1 555 0110",
        "Mon to Fri 8–18",
        "3 places a week",
        Priority::Moderate,
    ),
    (
        System::MentalHealth,
        "Harbor Counseling",
        "+1 555 0114",
        "Tue and Thu 14–19",
        "waiting time 3 weeks",
        Priority::Low,
    ),
    (
        System::Medical,
        "County Children’s Rehabilitation",
        "+1 555 0121",
        "Mon to Fri 9–16",
        "by appointment",
        Priority::Low,
    ),
    (
        System::Livelihood,
        "Family Support Office",
        "+1 555 0132",
        "Mon to Fri 8–12",
        "same week",
        Priority::Low,
    ),
    (System::Education, "Learning Support Center", "+1 555 0145", "school days", "10 places", Priority::Low),
    (System::Safety, "Child Protection Team", "+1 555 0150", "24 hours", "at once", Priority::High),
    (System::Safety, "Safe House Riverside", "+1 555 0151", "24 hours", "4 beds", Priority::High),
    (System::Guardianship, "Guardianship Office", "+1 555 0166", "Wed 9–17", "by appointment", Priority::Low),
];

/// Fills the directory, and works on what is claimed so that every page shows something.
pub(super) async fn run(services: &Services, ctx: &Ctx, place: &Place, progress: &Progress) -> Result<()> {
    progress("plans and help outside", 96);
    let mut clinic = Uuid::nil();
    let mut rows = Vec::new();
    for (system, name, contact, hours, capacity, accepts) in DIRECTORY {
        let row = HelpService {
            id: ctx.id(),
            district_id: place.district,
            system,
            name: name.to_owned(),
            contact: contact.to_owned(),
            hours: hours.to_owned(),
            capacity: capacity.to_owned(),
            accepts,
        };
        if clinic.is_nil() {
            clinic = row.id;
        }
        rows.push(row);
    }
    services
        .store
        .write(ctx, Act::new("demo.directory"), move |tx| {
            let rows = rows.clone();
            Box::pin(async move {
                for row in &rows {
                    stored_outside::add_service(tx, None, row).await?;
                }
                Ok(())
            })
        })
        .await?;
    let worked = {
        let mut conn = services.store.read(ctx).await?;
        stored::list_open(&mut conn, place.district).await?
    };
    let claimed = worked.into_iter().filter(|r| r.state == ReferralState::Acknowledged);
    for (n, referral) in claimed.enumerate().take(60) {
        let now = referral.acknowledged_at.unwrap_or(ctx.now).plus_seconds(4 * 3600);
        let at = |days: i64| {
            let at = now.plus_seconds(days * 86_400);
            Ctx::at(Actor::Staff(counselor(place.district, referral.owner_id)), at.min(ctx.now))
        };
        let (id, level) = (referral.id, referral.priority);
        match n % 6 {
            0 => {
                let plan = NewPlan {
                    steps: PLAN.map(|step| step.to_owned().into()),
                    gap_reason: Private::default(),
                };
                plans::write(services, &at(0), id, 0, plan).await?;
                assess(services, &at(0), id, level, Danger::Possible).await?;
            }
            1 if level.rank() <= Priority::Moderate.rank() => {
                refer(services, &at(0), &at(1), id, clinic, OutsideState::Accepted).await?;
            }
            2 if level.rank() <= Priority::Moderate.rank() => {
                assess(services, &at(0), id, level, Danger::None).await?;
                refer(services, &at(0), &at(1), id, clinic, OutsideState::Received).await?;
            }
            3 => {
                let none = Private::default();
                referrals::advance(services, &at(0), id, Verb::SupportInSchool, none).await?;
            }
            4 => assess(services, &at(0), id, level, Danger::None).await?,
            5 if level != Priority::Critical => {
                let zone = jiff::tz::TimeZone::UTC;
                let until = ctx.now.day_in(&zone).plus_days(6);
                let why = Private::new("Away with the class this week; agreed with the teacher.".to_owned());
                steps::snooze(services, &at(30), id, until, why).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

const PLAN: [&str; 6] = [
    "I stop answering my friends. I lie awake and my thoughts go in circles.",
    "Music with headphones. Walking the dog. Drawing until the page is full.",
    "The library on Main Street. Basketball on Thursdays. My cousin’s kitchen.",
    "My aunt Rosa, +1 555 0171. Coach Lee at school.",
    "My counselor, room 12. 988, call or text, at any hour.",
    "Mom keeps the medicine in her locked drawer. I leave my door open at night.",
];

async fn assess(
    services: &Services,
    ctx: &Ctx,
    id: crate::model::ReferralId,
    level: Priority,
    danger: Danger,
) -> Result<()> {
    let new = NewAssessment {
        level,
        danger,
        summary: "Low for some weeks, sleeps badly, still goes to school. Talks openly.".to_owned().into(),
        strengths: "An aunt who listens; the team on Thursdays.".to_owned().into(),
    };
    plans::assess(services, ctx, id, new).await
}

async fn refer(
    services: &Services,
    sent: &Ctx,
    answered: &Ctx,
    id: crate::model::ReferralId,
    service: Uuid,
    to: OutsideState,
) -> Result<()> {
    let sending = Sending {
        service,
        consent: Consent::Guardian,
        consent_words: "Mother agreed by phone, same day.".to_owned().into(),
        letter: "We ask for an assessment and, where it fits, treatment.\n\
                 The student has felt low for some weeks and sleeps badly. School goes on.\n\
                 Please tell us when a first date is set; we keep in touch with the family."
            .to_owned()
            .into(),
    };
    let link = outside::send(services, sent, id, sending).await?;
    let news = News { to, source: "Call with the clinic".to_owned(), note: Private::default() };
    outside::note_news(services, answered, link.outside, news).await
}
