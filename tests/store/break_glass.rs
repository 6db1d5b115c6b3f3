//! A counselor of another school looks at a child: with a reason, for an hour, and the school is told (AZ-08).

use server::Error;
use server::ctx::{Actor, Ctx, Grant, Staff};
use server::model::SchoolId;
use server::model::people::Role;
use server::services::{break_glass, disclosures, records};
use server::store::{Store, children, users};
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;
use crate::trail::literal;

const REASON: &str = "Is at our school today and speaks of harm";

on_both_databases! {
    async fn a_look_from_outside_has_a_reason_an_end_and_a_witness_az_08(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let at_device = town.child(&town.teens()[0]).await;
        let Actor::Student(student) = at_device.actor else { panic!() };
        town.meddle(&format!("update children set number = 'N-77' where id = {}", literal(kind, student.child.0))).await;
        let store = Store::open(&town.database.url, town.services.config().keys.sealer().unwrap()).await.unwrap();
        let (user, school) = {
            let mut conn = store.read(&at_device).await.unwrap();
            let email = &town.demo.staff.iter().find(|s| s.role == "counselor").unwrap().email;
            let user = users::get_by_email(&mut conn, email).await.unwrap().unwrap();
            (user, children::get(&mut conn, student.child).await.unwrap().unwrap().school_id)
        };
        store.close().await;
        let now = at_device.now;
        let person = |role: Role, school: SchoolId, seconds: i64| {
            let grants = vec![Grant { role, school: Some(school) }];
            let staff = Staff { user: user.id, district: user.district_id, name: "Ana".to_owned(), grants };
            let ctx = Ctx::at(Actor::Staff(staff), now.plus_seconds(seconds));
            Ctx { factor_at: Some(now), ..ctx }
        };
        let elsewhere = SchoolId(Uuid::from_u128(77));
        let outsider = person(Role::Counselor, elsewhere, 0);
        let services = &town.services;
        assert!(matches!(records::record(services, &outsider, student.child).await, Err(Error::NotFound)));

        // Without a fresh factor, a reason or the right number, or as somebody else: nothing opens.
        let stale = person(Role::Counselor, elsewhere, 301);
        assert!(matches!(break_glass::open(services, &stale, "N-77", REASON).await, Err(Error::StepUp)));
        for (number, reason) in [("N-77", "short"), ("N-77", ""), ("N-0", REASON)] {
            let tried = break_glass::open(services, &outsider, number, reason).await;
            assert!(matches!(tried, Err(Error::Invalid { .. })), "{number} {reason}: {tried:?}");
        }
        for role in [Role::Proctor, Role::SchoolLead, Role::Administrator, Role::Analyst, Role::Auditor] {
            let tried = break_glass::open(services, &person(role, elsewhere, 0), "N-77", REASON).await;
            assert!(matches!(tried, Err(Error::NotFound)), "{role:?} {tried:?}");
        }
        assert!(matches!(records::record(services, &outsider, student.child).await, Err(Error::NotFound)));

        assert_eq!(break_glass::open(services, &outsider, "N-77", REASON).await.unwrap(), student.child);
        records::record(services, &outsider, student.child).await.unwrap();
        // One child's glass opens no other child's record, and an hour later not this one's.
        for ctx in [person(Role::Counselor, elsewhere, 3600), person(Role::Analyst, elsewhere, 0)] {
            assert!(matches!(records::record(services, &ctx, student.child).await, Err(Error::NotFound)));
        }
        let told = break_glass::told(services, &person(Role::SchoolLead, school, 0)).await.unwrap();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].reason.reveal(), REASON);
        let others = break_glass::told(services, &person(Role::SchoolLead, elsewhere, 0)).await.unwrap();
        assert!(others.is_empty());
        let ledger = disclosures::ledger(services, &Ctx::new(Actor::Console), student.child).await.unwrap();
        let entry = ledger.iter().find(|e| e.action == "break_glass.open").unwrap();
        assert_eq!(entry.why, format!("Reason given: {REASON}"));
    }
}
