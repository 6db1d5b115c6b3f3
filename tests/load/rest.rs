//! A server that nobody asks anything: how soon it is ready, what it takes, how large it is.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{Kind, Setup, executable};

use crate::measure;

/// How often it is started.
const STARTS: usize = 9;
/// So long it is left alone before its memory is looked at.
const QUIET: Duration = Duration::from_secs(5);

/// Starts a server again and again on a database of 2,000 students.
pub async fn figures(kind: Kind) -> Value {
    eprintln!("{kind:?}: filling a district of 2,000 students …");
    let plan = ["--seed", "7", "--schools", "4", "--students", "2000", "--windows", "1"];
    let mut server = Setup::new().demo(&plan).start(kind).await;
    let mut times = Vec::new();
    for _ in 0..STARTS {
        assert!(server.stop(), "it ends as asked");
        let begun = Instant::now();
        server.start_again().await;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    tokio::time::sleep(QUIET).await;
    let memory = measure::mebibytes(server.id(), "VmRSS");
    let bytes = std::fs::metadata(executable()).unwrap().len();
    let (median, most) = (times[STARTS / 2], times[STARTS - 1]);
    println!(
        "{kind:?}: ready after {median:.0} ms ({most:.0} at most), {memory:.1} MiB at rest, a file of {} MB",
        bytes / 1_000_000
    );
    json!({
        "database": format!("{kind:?}"), "students": 2000, "start_ms": median, "start_most_ms": most,
        "memory_at_rest_mib": memory, "bytes": bytes,
    })
}
