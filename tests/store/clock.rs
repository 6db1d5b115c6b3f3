//! Somebody sets the clock (REL-18): no sign-in lasts longer for it, and nobody waits longer for help.

use server::ctx::{Actor, Ctx};
use server::jobs;
use server::model::Instant;
use server::services::sessions::{self, Visitor};
use tests::{Kind, on_both_databases};

use crate::town::Town;

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

on_both_databases! {
    async fn a_clock_that_is_set_extends_no_sign_in(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let nobody = Ctx::new(Actor::Nobody);
        let code = town.teens().remove(0);
        let token = sessions::sign_in_with_card(&town.services, &nobody, &code, [127, 0, 0, 1].into()).await.unwrap();
        let jumps = [
            (0, true),
            // Two nodes' clocks are never quite the same.
            (-30, true),
            (30, true),
            (-5 * MINUTE, false),
            (-DAY, false),
            (DAY, false),
            (-366 * DAY, false),
        ];
        for (seconds, stays) in jumps {
            let then = Ctx::at(Actor::Nobody, nobody.now.plus_seconds(seconds));
            let seen = sessions::visitor(&town.services, &then, token.reveal()).await.unwrap();
            let is_in = matches!(seen, Visitor::Actor(Actor::Student(_)));
            assert_eq!(is_in, stays, "a jump of {seconds} seconds");
        }
        town.services.close().await;
    }

    async fn a_clock_that_is_set_back_keeps_nobody_from_being_called_and_calls_nobody_twice(kind: Kind) {
        for back in [5 * MINUTE, DAY] {
            let town = Town::of(kind, 30).await;
            let t0 = town.critical_answer(0).await;
            let at = |now: Instant| Ctx::at(Actor::Job("test"), now);
            let set = t0.plus_seconds(-back);
            assert_eq!(jobs::escalate(&town.services, &at(set)).await.unwrap(), 3, "set back by {back} seconds");
            for later in [MINUTE, back + 15 * MINUTE, back + DAY] {
                assert_eq!(jobs::escalate(&town.services, &at(set.plus_seconds(later))).await.unwrap(), 0);
            }
            let calls = town.words("select reason from outbox where reason <> 'new' order by reason").await;
            assert_eq!(calls, ["backup:critical", "critical", "district:critical", "lead:critical"]);
            town.services.close().await;
        }
    }
}
