//! Asking to talk with a card, outside every window.

use std::net::IpAddr;

use server::ctx::{Actor, Ctx};
use server::model::administration::TalkWish;
use server::services::talk::{self, Ask};
use tests::{Kind, on_both_databases};

use crate::town::Town;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const REASONS: &str = "select count(*) from referral_reasons where administration_id is null";

on_both_databases! {
    async fn a_wish_to_talk_counts_with_the_window_closed_and_ten_taps_are_one(kind: Kind) {
        let town = Town::of(kind, 60).await;
        town.meddle("update windows set state = 'closed'").await;
        let nobody = Ctx::new(Actor::Nobody);
        let code = &town.teens()[0];
        for _ in 0..10 {
            talk::ask(&town.services, &nobody, code, Ask::Talk(TalkWish::Today), HERE).await.unwrap();
        }
        assert_eq!(town.count(REASONS).await, 1);
        talk::ask(&town.services, &nobody, code, Ask::Friend, HERE).await.unwrap();
        assert_eq!(town.count(REASONS).await, 2);
        let open = "select count(*) from referrals where closed_at is null and id in \
                    (select referral_id from referral_reasons where administration_id is null)";
        assert_eq!(town.count(open).await, 1);
        // The next day the same wish is a new one.
        let tomorrow = Ctx::at(Actor::Nobody, nobody.now.plus_seconds(24 * 3600));
        talk::ask(&town.services, &tomorrow, code, Ask::Talk(TalkWish::Today), HERE).await.unwrap();
        assert_eq!(town.count(REASONS).await, 3);
    }

    async fn a_wish_reaches_somebody_where_the_district_has_switched_its_rule_off(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let admin = town.staff_at(server::model::people::Role::Administrator, 0, Ctx::new(Actor::Nobody).now).await;
        server::services::rules::set(&town.services, &admin, "worried_about_friend", "off", "Asked elsewhere.").await.unwrap();
        let nobody = Ctx::new(Actor::Nobody);
        talk::ask(&town.services, &nobody, &town.teens()[0], Ask::Friend, HERE).await.unwrap();
        assert_eq!(town.count(REASONS).await, 1);
    }
}
