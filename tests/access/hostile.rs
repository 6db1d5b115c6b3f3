//! What a stranger may try: guessed cards, forged forms, malformed requests, other people's ids. Short in the suite; the
//! full figures with `FIRSTLIGHT_TESTS=full cargo xtask test -- -E 'test(/hostile::/)'`.

use std::time::{Duration, Instant};

use app::routes::{ROUTES, Who};
use server::model::people::Role;
use server::services::card_code;
use tests::{Kind, Server, Setup, Visitor};

use crate::{Visits, everybody, path_of, real_ids};

pub fn full() -> bool {
    std::env::var("FIRSTLIGHT_TESTS").is_ok_and(|v| v == "full")
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// What it is called, a header in place of the honest one, the kind of body, and the body.
type Forgery<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a str, String);

async fn try_card(visitor: &mut Visitor, token: &str, code: &str) -> (u16, Duration, bool) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("token", token), ("code", code)])
        .finish();
    let from = Instant::now();
    let answer = visitor.request("POST", "/card", Some((FORM, body.into_bytes()))).await;
    let inside = answer.status == 303 && answer.header("location") == Some("/check-in");
    (answer.status, from.elapsed(), inside)
}

/// AUT-04, AUT-05: guesses from one and from fifty addresses open nothing and are held back, and honest children behind
/// the very same address, with a slip in every fifth code, all get in meanwhile.
#[tokio::test]
async fn guessed_cards_open_nothing_and_honest_children_get_in_aut_04() {
    let server = Setup::new()
        .setting("HTTP__TRUSTED_PROXIES", "127.0.0.1")
        .demo(&["--seed", "9", "--schools", "1", "--students", "240", "--windows", "1"])
        .start(Kind::Sqlite)
        .await;
    let cards: Vec<String> = server.people().cards.iter().map(|c| c.code.clone()).collect();
    let honest: Vec<String> = cards.iter().take(60).cloned().collect();
    assert_eq!(honest.len(), 60);
    let guesses = if full() { 100_000 } else { 1_500 };
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for addresses in [1usize, 50] {
        let mut guessers = Vec::new();
        for n in 0..addresses {
            // What a client claims to the left of the proxy's own word changes nothing.
            let claim = format!("203.0.113.{}, 198.51.100.{}", n % 7, n + 1);
            let mut visitor = server.visitor().with_header("x-forwarded-for", &claim);
            let token =
                visitor.get("/").await.ok().form("form[action='/card']").value("token").unwrap().to_owned();
            guessers.push((visitor, token));
        }
        let (mut inside, mut held, mut slowest_half, mut waiting) = (0, 0, Vec::new(), honest.clone());
        for n in 0..guesses {
            let code = card_code::printed(&card_code::generate(|| dice.next()));
            if cards.contains(&code) {
                continue;
            }
            let at = n % addresses;
            let (visitor, token) = &mut guessers[at];
            let (status, took, opened) = try_card(visitor, token, &code).await;
            inside += usize::from(opened);
            held += usize::from(status == 429);
            slowest_half.push(took);
            // A child behind the same address comes in between.
            if addresses == 1
                && n % (guesses / 60) == 0
                && let Some(card) = waiting.pop()
            {
                let mut child = server.visitor().with_header("x-forwarded-for", "198.51.100.1");
                let token =
                    child.get("/").await.ok().form("form[action='/card']").value("token").unwrap().to_owned();
                if waiting.len().is_multiple_of(5) {
                    let mut slip: Vec<char> = card.chars().collect();
                    slip.swap(1, 2);
                    let slip: String = slip.into_iter().collect();
                    // Two equal signs swapped are the code itself.
                    if slip != card {
                        let (_, _, opened) = try_card(&mut child, &token, &slip).await;
                        assert!(!opened, "a slip of the finger opens a door");
                    }
                }
                let (status, _, opened) = try_card(&mut child, &token, &card).await;
                assert!(opened, "an honest child is kept out with {status} while somebody guesses");
            }
        }
        slowest_half.sort();
        let median = slowest_half[slowest_half.len() / 2];
        // Twenty failures are free for each address.
        let free = 20 * addresses;
        assert_eq!(inside, 0);
        assert!(held + free >= guesses, "{held} of {guesses} guesses were held back");
        println!(
            "{guesses} guesses from {addresses} addresses: 0 hits, {held} answered 429, median {median:?}"
        );
        if addresses == 1 {
            assert!(waiting.is_empty(), "{} children are still outside", waiting.len());
        }
    }
}

/// AUT-05: without a configured proxy no header changes whom a failure counts against.
#[tokio::test]
async fn a_claimed_address_is_not_believed_aut_05() {
    let server = Server::demo(Kind::Sqlite).await;
    let mut dice = Dice(77);
    let (mut held, mut tried) = (0, 0);
    for n in 0..60usize {
        let name = ["x-forwarded-for", "forwarded", "x-real-ip"][n % 3];
        let claim = format!("10.{}.{}.{}", n, dice.below(250), dice.below(250));
        let mut visitor = server.visitor().with_header(name, &claim);
        let token =
            visitor.get("/").await.ok().form("form[action='/card']").value("token").unwrap().to_owned();
        let code = card_code::printed(&card_code::generate(|| dice.next()));
        let (status, ..) = try_card(&mut visitor, &token, &code).await;
        tried += 1;
        held += usize::from(status == 429);
    }
    assert_eq!(held, tried - 20, "a header changed the address");
    println!("{tried} claimed addresses, none believed");
}

/// AUT-08: every changing route × twelve requests that another site, or a form of somebody else's, could send.
#[tokio::test]
async fn every_changing_route_refuses_twelve_forged_forms_aut_08() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let of = |wanted: Visits| visitors.iter().find(|(v, _)| *v == wanted).unwrap().1.clone();
    let token_of = async |mut visitor: Visitor, path: &str| {
        let page = visitor.get(path).await;
        page.attributes("input[name='token']", "value").first().cloned().unwrap_or_default()
    };
    let strangers = token_of(of(Visits::Staff(Role::Proctor)), "/sittings").await;
    assert!(!strangers.is_empty());
    let mut tried = 0;
    for route in ROUTES.iter().filter(|r| r.method == "post") {
        let visits = match route.who {
            Who::Staff(roles) => Visits::Staff(roles[0]),
            Who::Student => Visits::Student,
            _ => Visits::Staff(Role::Counselor),
        };
        let path = path_of(route.path, &ids);
        let own = token_of(of(visits), "/account").await;
        let right = format!("token={own}&answer=1&assent=yes&code=AAAAA-AAAAA&wish=no");
        let forgeries: [Forgery<'_>; 12] = [
            ("another site's origin", Some(("origin", "https://evil.example")), FORM, right.clone()),
            ("no origin at all", Some(("origin", "null")), FORM, right.clone()),
            (
                "a name that begins like ours",
                Some(("origin", "http://127.0.0.1.evil.example")),
                FORM,
                right.clone(),
            ),
            ("from another site", Some(("sec-fetch-site", "cross-site")), FORM, right.clone()),
            ("from a sibling site", Some(("sec-fetch-site", "same-site")), FORM, right.clone()),
            (
                "in a frame of another site",
                Some(("sec-fetch-site", "cross-site")),
                FORM,
                format!("{right}&frame=1"),
            ),
            ("typed or bookmarked", Some(("sec-fetch-site", "none")), FORM, right.clone()),
            ("no token", None, FORM, "answer=1&assent=yes".to_owned()),
            ("a made-up token", None, FORM, format!("token={}&answer=1", "0".repeat(32))),
            ("somebody else's token", None, FORM, format!("token={strangers}x&answer=1")),
            ("no token as plain text", None, "text/plain", "token=&answer=1".to_owned()),
            ("a method in the body", None, FORM, "_method=POST&answer=1".to_owned()),
        ];
        for (name, header, kind, body) in forgeries {
            let mut visitor = of(visits);
            if let Some((header, value)) = header {
                visitor = visitor.with_header(header, value);
            }
            let status = visitor.request("POST", &path, Some((kind, body.into_bytes()))).await.status;
            // The OpenID provider's server has no page of ours: only its signature counts, and here is no provider.
            let refusal = if route.path == "/sign-in/with/out" { 404 } else { 403 };
            assert_eq!(status, refusal, "{} takes a forged form: {name}", route.path);
            tried += 1;
        }
        // And no GET changes anything: the same path either has a page of its own or no GET at all.
        let mut visitor = of(visits).with_header("x-http-method-override", "POST");
        let status = visitor.request("GET", &format!("{path}?{right}"), None).await.status;
        let has_page = ROUTES.iter().any(|r| r.method == "get" && r.path == route.path);
        assert!(has_page || status == 405 || status == 404, "GET {path}: {status}");
        tried += 1;
    }
    println!("{tried} forged requests refused");
}

/// INP-04: the headers stand on every route's answer, whoever asks and whatever the answer is.
#[tokio::test]
async fn every_route_carries_the_headers_inp_04() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let mut checked = 0;
    for route in ROUTES {
        let path = path_of(route.path, &ids);
        for (visits, visitor) in &visitors {
            let answer = visitor.clone().request(&route.method.to_uppercase(), &path, None).await;
            let header = |name: &str| answer.header(name).unwrap_or_default().to_owned();
            let place = format!("{} {} for {visits:?}", route.method, route.path);
            assert_eq!(header("x-content-type-options"), "nosniff", "{place}");
            assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{place}");
            assert_eq!(header("cross-origin-resource-policy"), "same-origin", "{place}");
            assert_eq!(header("referrer-policy"), "same-origin", "{place}");
            let policy = header("content-security-policy");
            for part in ["frame-ancestors 'none'", "base-uri 'none'"] {
                assert!(policy.contains(part), "{place}: {policy}");
            }
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
                "{place}: {policy}"
            );
            // A piece of a page that nobody opens on its own may load nothing at all, which is stricter still.
            let nothing = policy.starts_with("default-src 'none'; frame-ancestors 'none'");
            if header("content-type").starts_with("text/html") && !nothing {
                assert!(policy.contains("script-src 'self' 'nonce-"), "{place}: {policy}");
                assert!(
                    policy.contains("object-src 'none'") && policy.contains("form-action 'self'"),
                    "{place}"
                );
                assert_eq!(header("cache-control"), "no-store", "{place}");
            }
            for cookie in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
                assert!(
                    cookie.1.contains("HttpOnly") && cookie.1.contains("SameSite=Strict"),
                    "{place}: {cookie:?}"
                );
            }
            checked += 1;
        }
    }
    println!("{checked} answers carry every header");
}

/// INP-01: whatever is sent, no answer is a failure of ours and nothing panics.
#[tokio::test]
async fn malformed_requests_are_never_a_failure_of_ours_inp_01() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let rounds = if full() { 100_000 } else { 3_000 };
    let mut dice = Dice(0xDEAD_BEEF_CAFE);
    let long = "9".repeat(3000);
    let odd: Vec<&str> = vec![
        "",
        "0",
        "-1",
        "99999999999999999999",
        "1e309",
        "NaN",
        "null",
        "%00",
        "%ff%fe",
        "%F0%9F%92%A9",
        "..%2f..%2fetc",
        "' or 1=1 --",
        "\"; drop table users; --",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "${7*7}",
        "%s%n",
        "\u{202e}x",
        "a&b=c",
        "=",
        "&&&",
        "token",
        "01890000-0000-7000-8000-000000000000",
        &long,
    ];
    let kinds = [
        FORM,
        "application/json",
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/xml",
        "",
        "💥",
    ];
    let methods = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW"];
    let mut tokens = Vec::new();
    for (_, visitor) in &visitors {
        let page = visitor.clone().get("/account").await;
        tokens.push(page.attributes("input[name='token']", "value").first().cloned().unwrap_or_default());
    }
    let mut by_class = [0usize; 6];
    for _ in 0..rounds {
        let route = &ROUTES[dice.below(ROUTES.len())];
        let who = dice.below(visitors.len());
        let mut path = path_of(route.path, &ids);
        if dice.below(2) == 0 {
            // One part of the path becomes something else.
            let parts: Vec<String> = path.split('/').map(str::to_owned).collect();
            let at = 1 + dice.below(parts.len().max(2) - 1);
            let odd = url::form_urlencoded::byte_serialize(dice.pick(&odd).as_bytes()).collect::<String>();
            path = parts
                .iter()
                .enumerate()
                .map(|(n, p)| if n == at { odd.clone() } else { p.clone() })
                .collect::<Vec<_>>()
                .join("/");
        }
        if dice.below(3) == 0 {
            let odd = url::form_urlencoded::byte_serialize(dice.pick(&odd).as_bytes()).collect::<String>();
            path = format!("{path}?done={odd}&{odd}={odd}");
        }
        if path.starts_with("//") {
            // The test's own client would take it for another host.
            continue;
        }
        let fields = [
            "answer", "code", "email", "password", "note", "with", "how", "due_on", "outcome", "item", "seq",
            "role", "school", "name",
        ];
        let mut body = format!("token={}", tokens[who]);
        for _ in 0..dice.below(6) {
            let (name, value) = (dice.pick(&fields), dice.pick(&odd));
            body.push_str(&format!("&{name}={value}"));
        }
        if dice.below(4) == 0 {
            body = [
                "{",
                "[]",
                "{\"answers\":[{\"item\":9}]}",
                "{\"answers\":null}",
                "\u{feff}{}",
                "[[[[[[[[[[[",
            ][dice.below(6)]
            .to_owned();
        }
        let method = if dice.below(3) == 0 {
            dice.pick(&methods)
        } else if route.method == "get" {
            "GET"
        } else {
            "POST"
        };
        let mut visitor = visitors[who].1.clone().with_header("x-form-token", &tokens[who]);
        // A stranger to HTTP is refused by the test's own client; that is no answer of ours.
        let kind = kinds[dice.below(kinds.len() - 1)];
        let answer = visitor.request(method, &path, Some((kind, body.into_bytes()))).await;
        assert!(answer.status < 500, "{method} {path} answers {}", answer.status);
        by_class[usize::from(answer.status / 100)] += 1;
    }
    let log = server.log();
    assert!(!log.contains("panicked"), "{log}");
    assert_eq!(server.visitor().status("/readyz").await, Some(200));
    println!("{rounds} malformed requests: answers by class {by_class:?}, 0 failures, 0 panics");
}

/// AZ-03: other people's ids, in every place that takes one, are "not found" with the page of an id that is none.
#[tokio::test]
async fn swapped_ids_disclose_nothing_az_03() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let swaps = if full() { 20_000 } else { 400 };
    let mut dice = Dice(424_242);
    let (mut tried, mut sizes) = (0, std::collections::BTreeMap::new());
    let with_id: Vec<_> = ROUTES.iter().filter(|r| r.path.contains("{id}") && r.method == "get").collect();
    for _ in 0..swaps {
        let route = with_id[dice.below(with_id.len())];
        let (visits, visitor) = &visitors[dice.below(visitors.len())];
        let mut visitor = visitor.clone();
        // An id of another kind of thing, or one that is none.
        let real: Vec<&String> = ids.values().collect();
        let swapped = if dice.below(2) == 0 {
            real[dice.below(real.len())].clone()
        } else {
            uuid::Uuid::from_u128(u128::from(dice.next()) << 64 | u128::from(dice.next())).to_string()
        };
        let kind = route.path.split('/').nth(1).unwrap();
        if ids.get(kind) == Some(&swapped)
            || route.path.contains("releases") && ids["releases"] == swapped
            || route.path.contains("children") && ids["children"] == swapped
            || route.path.contains("windows") && ids["windows"] == swapped
        {
            continue;
        }
        let path = path_of(route.path, &ids.keys().map(|k| (*k, swapped.clone())).collect());
        let answer = visitor.request("GET", &path, None).await;
        let away = answer.status == 303
            && ["/", "/sign-in"].contains(&answer.header("location").unwrap_or_default());
        assert!(answer.status == 404 || away, "{visits:?} {path}: {}", answer.status);
        if answer.status == 404 {
            let words = answer.readable();
            sizes.entry(format!("{visits:?}")).or_insert_with(std::collections::BTreeSet::new).insert(words);
        }
        tried += 1;
    }
    for (visits, pages) in &sizes {
        assert_eq!(pages.len(), 1, "{visits} sees {} different pages for what is not there", pages.len());
    }
    println!("{tried} swapped ids, 0 disclosed, one page for each visitor");
}
