//! `GET /metrics` in the Prometheus text format. Only totals of the whole node: no school, no child, no small group
//! (LOG-03). Written by hand: a dozen counters need no registry.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::services::Services;

static REQUESTS: [AtomicU64; 5] = [const { AtomicU64::new(0) }; 5];

/// Counts answers by class of status.
pub async fn count(request: Request, next: Next) -> Response {
    // The route's pattern, never the address: an id or a link's token stays out of the log.
    let route = request.extensions().get::<axum::extract::MatchedPath>().map(|p| p.as_str().to_owned());
    let response = next.run(request).await;
    tracing::debug!(
        route = route.as_deref().unwrap_or("none"),
        status = response.status().as_u16(),
        "a request was answered"
    );
    let class = usize::from(response.status().as_u16() / 100).clamp(1, 5) - 1;
    if let Some(counter) = REQUESTS.get(class) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
    response
}

/// The metrics page.
pub async fn page(State(services): State<Services>) -> impl IntoResponse {
    let mut text = String::from(
        "# HELP firstlight_responses_total HTTP answers by class of status.\n# TYPE firstlight_responses_total counter\n",
    );
    for (index, counter) in REQUESTS.iter().enumerate() {
        let n = counter.load(Ordering::Relaxed);
        text.push_str(&format!("firstlight_responses_total{{class=\"{}xx\"}} {n}\n", index + 1));
    }
    text.push_str("# HELP firstlight_info The program and its database.\n# TYPE firstlight_info gauge\n");
    text.push_str(&format!(
        "firstlight_info{{version=\"{}\",database=\"{}\"}} 1\n",
        env!("CARGO_PKG_VERSION"),
        services.database()
    ));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
