//! Sign-in by OpenID Connect, against a provider of the tests' own that tells the truth or lies.

use serde_json::{Value, json};
use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::people::{Role, Scope};
use server::services::accounts::{self, Change};
use server::services::oidc::{self, Arrival, Brought, Departure};
use server::services::second_factor;
use server::services::sessions::code_now;
use tests::place::Scratch;
use tests::provider::{Mood, Provider, Signed};
use tests::{Kind, on_both_databases};

use crate::house::{HERE, House, signed_in};

const BEN: &str = "ben@district.example";
const EVA: &str = "eva@district.example";

struct Place {
    house: House,
    provider: Provider,
    /// The secret of Ben's second factor, who is a counselor.
    ben: String,
    admin: String,
    _secret: Scratch,
}

impl Place {
    async fn new(kind: Kind, more: &[(&str, &str)]) -> Self {
        let (provider, secret) = (Provider::start().await, Scratch::new());
        let settings = provider.settings(&secret);
        let named: Vec<(String, String)> =
            settings.into_iter().map(|(name, value)| (format!("FIRSTLIGHT__{name}"), value)).collect();
        let mut all: Vec<(&str, &str)> = named.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        all.extend(more);
        let house = House::with(kind, &all).await;
        let (admin, ..) = house.administrator().await;
        let ctx = house.visit(&admin).await;
        let invited =
            accounts::invite(&house.services, &ctx, "Ben", BEN, Role::Counselor, Scope::District).await;
        let (ben, _) = house.accept(invited.unwrap().reveal(), BEN).await;
        provider.person("ben-1", BEN, true);
        Self { house, provider, ben, admin, _secret: secret }
    }

    fn nobody(&self) -> Ctx {
        self.house.ctx(Actor::Nobody)
    }

    async fn go(&self) -> Departure {
        oidc::begin(&self.house.services, &self.nobody(), HERE).await.unwrap()
    }

    async fn come(&self, code: &str, state: &str, browser: &str) -> Result<Arrival, Error> {
        let brought = Brought { code, state, issuer: "", browser, from: HERE };
        oidc::finish(&self.house.services, &self.nobody(), brought, "Firefox on Linux").await
    }

    /// There and back, as a browser goes.
    async fn round(&self) -> Result<Arrival, Error> {
        let gone = self.go().await;
        let (code, state) = self.provider.authorize(&gone.address);
        self.come(&code, &state, gone.browser.reveal()).await
    }

    async fn acts(&self, action: &str) -> i64 {
        self.house.count(&format!("select count(*) from audit where action = '{action}'")).await
    }
}

fn sentence(refused: Result<Arrival, Error>) -> String {
    match refused {
        Err(Error::Invalid { message, .. } | Error::Conflict(message)) => message,
        other => panic!("{other:?}"),
    }
}

on_both_databases! {
    /// The first time an account is linked by its checked address; after that the provider's own word counts, whatever the
    /// address. The second factor is still owed.
    async fn an_invited_person_signs_in_at_the_provider_and_owes_the_second_factor(kind: Kind) {
        let place = Place::new(kind, &[]).await;
        let services = &place.house.services;
        for (signed, address) in [(Signed::Rs256, "Ben@District.Example"), (Signed::Es256, "other@elsewhere.example")] {
            place.provider.says(signed, json!({}));
            place.provider.person("ben-1", address, signed == Signed::Rs256);
            let Arrival::OwesFactor(half) = place.round().await.unwrap() else { panic!("no second factor was asked") };
            assert!(!signed_in(&place.house.visit(half.reveal()).await));
            if signed == Signed::Rs256 {
                let code = code_now(&place.nobody(), &place.ben).unwrap();
                let full = second_factor::confirm_code(services, &place.nobody(), half.reveal(), &code, HERE, "x").await.unwrap();
                let Actor::Staff(ben) = place.house.visit(full.reveal()).await.actor else { panic!() };
                assert!(ben.has(Role::Counselor));
                server::services::sessions::end(services, &place.house.visit(full.reveal()).await, full.reveal()).await.unwrap();
                assert!(!signed_in(&place.house.visit(full.reveal()).await));
            }
        }
        assert_eq!((place.acts("oidc.link").await, place.acts("session.oidc").await), (1, 2));
        assert_eq!(place.house.count("select count(*) from users").await, 2);
    }

    /// No lie of a provider, of a network or of another browser signs anybody in, and none leaves a link behind.
    async fn no_false_token_code_or_state_signs_anybody_in(kind: Kind) {
        let mut place = Place::new(kind, &[]).await;
        let mut tried = 0;
        let now = place.house.now.millis() / 1000;
        let lies: Vec<(&str, Signed, Value)> = vec![
            ("another key under its name", Signed::WithAnotherKey, json!({})),
            ("claims changed after the signature", Signed::ThenChanged, json!({})),
            ("alg none", Signed::ByNobody, json!({})),
            ("HS256 with the public key", Signed::WithPublicKey, json!({})),
            ("HS256 with the shared secret", Signed::WithSharedSecret, json!({})),
            ("an unknown kid", Signed::WithUnknownName, json!({})),
            ("no signature", Signed::Cut, json!({})),
            ("for another site", Signed::Rs256, json!({ "aud": "other" })),
            ("for another site too", Signed::Rs256, json!({ "aud": ["firstlight", "other"] })),
            ("for nobody", Signed::Rs256, json!({ "aud": null })),
            ("of another issuer", Signed::Rs256, json!({ "iss": "https://evil.example" })),
            ("of no issuer", Signed::Rs256, json!({ "iss": null })),
            ("over a minute ago", Signed::Rs256, json!({ "exp": now - 60 })),
            ("over now", Signed::Rs256, json!({ "exp": now })),
            ("without an end", Signed::Rs256, json!({ "exp": null })),
            ("from the future", Signed::Es256, json!({ "iat": now + 3600, "exp": now + 7200 })),
            ("another nonce", Signed::Rs256, json!({ "nonce": "0".repeat(64) })),
            ("no nonce", Signed::Es256, json!({ "nonce": null })),
            ("no subject", Signed::Rs256, json!({ "sub": null })),
        ];
        for (what, signed, claims) in lies {
            place.provider.says(signed, claims);
            let said = sentence(place.round().await);
            assert!(said.contains("did not work"), "{what}: {said}");
            tried += 1;
        }
        place.provider.says(Signed::Rs256, json!({}));

        // The way there and back is one browser's, once, for ten minutes.
        let gone = place.go().await;
        let (code, state) = place.provider.authorize(&gone.address);
        let (other, mine) = (place.go().await, gone.browser.reveal());
        let (other_code, other_state) = place.provider.authorize(&other.address);
        for (what, code, state, browser) in [
            ("another browser's state", &code, &other_state, mine),
            ("another browser", &code, &state, other.browser.reveal()),
            ("no browser", &code, &state, ""),
            ("a state that was guessed", &code, &"0".repeat(64), mine),
            ("no state", &code, &String::new(), mine),
            // Planted by somebody who wants to see what the victim does in the wrong account: PKCE refuses it.
            ("somebody else's code", &other_code, &state, mine),
            ("its own code, after that", &code, &state, mine),
        ] {
            let said = sentence(place.come(code, state, browser).await);
            assert!(said.contains("did not work"), "{what}: {said}");
            tried += 1;
        }
        let gone = place.go().await;
        let (code, state) = place.provider.authorize(&gone.address);
        place.come(&code, &state, gone.browser.reveal()).await.unwrap();
        sentence(place.come(&code, &state, gone.browser.reveal()).await);
        let again = place.go().await;
        let (_, fresh) = place.provider.authorize(&again.address);
        sentence(place.come(&code, &fresh, again.browser.reveal()).await);
        let brought = Brought { code: "x", state: "y", issuer: "https://evil.example", browser: "z", from: HERE };
        assert!(oidc::finish(&place.house.services, &place.nobody(), brought, "x").await.is_err());
        let gone = place.go().await;
        let (code, state) = place.provider.authorize(&gone.address);
        let brought = Brought { code: &code, state: &state, issuer: "https://evil.example", browser: gone.browser.reveal(), from: HERE };
        sentence(oidc::finish(&place.house.services, &place.nobody(), brought, "x").await);
        let gone = place.go().await;
        let (code, state) = place.provider.authorize(&gone.address);
        place.house.wait(600);
        sentence(place.come(&code, &state, gone.browser.reveal()).await);
        tried += 5;
        // Only the honest round in between left its mark.
        assert_eq!((place.acts("oidc.link").await, place.acts("session.oidc").await), (1, 1));
        println!("{tried} false tokens, codes and states tried, 0 accepted");
        assert_eq!(tried, 31);
    }

    /// A stranger, an address that nobody checked, somebody shut out, a second person with the same address: one sentence.
    async fn only_an_invited_account_is_linked_and_everybody_else_reads_one_sentence_aut_09(kind: Kind) {
        let place = Place::new(kind, &[]).await;
        let services = &place.house.services;
        let ctx = place.house.visit(&place.admin).await;
        let mut said = Vec::new();
        place.provider.person("x-1", "stranger@elsewhere.example", true);
        said.push(sentence(place.round().await));
        for unchecked in [json!({ "email_verified": false }), json!({ "email_verified": null }), json!({ "email": null })] {
            place.provider.person("ben-1", BEN, true);
            place.provider.says(Signed::Rs256, unchecked);
            said.push(sentence(place.round().await));
        }
        // Not even as a word: it has to be said as it is specified.
        place.provider.says(Signed::Rs256, json!({ "email_verified": "true" }));
        sentence(place.round().await);
        place.provider.says(Signed::Rs256, json!({}));
        assert_eq!(place.acts("oidc.link").await, 0);
        place.round().await.unwrap();
        // An address that passed to somebody else opens nothing of the one before.
        place.provider.person("other-1", BEN, true);
        said.push(sentence(place.round().await));
        place.provider.person("ben-1", BEN, true);
        let user = place.house.account(&ctx, BEN).await;
        accounts::change(services, &ctx, user, Change::Disable).await.unwrap();
        said.push(sentence(place.round().await));
        accounts::change(services, &ctx, user, Change::Enable).await.unwrap();
        place.round().await.unwrap();
        assert!(said.iter().all(|s| *s == said[0]), "{said:?}");
        // Invited, and the one-time link not used yet: there is no second factor to ask for.
        accounts::invite(services, &ctx, "Eva", EVA, Role::Auditor, Scope::District).await.unwrap();
        place.provider.person("eva-1", EVA, true);
        assert!(sentence(place.round().await).contains("one-time link"));
        // A reset cuts the link to the provider too.
        accounts::reset(services, &ctx, user).await.unwrap();
        place.provider.person("ben-1", "gone@elsewhere.example", true);
        assert_eq!(sentence(place.round().await), said[0]);
        assert_eq!(place.house.count("select count(*) from users").await, 3);
        assert_eq!(place.house.count("select count(*) from user_roles").await, 3);
    }

    /// The provider's second factor counts only by the words that a setting names, and never in place of a required passkey.
    async fn a_provider_s_second_factor_counts_only_where_a_setting_says_so_aut_06(kind: Kind) {
        let place = Place::new(kind, &[("FIRSTLIGHT__OIDC__TRUST_AMR", "mfa, urn:loa:3")]).await;
        for claims in [json!({}), json!({ "amr": ["pwd"] }), json!({ "amr": ["mfaX", "MFA"] }), json!({ "acr": "urn:loa:2" })] {
            place.provider.says(Signed::Rs256, claims.clone());
            assert!(matches!(place.round().await.unwrap(), Arrival::OwesFactor(_)), "{claims}");
        }
        for claims in [json!({ "amr": ["pwd", "mfa"] }), json!({ "acr": "urn:loa:3" })] {
            place.provider.says(Signed::Es256, claims.clone());
            let Arrival::SignedIn(token) = place.round().await.unwrap() else { panic!("{claims}") };
            assert!(signed_in(&place.house.visit(token.reveal()).await));
        }
        let plain = Place::new(kind, &[]).await;
        plain.provider.says(Signed::Rs256, json!({ "amr": ["mfa", "hwk", "otp"] }));
        assert!(matches!(plain.round().await.unwrap(), Arrival::OwesFactor(_)));
    }
}

/// A key that is not known is asked for once; the old one is worth nothing after that.
#[tokio::test]
async fn new_keys_of_the_provider_are_asked_for_when_they_come() {
    let place = Place::new(Kind::Sqlite, &[]).await;
    place.provider.says(Signed::Es256, json!({}));
    place.round().await.unwrap();
    place.round().await.unwrap();
    assert_eq!(place.provider.asked().0, 1, "its keys are asked for at each sign-in");
    place.provider.rotate();
    place.round().await.unwrap();
    assert_eq!(place.provider.asked(), (2, 3));
    place.provider.says(Signed::WithUnknownName, json!({}));
    sentence(place.round().await);
    assert_eq!(place.provider.asked(), (3, 4), "asked for once, and no more");
}

/// Away, silent, failing, or leading elsewhere: a clear sentence in seconds, nobody signed in, and the password works.
#[tokio::test]
async fn a_provider_that_is_away_or_leads_elsewhere_leaves_the_password() {
    for mood in [
        Mood::Silent,
        Mood::Failing,
        Mood::Redirecting,
        Mood::CallsItselfOther,
        Mood::NamesUnsafePlace,
        Mood::SharedKeyInSet,
    ] {
        let place = Place::new(Kind::Sqlite, &[]).await;
        place.provider.mood(mood);
        place.provider.says(
            if mood == Mood::SharedKeyInSet { Signed::WithSharedSecret } else { Signed::Rs256 },
            json!({}),
        );
        let begun = oidc::begin(&place.house.services, &place.nobody(), HERE).await;
        let said = match begun {
            Err(Error::Conflict(message) | Error::Invalid { message, .. }) => message,
            // It lies only later, where the code is exchanged.
            Ok(gone) => {
                let (code, state) = place.provider.authorize(&gone.address);
                sentence(place.come(&code, &state, gone.browser.reveal()).await)
            }
            other => panic!("{mood:?} {other:?}"),
        };
        assert!(said.contains("Alder district") && said.contains("your password"), "{mood:?}: {said}");
        assert_eq!(
            said.contains("does not answer"),
            matches!(mood, Mood::Silent | Mood::Failing),
            "{mood:?}: {said}"
        );
        assert_eq!(place.acts("session.oidc").await, 0);
        assert!(place.house.half(BEN).await.len() > 30);
    }
    let none = House::new(Kind::Sqlite).await;
    assert!(matches!(
        oidc::begin(&none.services, &none.ctx(Actor::Nobody), HERE).await,
        Err(Error::NotFound)
    ));
}

/// Anybody may ask for a way, which leaves a row: many from one address that nobody comes back from wait, and another address
/// does not. Whoever comes back is counted no more: a school's staff behind one address all sign in (REL-13).
#[tokio::test]
async fn many_ways_from_one_address_wait_and_who_comes_back_counts_no_more_aut_04() {
    let place = Place::new(Kind::Sqlite, &[]).await;
    let gone = place.go().await;
    for _ in 1..2000 {
        place.go().await;
    }
    let services = &place.house.services;
    let held = oidc::begin(services, &place.nobody(), HERE).await;
    assert!(matches!(held, Err(Error::TooMany(_))), "{held:?}");
    oidc::begin(services, &place.nobody(), [198, 51, 100, 10].into()).await.unwrap();
    assert_eq!(place.house.count("select count(*) from oidc_requests").await, 2001);
    let (code, state) = place.provider.authorize(&gone.address);
    assert!(place.come(&code, &state, gone.browser.reveal()).await.is_ok());
    place.go().await;
    assert!(
        oidc::begin(services, &place.nobody(), HERE).await.is_err(),
        "one came back, and one more may go"
    );
}

on_both_databases! {
    /// OpenID Connect Back-Channel Logout: the provider's signed word ends every sign-in here, once; nothing else does.
    async fn who_signs_out_at_the_provider_is_signed_out_here_by_its_signed_word_alone_aut_07(kind: Kind) {
        let place = Place::new(kind, &[]).await;
        let services = &place.house.services;
        assert!(matches!(place.round().await.unwrap(), Arrival::OwesFactor(_)));
        let sessions = async || place.house.count("select count(*) from sessions s join users u on u.id = s.user_id \
            where u.email = 'ben@district.example'").await;
        let before = sessions().await;
        assert!(before >= 1, "{BEN}");
        let told = async |word: &str| oidc::signed_out(services, &place.nobody(), word).await;

        let mut refused = 0;
        for signed in [Signed::WithAnotherKey, Signed::ThenChanged, Signed::ByNobody, Signed::WithPublicKey,
            Signed::WithSharedSecret, Signed::WithUnknownName, Signed::Cut] {
            let word = place.provider.signed_out("ben-1", signed, json!({}));
            assert!(matches!(told(&word).await, Err(Error::Invalid { .. })), "{signed:?}");
            refused += 1;
        }
        for other in [
            json!({ "aud": "another site" }), json!({ "iss": "https://evil.example" }), json!({ "exp": 1_000_000 }),
            json!({ "iat": 99_999_999_999u64 }), json!({ "nonce": "one of signing in" }), json!({ "events": null }),
            json!({ "events": { "http://schemas.openid.net/event/other": {} } }), json!({ "jti": null }),
            json!({ "jti": "" }), json!({ "sub": null }),
        ] {
            let word = place.provider.signed_out("ben-1", Signed::Rs256, other.clone());
            assert!(matches!(told(&word).await, Err(Error::Invalid { .. })), "{other}");
            refused += 1;
        }
        for word in ["", "x", "a.b.c", "e30.e30.", &"x".repeat(60_000)] {
            assert!(matches!(told(word).await, Err(Error::Invalid { .. })), "{word:.20}");
            refused += 1;
        }
        assert_eq!(sessions().await, before);

        // Somebody who has never been here; then Ben, once.
        told(&place.provider.signed_out("stranger", Signed::Es256, json!({}))).await.unwrap();
        assert_eq!(sessions().await, before);
        let word = place.provider.signed_out("ben-1", Signed::Rs256, json!({}));
        told(&word).await.unwrap();
        assert_eq!(sessions().await, 0);
        place.provider.says(Signed::Rs256, json!({}));
        place.round().await.unwrap();
        assert!(matches!(told(&word).await, Err(Error::Invalid { .. })), "a word counts once");
        assert_eq!(sessions().await, 1);
        assert_eq!(place.acts("session.provider_out").await, 2);
        println!("{refused} false words, 0 believed");
    }
}
