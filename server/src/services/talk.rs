//! A door of its own for a child that wants to talk: open at any time, whether or not a window is. The card says who
//! asks; it needs no sign-in and shows nothing of the child.

use std::net::IpAddr;
use std::sync::Arc;

use super::{Services, card_door, scoring};
use crate::Result;
use crate::ctx::Ctx;
use crate::model::administration::TalkWish;
use crate::model::referral::Priority;
use crate::referral_rules::Finding;
use crate::store::{Act, Tx, administrations, referrals};

/// What a child asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// To talk to somebody.
    Talk(TalkWish),
    /// To be asked about a friend it worries about.
    Friend,
}

/// The same asked again within so many seconds is the same asking.
const SAME_ASKING: i64 = 12 * 3600;

/// Brings to the school's counselors what a child asks for with its card's code. The answer is the same for every card
/// that is good.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) with a calm sentence for a code that is not good;
/// [`Error::TooMany`](crate::Error::TooMany) after many unknown ones.
pub async fn ask(services: &Services, ctx: &Ctx, typed: &str, ask: Ask, address: IpAddr) -> Result<()> {
    let key = card_door::key_of_code(services, typed)?;
    let door = card_door::find(services, ctx, key, address).await?;
    let config = Arc::clone(&services.config);
    services
        .store
        .write(ctx, Act::new("talk.ask"), move |tx| {
            let config = Arc::clone(&config);
            Box::pin(async move {
                tx.about("child", door.child_id.0);
                let found = match ask {
                    Ask::Talk(wish) => scoring::wished(&config.clinical, wish),
                    Ask::Friend => Some(scoring::worried(&config.clinical)),
                };
                let Some(finding) = found else { return Ok(()) };
                if let Ask::Talk(wish) = ask {
                    administrations::set_talk_wish(tx, door.child_id, door.window_id, wish).await?;
                }
                let child = scoring::child_of(tx, door.child_id).await?;
                let why = format!("{} (asked outside a check-in)", finding.why);
                if asked_before(tx, child.id, child.school_id, &why).await? {
                    return Ok(());
                }
                let finding = Finding { why, ..finding };
                let (clinical, found) = (&config.clinical, std::slice::from_ref(&finding));
                let raised = scoring::raise(tx, clinical, child.id, child.school_id, None, found).await?;
                if raised.is_none() {
                    // Where the district has switched the rule off, a child that asks still reaches somebody.
                    let low = Finding { rule: "by_hand", priority: Priority::Low, ..finding };
                    scoring::raise(tx, clinical, child.id, child.school_id, None, &[low]).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Whether the same stands on the child's open referral since a short while: ten taps are one asking.
async fn asked_before(
    tx: &mut Tx,
    child: crate::model::ChildId,
    school: crate::model::SchoolId,
    why: &str,
) -> Result<bool> {
    let now = tx.ctx().now;
    let Some(open) = referrals::get_open(tx, child, school).await? else { return Ok(false) };
    let reasons = referrals::reasons(tx, open.id).await?;
    Ok(reasons.iter().any(|r| r.why.reveal() == why && now.seconds_since(r.found_at) < SAME_ASKING))
}
