//! The room of a sitting: devices that fall silent, children who are not there, and who has not finished.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::administration::Progress;
use server::model::people::Role;
use server::model::{Instant, SittingId};
use server::services::check_in::{self, Assent};
use server::services::sessions::{self, Visitor};
use server::services::sittings::{self, Seat};
use tests::{Kind, on_both_databases};

use crate::town::Town;

/// A child that has begun: its context, the token of its device, and its sitting.
struct Working {
    ctx: Ctx,
    token: String,
    sitting: SittingId,
}

async fn begins(town: &Town, card: &str) -> Working {
    let nobody = Ctx::new(Actor::Nobody);
    let token =
        sessions::sign_in_with_card(&town.services, &nobody, card, [127, 0, 0, 1].into()).await.unwrap();
    let token = token.reveal().to_owned();
    let Visitor::Actor(actor) = sessions::visitor(&town.services, &nobody, &token).await.unwrap() else {
        panic!("a child")
    };
    let Actor::Student(student) = actor else { panic!("a child") };
    let ctx = nobody.with_actor(actor);
    check_in::give_assent(&town.services, &ctx, Assent::Yes).await.unwrap();
    Working { ctx, token, sitting: student.sitting }
}

async fn proctor(town: &Town, seconds: i64) -> Ctx {
    let now = Ctx::new(Actor::Console).now.plus_seconds(seconds);
    town.staff_at(Role::Proctor, 0, now).await
}

fn seat(seats: &[Seat], ctx: &Ctx) -> Seat {
    let Actor::Student(student) = ctx.actor else { panic!("a child") };
    seats.iter().find(|seat| seat.child == student.child).unwrap().clone()
}

async fn board(town: &Town, sitting: SittingId, seconds: i64) -> Vec<Seat> {
    sittings::board(&town.services, &proctor(town, seconds).await, sitting).await.unwrap().seats
}

on_both_databases! {
    /// away after fifty silent seconds; then, and while answers are unsent or a hand is up, closing wants a reason.
    async fn a_silent_device_is_offline_and_a_sitting_with_loose_ends_closes_only_with_a_reason_a_11(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let card = town.teens().remove(0);
        let child = begins(&town, &card).await;
        let Working { ctx, token, sitting } = &child;
        assert_eq!(seat(&board(&town, *sitting, 600).await, ctx).progress, Progress::Working, "without JavaScript nothing is said");
        sittings::beat(&town.services, ctx, token, false).await.unwrap();
        assert_eq!(seat(&board(&town, *sitting, 40).await, ctx).progress, Progress::Working);
        assert_eq!(seat(&board(&town, *sitting, 60).await, ctx).progress, Progress::Offline);
        let calm = proctor(&town, 0).await;
        assert!(!sittings::loose_ends(&town.services, &calm, *sitting).await.unwrap().want_reason());

        sittings::beat(&town.services, ctx, token, true).await.unwrap();
        let ends = sittings::loose_ends(&town.services, &calm, *sitting).await.unwrap();
        assert_eq!((ends.unsynced.len(), ends.hands.len()), (1, 0), "unsent answers");
        sittings::beat(&town.services, ctx, token, false).await.unwrap();
        server::services::hands::raise(&town.services, ctx).await.unwrap();
        assert!(seat(&board(&town, *sitting, 0).await, ctx).hand);
        let refused = sittings::close(&town.services, &calm, *sitting, " ").await;
        assert!(matches!(refused, Err(Error::Invalid { field: "reason", .. })), "{refused:?}");
        sittings::close(&town.services, &calm, *sitting, "I walk her to the counselor").await.unwrap();
        let why = town.words("select closed_reason from sittings where closed_reason <> ''").await;
        assert_eq!(why, ["I walk her to the counselor"]);
        town.services.close().await;
    }

    /// who was away or has not finished is on the list, finished children are not, and a planned sitting takes it off.
    async fn the_make_up_list_builds_itself_and_one_button_plans_the_sitting_a_10(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let card = town.teens().remove(0);
        let child = begins(&town, &card).await;
        town.answer_all(&child.ctx, |_| 0).await;
        check_in::submit(&town.services, &child.ctx, uuid::Uuid::from_u128(9)).await.unwrap();
        let ctx = proctor(&town, 0).await;
        let before = board(&town, child.sitting, 0).await;
        let away = before.iter().find(|s| s.progress == Progress::NotStarted).unwrap().child;
        sittings::set_absent(&town.services, &ctx, child.sitting, away, true).await.unwrap();
        let marked = board(&town, child.sitting, 0).await;
        assert_eq!(marked.iter().find(|s| s.child == away).unwrap().progress, Progress::NotToday);
        assert!(sittings::make_ups(&town.services, &ctx).await.unwrap().iter().all(|m| m.sitting.id != child.sitting), "it is still open");
        sittings::close(&town.services, &ctx, child.sitting, "").await.unwrap();

        let later = proctor(&town, 1).await;
        let list = sittings::make_ups(&town.services, &later).await.unwrap();
        let class = list.iter().find(|m| m.sitting.id == child.sitting).expect("the class is on the list");
        let unfinished = before.iter().filter(|s| s.progress != Progress::Finished && s.progress != Progress::NotToday).count();
        assert_eq!(class.missing.len(), unfinished, "everybody who has not finished, the absent child too");
        assert!(class.missing.iter().any(|s| s.child == away));
        let new = sittings::plan_make_up(&town.services, &later, child.sitting).await.unwrap();
        let again = sittings::plan_make_up(&town.services, &later, child.sitting).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{again:?}");
        assert!(sittings::make_ups(&town.services, &later).await.unwrap().iter().all(|m| m.sitting.id != child.sitting));
        let fresh = board(&town, new, 0).await;
        assert_eq!(fresh.iter().find(|s| s.child == away).unwrap().progress, Progress::NotStarted, "a new day");
        town.services.close().await;
    }

    /// the room sees the same of a child in danger as of any other; and silence is no yes where a yes is needed.
    async fn the_board_tells_no_answer_and_no_reason_a_07(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let cards = town.teens();
        let (calm, danger) = (begins(&town, &cards[0]).await, begins(&town, &cards[1]).await);
        let mut told = Vec::new();
        for number in 1..=9 {
            for (child, last) in [(&calm, 0), (&danger, 3)] {
                let (_, question) = check_in::question(&town.services, &child.ctx, number).await.unwrap();
                let code = questionnaires::response::Answer::Code(if number == 9 { last } else { 0 });
                check_in::answer(&town.services, &child.ctx, number, &question.item.id, code).await.unwrap();
                let seat = seat(&board(&town, child.sitting, 0).await, &child.ctx);
                told.push((seat.progress, seat.hand, seat.absent));
            }
        }
        assert!(town.count("select count(*) from flags where kind = 'critical_item'").await >= 1, "one of them is in danger");
        told.dedup();
        assert_eq!(told, [(Progress::Working, false, false)], "and the room cannot tell which");

        town.meddle("update windows set consent_mode = 'opt_in'").await;
        let seats = board(&town, calm.sitting, 0).await;
        assert!(seats.iter().all(|s| s.progress == Progress::NotToday), "nobody was said yes for");
        town.services.close().await;
    }

    async fn an_open_sitting_gets_a_quarter_of_an_hour_more_and_a_closed_one_does_not(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let child = begins(&town, &town.teens()[0]).await;
        let ctx = proctor(&town, 0).await;
        let ends = async || -> Option<Instant> {
            sittings::board(&town.services, &ctx, child.sitting).await.unwrap().sitting.ends_at
        };
        let before = ends().await.unwrap();
        sittings::extend(&town.services, &ctx, child.sitting).await.unwrap();
        assert_eq!(ends().await.unwrap().seconds_since(before), 900);
        sittings::close(&town.services, &ctx, child.sitting, "").await.unwrap();
        assert!(matches!(sittings::extend(&town.services, &ctx, child.sitting).await, Err(Error::Conflict(_))));
        town.services.close().await;
    }
}
