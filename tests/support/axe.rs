//! axe-core on a page: the accessibility rules that a program can check.
//!
//! axe 4.14.1 lies in `tests/browser/vendor`, so that no test run needs Node. It is for tests only and never served.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::Browser;

const AXE: &str = include_str!("../browser/vendor/axe.min.js");

/// One rule that a page breaks.
#[derive(Debug, Clone, Deserialize)]
pub struct Violation {
    /// The rule's name.
    pub id: String,
    /// From minor to critical.
    pub impact: Option<String>,
    /// What it asks for.
    pub help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    html: String,
    failure_summary: Option<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} ({}): {}", self.id, self.impact.as_deref().unwrap_or("?"), self.help)?;
        for node in &self.nodes {
            let why = node.failure_summary.as_deref().unwrap_or_default().replace('\n', " ");
            writeln!(f, "  {}\n    {why}", node.html)?;
        }
        Ok(())
    }
}

/// Every rule of WCAG 2.0 to 2.2, A and AA, and axe's best practices that the page breaks.
pub async fn violations(browser: &Browser) -> Vec<Violation> {
    // In one call: between two, a page could go and take axe with it.
    let script = "const done = arguments[arguments.length - 1];
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
        axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
            .then(result => done(JSON.stringify(result.violations)), error => done('axe: ' + error));";
    let script = format!("{AXE};\n{script}");
    let mut refused = String::new();
    // A page that draws itself anew, or a machine that is too busy, may cut it short: no word about the page.
    for _ in 0..3 {
        match browser.client().execute_async(&script, vec![]).await {
            Ok(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(violations) => return violations,
                Err(error) => refused = format!("{error}: {text:.500}"),
            },
            Ok(answer) => refused = format!("it answered {answer}"),
            Err(error) => refused = error.to_string(),
        }
    }
    panic!("axe on {}: {refused}", browser.path().await)
}

/// A failed test, with each element and why, if the page breaks any.
pub async fn is_clean(browser: &Browser) {
    let broken = violations(browser).await;
    let all: String = broken.iter().map(Violation::to_string).collect();
    assert!(broken.is_empty(), "axe on {}:\n{all}", browser.path().await);
}
