//! Scoring from `tests/keys.json`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
pub struct Key {
    codes: (i64, i64),
    items: usize,
    others: BTreeMap<String, (i64, i64)>,
    total: Vec<usize>,
    reverse: Vec<usize>,
    times: i64,
    missing: (String, usize),
    bands: Vec<(f64, f64, String)>,
    cuts: Map<String, Value>,
    positive: Option<String>,
    critical: Map<String, Value>,
    scales: Map<String, Value>,
    #[serde(default)]
    mean: bool,
    percent: Option<f64>,
    core: Option<Vec<usize>>,
    validity: Option<Validity>,
}

#[derive(Deserialize)]
struct ScaleKey {
    items: Vec<usize>,
    missing: (String, usize),
    cut: Option<f64>,
    bands: Vec<(f64, f64, String)>,
}

#[derive(Deserialize)]
struct Validity {
    name: String,
    scale: String,
    low: f64,
    high: f64,
}

pub fn all() -> BTreeMap<String, Key> {
    serde_json::from_str(include_str!("../keys.json")).unwrap_or_else(|fault| panic!("{fault}"))
}

fn band_of(bands: &[(f64, f64, String)], score: Option<f64>) -> Value {
    let band = score.and_then(|score| bands.iter().find(|(low, high, _)| (*low..=*high).contains(&score)));
    band.map_or(Value::Null, |(_, _, name)| Value::from(name.as_str()))
}

fn four_decimals(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

impl Key {
    pub fn ranges(&self) -> Vec<(i64, i64)> {
        let own = std::iter::repeat_n(self.codes, self.items);
        own.chain(
            (self.items + 1..=self.items + self.others.len()).map(|item| self.others[&item.to_string()]),
        )
        .collect()
    }

    /// Score and status of one scale.
    fn scale(
        &self,
        answers: &[Option<i64>],
        items: &[usize],
        rule: &(String, usize),
        all_missing: usize,
    ) -> (Option<f64>, &'static str) {
        let turned = |item: &usize| {
            let code = answers[item - 1]?;
            Some(if self.reverse.contains(item) { self.codes.0 + self.codes.1 - code } else { code })
        };
        let given: Vec<i64> = items.iter().filter_map(turned).collect();
        let blank = items.len() - given.len();
        let sum = given.iter().sum::<i64>() as f64;
        match rule.0.as_str() {
            "zero" if all_missing > rule.1 => (None, "not_scored"),
            "zero" => (Some(sum), if all_missing > 0 { "blank_as_zero" } else { "complete" }),
            _ if blank == 0 => (Some(sum), "complete"),
            "prorate" if blank <= rule.1 && !given.is_empty() => {
                // A tiny push keeps an exact half on its upper side in floating point.
                let scaled = sum * items.len() as f64 / given.len() as f64;
                (Some((scaled + 0.5 + 1e-9).floor()), "prorated")
            }
            _ => (None, "not_scored"),
        }
    }

    pub fn score(&self, answers: &[Option<i64>]) -> Value {
        let missing: Vec<usize> =
            self.total.iter().copied().filter(|item| answers[item - 1].is_none()).collect();
        let (raw, status) = self.scale(answers, &self.total, &self.missing, missing.len());
        let total = raw.map(|raw| raw * self.times as f64);
        let mut out = json!({
            "total": total, "status": status, "missing": missing, "band": band_of(&self.bands, total),
        });
        let (mut subscales, mut verdicts, mut names) = (Map::new(), Map::new(), Map::new());
        for (name, scale) in &self.scales {
            let key: ScaleKey =
                serde_json::from_value(scale.clone()).unwrap_or_else(|fault| panic!("{fault}"));
            let (value, _) = self.scale(answers, &key.items, &key.missing, missing.len());
            let value = value.map(|sum| {
                if self.mean { four_decimals(sum / key.items.len() as f64) } else { sum * self.times as f64 }
            });
            subscales.insert(name.clone(), json!(value));
            if let Some(cut) = key.cut {
                verdicts.insert(name.clone(), json!(value.map(|value| value >= cut)));
            }
            if !key.bands.is_empty() {
                names.insert(name.clone(), band_of(&key.bands, value));
            }
        }
        if self.mean {
            out["mean"] = json!(total.map(|total| four_decimals(total / self.total.len() as f64)));
        }
        if let Some(percent) = self.percent {
            out["percent"] = json!(total.map(|total| total * percent));
        }
        let mut cuts = Map::new();
        for (name, rule) in &self.cuts {
            let edge = rule[1].as_f64().unwrap_or(f64::NAN);
            let met = total.map(|total| if rule[0] == ">=" { total >= edge } else { total <= edge });
            cuts.insert(name.clone(), json!(met));
        }
        out["positive"] = match self.positive.as_deref() {
            None => Value::Null,
            Some("any_sub_moderate") => {
                let bad =
                    |name: &Value| ["moderate", "severe", "extremely_severe"].iter().any(|bad| name == bad);
                if names.values().any(bad) {
                    json!(true)
                } else if names.values().any(Value::is_null) {
                    Value::Null
                } else {
                    json!(false)
                }
            }
            Some("mean_ge2") if total.is_none() => Value::Null,
            Some("mean_ge2") => {
                json!(subscales.values().any(|mean| mean.as_f64().is_some_and(|mean| mean >= 2.0)))
            }
            Some(cut) => cuts[cut].clone(),
        };
        self.critical_into(answers, &mut out);
        if let Some(validity) = &self.validity {
            let value = subscales[&validity.scale].as_f64();
            out[&validity.name] = json!(value.map(|value| value <= validity.low || value >= validity.high));
        }
        out["subscales"] = Value::Object(subscales);
        out["cuts"] = Value::Object(cuts);
        if !verdicts.is_empty() {
            out["subscales_positive"] = Value::Object(verdicts);
        }
        if !names.is_empty() {
            out["subscale_bands"] = Value::Object(names);
        }
        out
    }

    fn critical_into(&self, answers: &[Option<i64>], out: &mut Value) {
        let mut items: Vec<(usize, i64)> = self
            .critical
            .iter()
            .map(|(item, trigger)| (item.parse().unwrap_or(0), trigger.as_i64().unwrap_or(i64::MAX)))
            .collect();
        items.sort_unstable();
        let hits =
            items.iter().filter(|(item, trigger)| answers[item - 1].is_some_and(|code| code >= *trigger));
        out["critical"] = json!(hits.map(|(item, _)| item).collect::<Vec<_>>());
        let open = items.iter().filter(|(item, _)| answers[item - 1].is_none());
        out["critical_unanswered"] = json!(open.map(|(item, _)| item).collect::<Vec<_>>());
        if let Some(core) = &self.core {
            let at_least = |item: usize, code: i64| answers[item - 1].is_some_and(|given| given >= code);
            let count = (1..=8).filter(|item| at_least(*item, 2)).count() + usize::from(at_least(9, 1));
            let has_core = core.iter().any(|item| at_least(*item, 2));
            out["symptom_count"] = json!(count);
            out["algorithm_major"] = json!(has_core && count >= 5);
            out["algorithm_other"] = json!(has_core && (2..5).contains(&count));
        }
    }
}

/// ASQ: any yes or refusal to 1–4 is positive, item 5 decides how urgent; a blank is never negative.
pub fn suicide_questions(answers: &[Option<i64>]) -> Value {
    let hit = |item: usize| matches!(answers[item - 1], Some(1 | 2));
    let first_four = (1..=4).filter(|item| hit(*item)).count();
    let blank: Vec<usize> = (1..=4).filter(|item| answers[item - 1].is_none()).collect();
    let (band, positive) = match (answers[4], first_four, blank.len()) {
        (Some(1), _, _) => ("acute_positive", Some(true)),
        (Some(0), 1.., _) => ("non_acute_positive", Some(true)),
        (_, 1.., _) => ("positive_acuity_unknown", Some(true)),
        (_, 0, 1..) => ("incomplete", None),
        (_, 0, 0) => ("negative", Some(false)),
    };
    let mut open = blank.clone();
    if first_four > 0 && answers[4].is_none() {
        open.push(5);
    }
    json!({
        "total": first_four, "status": if blank.is_empty() { "complete" } else { "incomplete" }, "missing": blank,
        "subscales": {}, "band": band, "cuts": {}, "positive": positive,
        "critical": (1..=5).filter(|item| hit(*item)).collect::<Vec<_>>(), "critical_unanswered": open,
    })
}

pub fn bullying(answers: &[Option<i64>]) -> Value {
    let blank: Vec<usize> = (1..=2).filter(|item| answers[item - 1].is_none()).collect();
    let yes = answers.contains(&Some(1));
    json!({
        "total": null, "status": if blank.is_empty() { "complete" } else { "incomplete" }, "missing": blank,
        "subscales": { "school_property": answers[0], "electronic": answers[1] }, "band": null, "cuts": {},
        "positive": if yes { Some(true) } else { blank.is_empty().then_some(false) },
        "critical": [], "critical_unanswered": [],
    })
}

pub fn sleep(answers: &[Option<i64>]) -> Value {
    json!({
        "total": null, "status": if answers[0].is_some() { "complete" } else { "incomplete" },
        "missing": if answers[0].is_some() { vec![] } else { vec![1] },
        "subscales": {}, "band": null, "cuts": {}, "positive": answers[0].map(|code| code < 5),
        "critical": [], "critical_unanswered": [],
    })
}
