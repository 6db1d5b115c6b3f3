//! How staff get in and are kept out: invitations, recovery codes, step-up, devices, and an end that counts at once.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::{Role, Scope};
use server::services::accounts::{self, Change};
use server::services::second_factor;
use server::services::sessions::{self, code_now};
use tests::{Kind, on_both_databases};

use crate::house::{HERE, House, PASSWORD, signed_in};

on_both_databases! {
    /// There is no default account: the first one comes from a one-time link, and the link works once.
    async fn the_first_administrator_comes_from_a_link_that_works_once(kind: Kind) {
        let house = House::new(kind).await;
        let console = house.ctx(Actor::Console);
        let old = accounts::first_run(&house.services, &console).await.unwrap().unwrap();
        // A second start before the link was used gives a new one, and the old one is void.
        let link = accounts::first_run(&house.services, &console).await.unwrap().unwrap();
        let nobody = house.ctx(Actor::Nobody);
        assert!(matches!(accounts::welcome(&house.services, &nobody, old.reveal()).await, Err(Error::NotFound)));
        house.accept(link.reveal(), "anna@district.example").await;
        assert!(matches!(accounts::welcome(&house.services, &nobody, link.reveal()).await, Err(Error::NotFound)));
        assert!(accounts::first_run(&house.services, &console).await.unwrap().is_none());
    }

    /// A weak password, one's own name, or a wrong code from the app: nothing is set up.
    async fn a_link_takes_no_weak_password_and_no_wrong_code_aut_06(kind: Kind) {
        let mut house = House::new(kind).await;
        let link = accounts::first_run(&house.services, &house.ctx(Actor::Console)).await.unwrap().unwrap();
        let ctx = house.ctx(Actor::Nobody);
        let secret = accounts::welcome(&house.services, &ctx, link.reveal()).await.unwrap().totp_secret;
        let code = code_now(&ctx, &secret).unwrap();
        let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
        for (password, code) in [("short", &code), ("password12345", &code), ("anna.district", &code), (PASSWORD, &wrong)] {
            let tried = accounts::accept(&house.services, &ctx, link.reveal(), "anna@district.example", password, code).await;
            assert!(matches!(tried, Err(Error::Invalid { .. })), "{password} {tried:?}");
        }
        house.wait(3 * 24 * 3600 + 1);
        assert!(matches!(accounts::welcome(&house.services, &house.ctx(Actor::Nobody), link.reveal()).await, Err(Error::NotFound)));
    }

    /// Ten wrong passwords at one account: the guesser is stopped there, also with the right one and whatever the clock says;
    /// everybody else at this address, and the owner elsewhere, signs in.
    async fn who_guesses_at_one_account_holds_up_nobody_else_and_no_clock_makes_it_a_day_rel_13_rel_18(kind: Kind) {
        let house = House::new(kind).await;
        let (session, ..) = house.administrator().await;
        let admin = house.visit(&session).await;
        let anna = "anna@district.example";
        let invited = accounts::invite(&house.services, &admin, "Ben", "ben@district.example", Role::Auditor, Scope::District).await;
        house.accept(invited.unwrap().reveal(), "ben@district.example").await;
        let tomorrow = Ctx::at(Actor::Nobody, house.now.plus_seconds(24 * 3600));
        let today = house.ctx(Actor::Nobody);
        for _ in 0..10 {
            let wrong = sessions::sign_in_with_password(&house.services, &tomorrow, anna, "wrong", HERE).await;
            assert!(matches!(wrong, Err(Error::Invalid { .. })));
        }
        // The clock is set back by a day.
        let held = sessions::sign_in_with_password(&house.services, &today, anna, PASSWORD, HERE).await;
        assert!(matches!(held, Err(Error::TooMany(1..=600))), "{:?}", held.map(drop));
        let slip = sessions::sign_in_with_password(&house.services, &today, "ben@district.example", "slip", HERE).await;
        assert!(matches!(slip, Err(Error::Invalid { .. })), "a slip of somebody else's at the same address");
        sessions::sign_in_with_password(&house.services, &today, "ben@district.example", PASSWORD, HERE).await.unwrap();
        sessions::sign_in_with_password(&house.services, &today, anna, PASSWORD, [198, 51, 100, 9].into()).await.unwrap();
    }

    /// AUT-10: what is grave wants a second factor of the last five minutes, and confirming changes the token.
    async fn a_grave_act_wants_a_fresh_second_factor_aut_10(kind: Kind) {
        let mut house = House::new(kind).await;
        let (session, secret, _) = house.administrator().await;
        let invite = async |ctx: &Ctx, email: &str| {
            accounts::invite(&house.services, ctx, "Ben", email, Role::Auditor, Scope::District).await.map(drop)
        };
        invite(&house.visit(&session).await, "ben@district.example").await.unwrap();
        house.wait(301);
        let stale = house.visit(&session).await;
        assert!(signed_in(&stale));
        let invite = async |ctx: &Ctx, email: &str| {
            accounts::invite(&house.services, ctx, "Ben", email, Role::Auditor, Scope::District).await.map(drop)
        };
        assert!(matches!(invite(&stale, "cara@district.example").await, Err(Error::StepUp)));
        let Actor::Staff(me) = &stale.actor else { panic!() };
        for change in [Change::Disable, Change::Enable, Change::SignOut, Change::AddRole(Role::Auditor, Scope::District),
            Change::RemoveRole(Role::Auditor, Scope::District)] {
            let tried = accounts::change(&house.services, &stale, me.user, change).await;
            assert!(matches!(tried, Err(Error::StepUp)), "{change:?} {tried:?}");
        }
        assert!(matches!(accounts::reset(&house.services, &stale, me.user).await, Err(Error::StepUp)));
        assert!(matches!(accounts::renew_codes(&house.services, &stale, &session).await, Err(Error::StepUp)));
        let code = code_now(&stale, &secret).unwrap();
        let token = second_factor::confirm_again(&house.services, &stale, &session, &code, HERE).await.unwrap();
        assert!(!signed_in(&house.visit(&session).await), "the old token still works");
        invite(&house.visit(token.reveal()).await, "cara@district.example").await.unwrap();
        // The same code a second time is refused.
        let again = second_factor::confirm_again(&house.services, &stale, token.reveal(), &code, HERE).await;
        assert!(matches!(again, Err(Error::Invalid { .. })));
    }

    /// A recovery code works once; a guess never.
    async fn a_recovery_code_signs_in_once(kind: Kind) {
        let house = House::new(kind).await;
        let (_, _, codes) = house.administrator().await;
        assert_eq!(codes.len(), 10);
        house.sign_in("anna@district.example", &codes[0].to_uppercase()).await.unwrap();
        for code in [codes[0].as_str(), "aaaaa-aaaaa", "000000", ""] {
            let tried = house.sign_in("anna@district.example", code).await;
            assert!(matches!(tried, Err(Error::Invalid { .. })), "{code} {tried:?}");
        }
        house.sign_in("anna@district.example", &codes[1]).await.unwrap();
    }

    /// AUT-07, AUT-12, AZ-06: a device ended, an account disabled or reset, a role taken away: all at once.
    async fn an_end_counts_at_once_on_every_device(kind: Kind) {
        let mut house = House::new(kind).await;
        let (admin, _, codes) = house.administrator().await;
        let ctx = house.visit(&admin).await;
        let link = accounts::invite(&house.services, &ctx, "Ben", "ben@district.example", Role::Auditor, Scope::District).await.unwrap();
        let (_, ben) = house.accept(link.reveal(), "ignored@district.example").await;
        let one = house.sign_in("ben@district.example", &ben[0]).await.unwrap();
        let two = house.sign_in("ben@district.example", &ben[1]).await.unwrap();
        let own = accounts::own_account(&house.services, &house.visit(&one).await, &one).await.unwrap();
        assert_eq!((own.devices.len(), own.codes_left), (2, 8));
        assert!(own.devices.iter().all(|d| d.device == "Firefox on Linux"));
        let other = own.devices.iter().find(|d| !d.is_this).unwrap();
        // Nobody ends a stranger's device.
        assert!(matches!(accounts::end_device(&house.services, &ctx, &other.handle).await, Err(Error::NotFound)));
        accounts::end_device(&house.services, &house.visit(&one).await, &other.handle).await.unwrap();
        assert!(!signed_in(&house.visit(&two).await) && signed_in(&house.visit(&one).await));
        let Actor::Staff(me) = house.visit(&one).await.actor else { panic!() };
        accounts::change(&house.services, &ctx, me.user, Change::RemoveRole(Role::Auditor, Scope::District)).await.unwrap();
        let Actor::Staff(bare) = house.visit(&one).await.actor else { panic!() };
        assert!(bare.grants.is_empty());
        accounts::change(&house.services, &ctx, me.user, Change::Disable).await.unwrap();
        assert!(!signed_in(&house.visit(&one).await));
        assert!(house.sign_in("ben@district.example", &ben[2]).await.is_err());
        accounts::change(&house.services, &ctx, me.user, Change::Enable).await.unwrap();
        let three = house.sign_in("ben@district.example", &ben[2]).await.unwrap();
        accounts::reset(&house.services, &ctx, me.user).await.unwrap();
        assert!(!signed_in(&house.visit(&three).await));
        assert!(house.sign_in("ben@district.example", &ben[3]).await.is_err());
        // The last administrator cannot lock the district out.
        let Actor::Staff(anna) = &ctx.actor else { panic!() };
        for change in [Change::Disable, Change::RemoveRole(Role::Administrator, Scope::District)] {
            let tried = accounts::change(&house.services, &ctx, anna.user, change).await;
            assert!(matches!(tried, Err(Error::Conflict(_))), "{tried:?}");
        }
        // New codes end every other sign-in of one's own.
        let beside = house.sign_in("anna@district.example", &codes[0]).await.unwrap();
        accounts::renew_codes(&house.services, &ctx, &admin).await.unwrap();
        assert!(!signed_in(&house.visit(&beside).await) && signed_in(&house.visit(&admin).await));
        house.wait(1801);
        assert!(!signed_in(&house.visit(&admin).await), "half an hour without use ends a sign-in");
    }

    /// C-33: ten minutes without a touch cover a counselor's sign-in, whatever its page asks by itself; the password or a
    /// one-time code takes the cover off, and nothing else does. Whoever sees no answers is not covered.
    async fn ten_minutes_without_a_touch_cover_a_counselors_sign_in_c_33(kind: Kind) {
        let mut house = House::new(kind).await;
        let (admin, ..) = house.administrator().await;
        let ctx = house.visit(&admin).await;
        let mut staff = Vec::new();
        for (email, role) in [("ben@district.example", Role::Counselor), ("eva@district.example", Role::Auditor)] {
            let link = accounts::invite(&house.services, &ctx, "Staff", email, role, Scope::District).await.unwrap();
            let (secret, codes) = house.accept(link.reveal(), email).await;
            staff.push((house.sign_in(email, &codes[0]).await.unwrap(), secret, codes));
        }
        let (ben, eva) = (&staff[0], &staff[1]);
        let covered = async |house: &House, token: &str| {
            sessions::visit(&house.services, &house.ctx(Actor::Nobody), token).await.unwrap().covered
        };
        house.wait(599);
        assert!(!covered(&house, &ben.0).await);
        // That visit was a touch: the ten minutes begin anew. What a page asks by itself is none.
        house.wait(590);
        let asked = sessions::unnoticed_visit(&house.services, &house.ctx(Actor::Nobody), &ben.0).await.unwrap();
        assert!(!asked.covered);
        house.wait(10);
        for _ in 0..2 {
            assert!(covered(&house, &ben.0).await, "looking at the cover does not take it off");
        }
        assert!(!covered(&house, &eva.0).await);
        let me = house.visit(&ben.0).await;
        for wrong in ["", "lantern otter plum seventy", "000000"] {
            let tried = sessions::uncover(&house.services, &me, &ben.0, wrong, HERE).await;
            assert!(matches!(tried, Err(Error::Invalid { field: "secret", .. })), "{wrong} {tried:?}");
        }
        assert!(covered(&house, &ben.0).await);
        sessions::uncover(&house.services, &me, &ben.0, PASSWORD, HERE).await.unwrap();
        assert!(!covered(&house, &ben.0).await);
        assert!(house.visit(&ben.0).await.factor_at < Some(house.now), "a password is no second factor");
        house.wait(600);
        let me = house.visit(&ben.0).await;
        let code = code_now(&me, &ben.1).unwrap();
        sessions::uncover(&house.services, &me, &ben.0, &code, HERE).await.unwrap();
        assert!(!covered(&house, &ben.0).await);
        house.wait(1801);
        assert!(!signed_in(&house.visit(&ben.0).await), "after half an hour it is over all the same");
    }

    /// Every line of the trail about signing in and out names the person.
    async fn signing_in_and_out_is_on_the_trail_under_the_persons_name(kind: Kind) {
        let house = House::new(kind).await;
        let (session, ..) = house.administrator().await;
        let ctx = house.visit(&session).await;
        sessions::end(&house.services, &ctx, &session).await.unwrap();
        let lines = accounts_trail(&house, &ctx).await;
        let about: Vec<_> = lines.iter().filter(|(action, _)| action.starts_with("session.")).collect();
        assert!(about.len() >= 4, "{lines:?}");
        assert!(about.iter().all(|(_, kind)| kind == "staff"), "{about:?}");
        assert_eq!(about.iter().filter(|(action, _)| action == "session.end").count(), 1);
    }
}

/// The trail of sign-ins as the auditor's page has it.
async fn accounts_trail(house: &House, ctx: &Ctx) -> Vec<(String, String)> {
    use server::ctx::{Grant, Staff};
    let Actor::Staff(me) = &ctx.actor else { panic!() };
    let grants = vec![Grant { role: Role::Auditor, school: None }];
    let auditor = Actor::Staff(Staff { grants, ..me.clone() });
    let rows = server::services::setup::trail(&house.services, &house.ctx(auditor), 100).await.unwrap();
    rows.into_iter().map(|row| (row.action, row.actor_kind)).collect()
}
