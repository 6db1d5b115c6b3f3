//! `GET /metrics` in the Prometheus text format: totals of the whole node, no school, no child, no small group (LOG-03).

use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::ctx::{Actor, Ctx};
use crate::meters::{self, Histogram};
use crate::services::{Services, alerts};

/// Counts answers by class of status, and how long they took by kind of page.
pub async fn count(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let kind = kind_of(request.uri().path());
    // The route's pattern, never the address: an id or a link's token stays out of the log.
    let route = request.extensions().get::<axum::extract::MatchedPath>().cloned();
    let response = next.run(request).await;
    tracing::debug!(
        route = route.as_ref().map_or("none", |route| route.as_str()),
        status = response.status().as_u16(),
        "a request was answered"
    );
    let class = usize::from(response.status().as_u16() / 100).clamp(1, 5) - 1;
    if let Some(counter) = meters::RESPONSES.get(class) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    if let Some(histogram) = meters::REQUESTS.get(kind) {
        histogram.took(begun.elapsed());
    }
    response
}

/// The place of a path's kind in [`meters::KINDS`].
fn kind_of(path: &str) -> usize {
    match path.split('/').nth(1).unwrap_or_default() {
        "" | "c" | "card" | "check-in" | "all-done" | "look" | "start" => 0,
        "district" | "releases" | "setup" | "trail" | "exports" => 2,
        "help" | "learn" | "quiet" | "talk" => 3,
        "healthz" | "readyz" | "metrics" | "assets" | "pkg" => 4,
        _ => 1,
    }
}

/// A page in the making.
#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = if labels.is_empty() {
            writeln!(self.0, "{name} {value}")
        } else {
            writeln!(self.0, "{name}{{{labels}}} {value}")
        };
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl Display) {
        self.head(name, kind, help);
        self.line(name, "", value);
    }

    fn counters(&mut self, name: &str, help: &str, label: &str, values: &[&str], counts: &[AtomicU64]) {
        self.head(name, "counter", help);
        for (value, count) in values.iter().zip(counts) {
            self.line(name, &format!("{label}=\"{value}\""), count.load(Ordering::Relaxed));
        }
    }

    /// `per` of the counted unit make one of the shown.
    fn histogram(&mut self, name: &str, labels: &str, histogram: &Histogram, per: f64) {
        let (rows, sum) = histogram.read();
        let comma = if labels.is_empty() { "" } else { "," };
        let mut all = 0;
        for (bound, below) in rows {
            let bound = bound.map_or("+Inf".to_owned(), |bound| (bound as f64 / per).to_string());
            self.line(&format!("{name}_bucket"), &format!("{labels}{comma}le=\"{bound}\""), below);
            all = below;
        }
        self.line(&format!("{name}_sum"), labels, sum as f64 / per);
        self.line(&format!("{name}_count"), labels, all);
    }
}

const MICROSECONDS: f64 = 1e6;

/// The metrics page.
pub async fn page(State(services): State<Services>) -> impl IntoResponse {
    let mut page = Page::default();
    page.head("firstlight_info", "gauge", "The program and its database.");
    let labels = format!("version=\"{}\",database=\"{}\"", env!("CARGO_PKG_VERSION"), services.database());
    page.line("firstlight_info", &labels, 1);
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    page.counters(
        "firstlight_responses_total",
        "HTTP answers by class of status.",
        "class",
        &classes,
        &meters::RESPONSES,
    );
    let name = "firstlight_request_seconds";
    page.head(name, "histogram", "How long requests took, by kind of page.");
    for (kind, histogram) in meters::KINDS.iter().zip(&meters::REQUESTS) {
        page.histogram(name, &format!("kind=\"{kind}\""), histogram, MICROSECONDS);
    }
    page.one(
        "firstlight_requests_under_way",
        "gauge",
        "Requests that are worked on now.",
        meters::UNDER_WAY.load(Ordering::Relaxed),
    );
    page.one(
        "firstlight_put_off_total",
        "counter",
        "Requests that were asked to come back, for want of room.",
        meters::PUT_OFF.load(Ordering::Relaxed),
    );
    page.head("firstlight_commit_seconds", "histogram", "How long commits took, with the disk's sync.");
    page.histogram("firstlight_commit_seconds", "", &meters::COMMITS, MICROSECONDS);
    page.head("firstlight_commit_units", "histogram", "Units of work that a commit held.");
    page.histogram("firstlight_commit_units", "", &meters::UNITS_PER_COMMIT, 1.0);
    page.counters(
        "firstlight_writes_refused_total",
        "Units of work that the store did not write, by cause. Nothing of them was acknowledged.",
        "cause",
        &meters::CAUSES,
        &meters::REFUSED,
    );
    page.one(
        "firstlight_repaired_total",
        "counter",
        "Answers and hand-ins without their flag, score or referral that the reconciler mended. Healthy is 0.",
        meters::REPAIRED.load(Ordering::Relaxed),
    );
    page.one(
        "firstlight_job_panics_total",
        "counter",
        "Jobs that broke off by a fault of the program and began again. Healthy is 0.",
        meters::JOB_PANICS.load(Ordering::Relaxed),
    );
    page.one(
        "firstlight_scored_otherwise_total",
        "counter",
        "Forms with a score that the second scorer does not get; nothing was overwritten. Healthy is 0.",
        meters::DIFFERING.load(Ordering::Relaxed),
    );
    let name = "firstlight_silent_seconds";
    page.head(name, "gauge", "Since when a part that works by itself has given no sign of life.");
    for (part, called) in meters::PARTS {
        page.line(name, &format!("part=\"{called}\""), meters::silent_seconds(part));
    }
    // Left out while the database does not answer; an alert on its absence says so.
    if let Ok(stuck) = alerts::stuck_messages(&services, &Ctx::new(Actor::Job("metrics"))).await {
        page.one(
            "firstlight_stuck_messages",
            "gauge",
            "Urgent messages that were tried and could not leave.",
            stuck,
        );
    }
    if let Some(bytes) = resident_bytes() {
        page.one("process_resident_memory_bytes", "gauge", "Memory in use.", bytes);
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        page.one("process_open_fds", "gauge", "Open files and connections.", open.count());
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], page.0)
}

/// Linux tells it in KiB.
fn resident_bytes() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::{Page, kind_of};
    use crate::meters;

    #[test]
    fn a_path_is_counted_by_its_kind_and_never_by_whose_it_is() {
        for (path, kind) in [
            ("/", "child"),
            ("/check-in/question/3", "child"),
            ("/children/0190", "staff"),
            ("/queue", "staff"),
            ("/releases/0190", "figures"),
            ("/help", "help"),
            ("/metrics", "other"),
        ] {
            assert_eq!(meters::KINDS[kind_of(path)], kind, "{path}");
        }
    }

    #[test]
    fn a_histogram_reads_as_prometheus_wants_it() {
        let mut page = Page::default();
        page.histogram("x_seconds", "kind=\"a\"", &meters::COMMITS, 1e6);
        assert!(page.0.contains("x_seconds_bucket{kind=\"a\",le=\"0.001\"} "), "{}", page.0);
        assert!(page.0.contains("x_seconds_bucket{kind=\"a\",le=\"+Inf\"} "), "{}", page.0);
        assert!(
            page.0.contains("x_seconds_sum{kind=\"a\"} ") && page.0.contains("x_seconds_count{kind=\"a\"} ")
        );
    }
}
