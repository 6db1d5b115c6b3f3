//! Passkeys as a second factor (AUT-06, AUT-10, KEY-04): added, used, copied, stolen, removed.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::UserId;
use server::model::people::{Role, Scope};
use server::services::accounts::{self, Change};
use server::services::passkeys::{self, Factors, Purpose};
use server::services::second_factor;
use server::services::sessions::code_now;
use tests::authenticator::{Authenticator, Scene};
use tests::{Kind, on_both_databases};

use crate::house::{HERE, House, signed_in};

const SITE: &str = "http://localhost:3000";
const ANNA: &str = "anna@district.example";
const BEN: &str = "ben@district.example";

async fn house(kind: Kind, passkeys: &str) -> House {
    House::with(kind, &[("FIRSTLIGHT__HTTP__PUBLIC_URL", SITE), ("FIRSTLIGHT__STAFF__PASSKEYS", passkeys)])
        .await
}

fn me(ctx: &Ctx) -> UserId {
    let Actor::Staff(staff) = &ctx.actor else { panic!("nobody is signed in") };
    staff.user
}

impl House {
    /// Adds a new authenticator's passkey to the account of a sign-in.
    async fn passkey(&self, session: &str) -> Authenticator {
        let mut device = Authenticator::new();
        let ctx = self.visit(session).await;
        let asked = passkeys::challenge(&self.services, &ctx, session, Purpose::Add).await.unwrap();
        let made = device.make(&asked, &Scene::at(SITE));
        passkeys::add(&self.services, &ctx, session, "Anna's laptop", &made).await.unwrap();
        device
    }

    async fn ask(&self, half: &str) -> String {
        passkeys::challenge(&self.services, &self.ctx(Actor::Nobody), half, Purpose::SignIn).await.unwrap()
    }

    async fn give(&self, half: &str, signed: &str) -> Result<String, Error> {
        let ctx = self.ctx(Actor::Nobody);
        let given = passkeys::sign_in(&self.services, &ctx, half, signed, HERE, "Firefox on Linux").await;
        given.map(|token| token.reveal().to_owned())
    }

    /// Somebody else of the district, signed in by a recovery code.
    async fn second(&self, admin: &str, role: Role) -> (String, Vec<String>) {
        let ctx = self.visit(admin).await;
        let link = accounts::invite(&self.services, &ctx, "Ben", BEN, role, Scope::District).await.unwrap();
        let (_, codes) = self.accept(link.reveal(), BEN).await;
        (self.sign_in(BEN, &codes[0]).await.unwrap(), codes)
    }

    async fn acts(&self, action: &str) -> i64 {
        let sql = format!("select count(*) from audit where action = '{action}'");
        self.count(&sql).await
    }
}

on_both_databases! {
    /// A passkey is added under a fresh second factor, signs in and confirms grave acts, and is on the trail.
    async fn a_passkey_is_a_second_factor_at_sign_in_and_before_grave_acts_aut_06(kind: Kind) {
        let mut house = house(kind, "offered").await;
        let (session, ..) = house.administrator().await;
        let mut laptop = house.passkey(&session).await;
        let mut phone = house.passkey(&session).await;
        let own = passkeys::own(&house.services, &house.visit(&session).await).await.unwrap();
        assert_eq!(own.passkeys.len(), 2);
        assert!(own.possible && !own.demanded && own.passkeys.iter().all(|p| p.used.is_none()));

        for turn in 0..3 {
            let device = if turn == 1 { &mut phone } else { &mut laptop };
            let half = house.half(ANNA).await;
            let offered = passkeys::offered(&house.services, &house.ctx(Actor::Nobody), &half).await.unwrap();
            assert_eq!(offered, Factors { passkey: true, code: true });
            let asked = house.ask(&half).await;
            let token = house.give(&half, &device.sign(&asked, &Scene::at(SITE))).await.unwrap();
            assert!(signed_in(&house.visit(&token).await) && !signed_in(&house.visit(&half).await));
        }
        let own = passkeys::own(&house.services, &house.visit(&session).await).await.unwrap();
        assert!(own.passkeys.iter().all(|p| p.used == Some(house.now)));

        house.wait(301);
        let stale = house.visit(&session).await;
        assert!(matches!(passkeys::challenge(&house.services, &stale, &session, Purpose::Add).await, Err(Error::StepUp)));
        let asked = passkeys::challenge(&house.services, &stale, &session, Purpose::Confirm).await.unwrap();
        let signed = laptop.sign(&asked, &Scene::at(SITE));
        let fresh = passkeys::confirm_again(&house.services, &stale, &session, &signed, HERE).await.unwrap();
        assert!(!signed_in(&house.visit(&session).await), "the old token still works");
        let ctx = house.visit(fresh.reveal()).await;
        accounts::invite(&house.services, &ctx, "Ben", BEN, Role::Auditor, Scope::District).await.unwrap();
        for (action, times) in [("passkey.add", 2), ("session.passkey", 4), ("session.confirm", 1), ("passkey.copied", 0)] {
            assert_eq!(house.acts(action).await, times, "{action}");
        }
    }

    /// Wrong pages, wrong names, replays, copies, other people's keys, late ones: none is taken.
    async fn a_passkey_that_is_not_for_this_moment_signs_nobody_in_aut_06(kind: Kind) {
        let mut house = house(kind, "offered").await;
        let (session, ..) = house.administrator().await;
        let mut laptop = house.passkey(&session).await;
        let (ben, _) = house.second(&session, Role::Counselor).await;
        let mut bens = house.passkey(&ben).await;
        let honest = Scene::at(SITE);
        let lies = [
            ("another site's page", Scene { origin: "https://localhost.evil.example".into(), ..honest.clone() }),
            ("another port", Scene { origin: "http://localhost:3001".into(), ..honest.clone() }),
            ("another scheme", Scene { origin: "https://localhost:3000".into(), ..honest.clone() }),
            ("a name below ours", Scene { origin: "http://a.localhost:3000".into(), ..honest.clone() }),
            ("bound to another name", Scene { party: "evil.example".into(), ..honest.clone() }),
            ("nobody verified", Scene { verified: false, ..honest.clone() }),
            ("nobody there", Scene { present: false, ..honest.clone() }),
            ("nobody there nor verified", Scene { present: false, verified: false, ..honest.clone() }),
            ("made, not used", Scene { kind: "webauthn.create".into(), ..honest.clone() }),
            ("a challenge of its own", Scene { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(), ..honest.clone() }),
        ];
        let mut tried = 0;
        let mut refused = |what: &str, given: Result<String, Error>| {
            tried += 1;
            let known = matches!(given, Err(Error::Invalid { .. } | Error::TooMany(_) | Error::SignedOut | Error::Conflict(_)));
            assert!(known, "{what}: {given:?}");
        };
        for (what, scene) in &lies {
            let half = house.half(ANNA).await;
            let asked = house.ask(&half).await;
            refused(what, house.give(&half, &laptop.sign(&asked, scene)).await);
            // The question is spent, also where the answer was wrong.
            refused("the same question again", house.give(&half, &laptop.sign(&asked, &honest)).await);
        }
        let half = house.half(ANNA).await;
        let asked = house.ask(&half).await;
        refused("somebody else's passkey", house.give(&half, &bens.sign(&asked, &honest)).await);
        let asked = house.ask(&half).await;
        let stolen = std::mem::replace(&mut bens.id, laptop.id.clone());
        refused("her passkey's name on another key", house.give(&half, &bens.sign(&asked, &honest)).await);
        bens.id = stolen;
        let asked = house.ask(&half).await;
        let signed = laptop.sign(&asked, &honest).replace("\"signature\":\"M", "\"signature\":\"N");
        refused("a changed signature", house.give(&half, &signed).await);
        for nonsense in ["", "{}", "null", "[1]", "{\"id\":\"x\"}", &"x".repeat(5_000)] {
            house.ask(&half).await;
            refused("nonsense", house.give(&half, nonsense).await);
        }
        refused("no question at all", house.give(&half, &laptop.sign(&asked, &honest)).await);
        // A question to one sign-in is no question to another, nor of another kind.
        let (one, two) = (house.half(ANNA).await, house.half(ANNA).await);
        let asked = house.ask(&one).await;
        refused("another sign-in's question", house.give(&two, &laptop.sign(&asked, &honest)).await);
        let ctx = house.visit(&session).await;
        let asked = passkeys::challenge(&house.services, &ctx, &session, Purpose::Confirm).await.unwrap();
        refused("a question of another kind", house.give(&two, &laptop.sign(&asked, &honest)).await);
        refused("a whole sign-in as half", house.give(&session, &laptop.sign(&asked, &honest)).await);

        // Once, and not again: neither the same answer nor the same sign-in.
        let half = house.half(ANNA).await;
        let asked = house.ask(&half).await;
        let signed = laptop.sign(&asked, &honest);
        house.give(&half, &signed).await.unwrap();
        refused("the same answer again", house.give(&half, &signed).await);
        let half = house.half(ANNA).await;
        house.ask(&half).await;
        refused("the same answer to a new question", house.give(&half, &signed).await);
        // Two questions at once: the copy answers the one that was asked before the real one signed.
        let (first, second) = (house.half(ANNA).await, house.half(ANNA).await);
        let (asked, again) = (house.ask(&first).await, house.ask(&second).await);
        let before = laptop.counter;
        house.give(&first, &laptop.sign(&asked, &honest)).await.unwrap();
        laptop.counter = before;
        refused("a copy, asked at the same time", house.give(&second, &laptop.sign(&again, &honest)).await);
        laptop.counter = 1;
        let half = house.half(ANNA).await;
        let asked = house.ask(&half).await;
        refused("a copy that has counted less", house.give(&half, &laptop.sign(&asked, &honest)).await);
        assert_eq!(house.acts("passkey.copied").await, 2);
        laptop.counter = 1_000;

        // Late by a second, and removed between question and answer.
        let half = house.half(ANNA).await;
        let asked = house.ask(&half).await;
        house.wait(300);
        refused("five minutes later", house.give(&half, &laptop.sign(&asked, &honest)).await);
        let half = house.half(ANNA).await;
        let asked = house.ask(&half).await;
        let ctx = house.ctx(Actor::Nobody);
        let admin = Ctx { factor_at: Some(house.now), ..ctx.with_actor(house.visit(&session).await.actor) };
        let own = passkeys::own(&house.services, &admin).await.unwrap();
        passkeys::remove(&house.services, &admin, &half, own.passkeys[0].id).await.unwrap();
        refused("a passkey that is gone", house.give(&half, &laptop.sign(&asked, &honest)).await);
        println!("{tried} false passkeys tried at sign-in, 0 taken");
        assert_eq!(tried, 39);
    }

    /// What is added is checked as strictly: a passkey that was planted would be a door for ever.
    async fn no_false_passkey_is_added_aut_06(kind: Kind) {
        let mut house = house(kind, "offered").await;
        let (session, ..) = house.administrator().await;
        let (ben, _) = house.second(&session, Role::Auditor).await;
        let honest = Scene::at(SITE);
        let mut tried = 0;
        let ask = async |house: &House, session: &str| {
            passkeys::challenge(&house.services, &house.visit(session).await, session, Purpose::Add).await.unwrap()
        };
        for scene in [
            Scene { origin: "https://evil.example".into(), ..honest.clone() },
            Scene { origin: "http://localhost:3001".into(), ..honest.clone() },
            Scene { party: "evil.example".into(), ..honest.clone() },
            Scene { verified: false, ..honest.clone() },
            Scene { present: false, ..honest.clone() },
            Scene { kind: "webauthn.get".into(), ..honest.clone() },
            Scene { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(), ..honest.clone() },
        ] {
            let asked = ask(&house, &session).await;
            let made = Authenticator::new().make(&asked, &scene);
            let added = passkeys::add(&house.services, &house.visit(&session).await, &session, "x", &made).await;
            assert!(matches!(added, Err(Error::Invalid { .. })), "{scene:?} {added:?}");
            tried += 1;
        }
        let mut device = Authenticator::new();
        let asked = ask(&house, &session).await;
        let made = device.make(&asked, &honest);
        let anna = house.visit(&session).await;
        for name in ["", "  ", &"x".repeat(61), "a\u{7}"] {
            let added = passkeys::add(&house.services, &anna, &session, name, &made).await;
            assert!(matches!(added, Err(Error::Invalid { field: "name", .. })), "{name:?} {added:?}");
        }
        // Asked of Anna, answered by Ben.
        let theirs = passkeys::add(&house.services, &house.visit(&ben).await, &ben, "x", &made).await;
        assert!(matches!(theirs, Err(Error::Invalid { .. })), "{theirs:?}");
        passkeys::add(&house.services, &anna, &session, "Laptop", &made).await.unwrap();
        let again = passkeys::add(&house.services, &anna, &session, "Laptop", &made).await;
        assert!(matches!(again, Err(Error::Invalid { .. })), "{again:?}");
        // The same key under a second account.
        let asked = ask(&house, &ben).await;
        let taken = passkeys::add(&house.services, &house.visit(&ben).await, &ben, "x", &device.make(&asked, &honest)).await;
        assert!(matches!(taken, Err(Error::Invalid { .. })), "{taken:?}");
        let asked = ask(&house, &ben).await;
        house.wait(301);
        let made = Authenticator::new().make(&asked, &honest);
        let late = passkeys::add(&house.services, &house.visit(&ben).await, &ben, "x", &made).await;
        assert!(matches!(late, Err(Error::StepUp)), "{late:?}");
        tried += 4;
        let nobody = house.ctx(Actor::Nobody);
        assert!(matches!(passkeys::own(&house.services, &nobody).await, Err(Error::SignedOut)));
        assert_eq!(house.acts("passkey.add").await, 1);
        println!("{tried} false passkeys tried to be added, 0 taken");
    }

    /// Where passkeys are required, an administrator's roles count only once there is one; then no code of an app does.
    async fn where_required_no_role_counts_without_a_passkey_and_no_code_with_one_aut_06(kind: Kind) {
        let house = house(kind, "required").await;
        let (session, secret, codes) = house.administrator().await;
        let ctx = house.visit(&session).await;
        let Actor::Staff(bare) = &ctx.actor else { panic!() };
        assert!(bare.grants.is_empty(), "a role counts before there is a passkey");
        assert!(matches!(accounts::list(&house.services, &ctx).await, Err(Error::NotFound)));
        let mut laptop = house.passkey(&session).await;
        accounts::list(&house.services, &house.visit(&session).await).await.unwrap();

        let half = house.half(ANNA).await;
        let nobody = house.ctx(Actor::Nobody);
        let offered = passkeys::offered(&house.services, &nobody, &half).await.unwrap();
        assert_eq!(offered, Factors { passkey: true, code: false });
        let code = code_now(&nobody, &secret).unwrap();
        let by_code = second_factor::confirm_code(&house.services, &nobody, &half, &code, HERE, "x").await;
        assert!(matches!(by_code, Err(Error::Invalid { field: "code", .. })), "{by_code:?}");
        let ctx = house.visit(&session).await;
        let again = second_factor::confirm_again(&house.services, &ctx, &session, &code, HERE).await;
        assert!(matches!(again, Err(Error::Invalid { field: "code", .. })), "{again:?}");
        let asked = house.ask(&half).await;
        house.give(&half, &laptop.sign(&asked, &Scene::at(SITE))).await.unwrap();
        house.sign_in(ANNA, &codes[0]).await.unwrap();

        // The last one stays; the one before it may go, and every other sign-in ends.
        let other = house.sign_in(ANNA, &codes[1]).await.unwrap();
        let own = passkeys::own(&house.services, &ctx).await.unwrap();
        let last = passkeys::remove(&house.services, &ctx, &session, own.passkeys[0].id).await;
        assert!(matches!(last, Err(Error::Conflict(_))), "{last:?}");
        house.passkey(&session).await;
        passkeys::remove(&house.services, &ctx, &session, own.passkeys[0].id).await.unwrap();
        assert!(signed_in(&house.visit(&session).await) && !signed_in(&house.visit(&other).await));
        let strange = passkeys::remove(&house.services, &ctx, &session, own.passkeys[0].id).await;
        assert!(matches!(strange, Err(Error::NotFound)), "{strange:?}");
        // Whoever opens no answers and runs nothing may do with a code.
        let (auditor, _) = house.second(&session, Role::Auditor).await;
        let Actor::Staff(auditor) = house.visit(&auditor).await.actor else { panic!() };
        assert!(auditor.has(Role::Auditor));
    }

    /// KEY-04: a lost device. An administrator removes the passkeys; they sign nobody in, and every sign-in is over at once.
    async fn a_lost_device_is_shut_out_at_once_key_04(kind: Kind) {
        let house = house(kind, "offered").await;
        let (admin, ..) = house.administrator().await;
        let (ben, codes) = house.second(&admin, Role::Counselor).await;
        let mut lost = house.passkey(&ben).await;
        let half = house.half(BEN).await;
        let asked = house.ask(&half).await;
        let ctx = house.visit(&admin).await;
        let user = me(&house.visit(&ben).await);
        let (people, _) = accounts::list(&house.services, &ctx).await.unwrap();
        assert_eq!(people.iter().find(|p| p.account.id == user).unwrap().account.passkeys, 1);
        let stale = Ctx { factor_at: None, ..ctx.clone() };
        let unconfirmed = accounts::change(&house.services, &stale, user, Change::RemovePasskeys).await;
        assert!(matches!(unconfirmed, Err(Error::StepUp)), "{unconfirmed:?}");
        let own = accounts::change(&house.services, &ctx, me(&ctx), Change::RemovePasskeys).await;
        assert!(matches!(own, Err(Error::Conflict(_))), "{own:?}");
        accounts::change(&house.services, &ctx, user, Change::RemovePasskeys).await.unwrap();
        assert!(!signed_in(&house.visit(&ben).await));
        assert!(house.give(&half, &lost.sign(&asked, &Scene::at(SITE))).await.is_err());
        let half = house.half(BEN).await;
        let none = passkeys::challenge(&house.services, &house.ctx(Actor::Nobody), &half, Purpose::SignIn).await;
        assert!(matches!(none, Err(Error::Conflict(_))), "{none:?}");
        assert_eq!(house.acts("passkey.remove_all").await, 1);
        // A reset takes them too.
        let ben = house.sign_in(BEN, &codes[1]).await.unwrap();
        house.passkey(&ben).await;
        accounts::reset(&house.services, &ctx, user).await.unwrap();
        let (people, _) = accounts::list(&house.services, &ctx).await.unwrap();
        assert_eq!(people.iter().find(|p| p.account.id == user).unwrap().account.passkeys, 0);
    }
}
