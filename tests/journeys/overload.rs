//! More at once than the server takes: everybody gets through in the end, and help is never put off (REL-12).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tests::{Kind, Server, Setup, Visitor};

/// Signs a child in, coming back as often as it is asked to; gives how often that was.
async fn signs_in(mut visitor: Visitor, code: String) -> usize {
    let mut put_off = 0;
    loop {
        let door = visitor.request("GET", "/", None).await;
        if door.status == 200 {
            let token = door.attributes("input[name=token]", "value").remove(0);
            let body = format!("token={token}&code={code}").into_bytes();
            let form = Some(("application/x-www-form-urlencoded", body));
            let answer = visitor.request("POST", "/card", form).await;
            if answer.status == 303 {
                assert_eq!(answer.header("location"), Some("/check-in"), "{}", answer.body());
                return put_off;
            }
            is_asked_to_wait(&answer);
        } else {
            is_asked_to_wait(&door);
        }
        put_off += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn is_asked_to_wait(page: &tests::Page) {
    assert_eq!(page.status, 503, "{}", page.body());
    let seconds: u64 = page.header("retry-after").expect("a time to come back").parse().unwrap();
    assert!((2..=9).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn whoever_is_put_off_gets_in_a_moment_later_and_help_is_always_there_rel_12() {
    let server: Server = Setup::new()
        .demo(&["--seed", "7", "--schools", "2", "--students", "400", "--windows", "1"])
        .setting("HTTP__AT_ONCE", "8")
        .start(Kind::Sqlite)
        .await;
    let codes: Vec<String> = server.people().cards.iter().map(|card| card.code.clone()).take(120).collect();
    assert_eq!(codes.len(), 120);
    let (over, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let in_need = {
        let (visitor, over, asked) = (server.visitor(), Arc::clone(&over), Arc::clone(&asked));
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                for path in ["/help", "/healthz", "/learn"] {
                    assert_eq!(visitor.status(path).await, Some(200), "{path}");
                }
                asked.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    let children: Vec<_> =
        codes.into_iter().map(|code| tokio::spawn(signs_in(server.visitor(), code))).collect();
    let mut put_off = 0;
    for child in children {
        put_off += child.await.expect("every child gets in");
    }
    over.store(true, Ordering::Relaxed);
    in_need.await.expect("help was there all the time");
    assert!(put_off > 0, "a hundred and twenty at once were never too many for eight places");
    assert!(asked.load(Ordering::Relaxed) > 0);
}
