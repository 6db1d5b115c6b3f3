//! Names, inputs and outputs of the statistics, as scripts see them.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::inputs::{
    Apparent, Count, Course, CusumInput, Data, EwmaInput, Expected, Groups, Lengthened, Loadings, PValues,
    Pair, Rank, Score, Screen, Series, Share, Spread, Table, TwoShares,
};
use super::{FUNCTIONS, Fault};
use crate::change::{self, Group};
use crate::disclosure::{self, Zeros};
use crate::{norm, prevalence, reliability, trend};

/// Most cells or values that one line may hold; keeps a bad line from stopping the run.
const MOST_VALUES: usize = 1_000_000;
/// The audit of a table grows with the square of its hidden cells.
const MOST_CELLS: usize = 10_000;

fn parse<T: DeserializeOwned>(function: &str, input: Value) -> Result<T, Fault> {
    serde_json::from_value(input).map_err(|fault| Fault::new(format!("input of {function}: {fault}")))
}

fn bad(function: &str, what: &str) -> Fault {
    Fault::new(format!("input of {function}: {what}"))
}

const SD_AND_R: &str = "sd must be above 0 and reliability from 0 to below 1";

pub(super) fn call(function: &str, input: Value) -> Result<Value, Fault> {
    match function {
        "rci" | "edwards_nunnally" | "csc_cutoffs" | "jt_class" | "mdc" => of_change(function, input),
        "slope" | "mann_kendall" | "theil_sen" | "ewma" | "cusum" => of_series(function, input),
        "prop_ci" | "prop_diff_newcombe" | "rogan_gladen" | "predictive_values" | "benjamini_hochberg" => {
            of_groups(function, input)
        }
        "t_score" | "percentile_rank" => of_norms(function, input),
        "cronbach_alpha" | "standardised_alpha" | "omega_total" | "omega_from_data" | "spearman_brown" => {
            of_reliability(function, input)
        }
        "suppress_table" | "nces_recode" | "round_to_5" => of_tables(function, input),
        _ => {
            Err(Fault::new(format!("there is no function “{function}”; there are {}", FUNCTIONS.join(", "))))
        }
    }
}

fn of_change(function: &str, input: Value) -> Result<Value, Fault> {
    let refuse = || bad(function, SD_AND_R);
    Ok(match function {
        "rci" => {
            let i: Pair = parse(function, input)?;
            let change = change::reliable_change(i.pre, i.post, i.sd, i.reliability, i.direction.polarity());
            let c = change.ok_or_else(refuse)?;
            json!({ "sem": c.sem, "sdiff": c.sdiff, "rc": c.rc, "threshold": c.threshold, "class": c.verdict.as_str() })
        }
        "edwards_nunnally" => {
            let i: Expected = parse(function, input)?;
            let range = change::edwards_nunnally(i.pre, i.mean, i.sd, i.reliability).ok_or_else(refuse)?;
            json!({ "true_pre": range.true_pre, "lo": range.low, "hi": range.high })
        }
        "csc_cutoffs" => {
            let i: Groups = parse(function, input)?;
            let (ill, well) = (Group { mean: i.m_dys, sd: i.sd_dys }, Group { mean: i.m_fun, sd: i.sd_fun });
            let cuts = change::significant_cutoffs(ill, well, i.direction.polarity());
            let cuts = cuts.ok_or_else(|| bad(function, "the two SDs must not both be 0"))?;
            json!({ "a": cuts.a, "b": cuts.b, "c": cuts.c })
        }
        "jt_class" => {
            let i: Course = parse(function, input)?;
            let class = change::outcome(i.pre, i.post, i.cut, i.sd, i.reliability, i.direction.polarity());
            json!({ "class": class.ok_or_else(refuse)?.as_str() })
        }
        _ => {
            let i: Spread = parse(function, input)?;
            let mdc = change::detectable_change(i.sd, i.reliability).ok_or_else(refuse)?;
            json!({ "sem": mdc.sem, "mdc90": mdc.mdc90, "mdc95": mdc.mdc95 })
        }
    })
}

fn of_series(function: &str, input: Value) -> Result<Value, Fault> {
    let uneven = || bad(function, "t and y must be equally long, with at least two different t");
    Ok(match function {
        "slope" => {
            let i: Series = parse(function, input)?;
            let l = trend::line(&i.t, &i.y, i.confidence).ok_or_else(uneven)?;
            json!({
                "slope": l.slope, "intercept": l.intercept, "stderr": l.stderr, "t": l.t, "df": l.df, "p": l.p,
                "ci_lo": l.low, "ci_hi": l.high, "r": l.r
            })
        }
        "mann_kendall" => {
            let i: Series = parse(function, input)?;
            let m = trend::mann_kendall(&i.y).ok_or_else(|| bad(function, "y needs at least two values"))?;
            json!({
                "S": m.s, "var_S": m.variance, "z": m.z, "p_normal": m.p_normal, "tau_b": m.tau_b,
                "p_exact_two_sided": m.p_exact
            })
        }
        "theil_sen" => {
            let i: Series = parse(function, input)?;
            if i.y.len() * i.t.len() > MOST_VALUES {
                return Err(bad(function, "at most 1000 points"));
            }
            let s = trend::theil_sen(&i.t, &i.y).ok_or_else(uneven)?;
            json!({
                "slope": s.slope, "intercept_median_y": s.intercept, "ci_lo": s.low, "ci_hi": s.high, "n_pairs": s.pairs
            })
        }
        "ewma" => {
            let i: EwmaInput = parse(function, input)?;
            let e = trend::ewma(&i.x, i.target, i.sigma, i.lambda, i.width)
                .ok_or_else(|| bad(function, "lambda lies above 0 and at most at 1; sigma and L above 0"))?;
            json!({
                "z": e.z, "lcl": e.lower, "ucl": e.upper, "signal": e.signal, "asymptotic_lcl": e.settled_lower,
                "asymptotic_ucl": e.settled_upper
            })
        }
        _ => {
            let i: CusumInput = parse(function, input)?;
            let c = trend::cusum(&i.x, i.target, i.k, i.h);
            json!({
                "c_plus": c.plus, "c_minus": c.minus, "signal_plus": c.signal_plus, "signal_minus": c.signal_minus,
                "first_signal": c.first_signal
            })
        }
    })
}

fn of_groups(function: &str, input: Value) -> Result<Value, Fault> {
    let refuse = || bad(function, "k is at most n, n above 0, and the confidence between 0 and 1");
    let ends = |interval: prevalence::Interval| json!([interval.low, interval.high]);
    Ok(match function {
        "prop_ci" => {
            let i: Share = parse(function, input)?;
            let z = prevalence::z_for(i.confidence).ok_or_else(refuse)?;
            let wilson = prevalence::wilson(i.k, i.n, z).ok_or_else(refuse)?;
            let exact = prevalence::clopper_pearson(i.k, i.n, i.confidence).ok_or_else(refuse)?;
            json!({ "p": wilson.estimate, "wilson": ends(wilson), "clopper_pearson": ends(exact) })
        }
        "prop_diff_newcombe" => {
            let i: TwoShares = parse(function, input)?;
            let z = prevalence::z_for(i.confidence).ok_or_else(refuse)?;
            let d = prevalence::newcombe_difference(i.k1, i.n1, i.k2, i.n2, z).ok_or_else(refuse)?;
            json!({ "diff": d.estimate, "lo": d.low, "hi": d.high })
        }
        "rogan_gladen" => {
            let i: Apparent = parse(function, input)?;
            if i.n == 0 || [i.apparent, i.se, i.sp].iter().any(|share| !(0.0..=1.0).contains(share)) {
                return Err(bad(function, "apparent, se and sp are shares from 0 to 1, and n above 0"));
            }
            match prevalence::rogan_gladen(i.apparent, i.n, i.se, i.sp) {
                Some(c) => {
                    json!({ "raw": c.raw, "clamped": c.clamped, "se": c.se, "lo": c.low, "hi": c.high })
                }
                // A screen no better than chance says nothing about prevalence.
                None => json!({ "raw": null, "clamped": null, "se": null, "lo": null, "hi": null }),
            }
        }
        "predictive_values" => {
            let i: Screen = parse(function, input)?;
            let v = prevalence::predictive_values(i.prevalence, i.se, i.sp)
                .ok_or_else(|| bad(function, "prevalence, se and sp are shares from 0 to 1"))?;
            json!({
                "ppv": v.ppv, "npv": v.npv, "lr_pos": v.lr_positive, "lr_neg": v.lr_negative,
                "flagged_per_1000": v.flagged_per_1000, "false_alarms_per_1000": v.false_alarms_per_1000
            })
        }
        _ => {
            let i: PValues = parse(function, input)?;
            if i.p.iter().chain([&i.q]).any(|p| !(0.0..=1.0).contains(p)) {
                return Err(bad(function, "p values and q lie from 0 to 1"));
            }
            let found = prevalence::benjamini_hochberg(&i.p, i.q);
            json!({ "adjusted": found.adjusted, "reject": found.reject })
        }
    })
}

fn of_norms(function: &str, input: Value) -> Result<Value, Fault> {
    Ok(if function == "t_score" {
        let i: Score = parse(function, input)?;
        let t = norm::t_score(i.x, i.mean, i.sd).ok_or_else(|| bad(function, "sd must be above 0"))?;
        json!({ "z": t.z, "t": t.t, "t_rounded": t.rounded, "percentile_normal": t.percentile_normal })
    } else {
        let i: Rank = parse(function, input)?;
        let rank = norm::percentile_rank(&i.reference, i.x)
            .ok_or_else(|| bad(function, "the reference is empty"))?;
        json!({ "mid_rank": rank.mid_rank, "weak_le": rank.at_or_below, "strict_lt": rank.below })
    })
}

fn of_reliability(function: &str, input: Value) -> Result<Value, Fault> {
    let refuse =
        || bad(function, "x needs rows of equal length, at least two people and two items that vary");
    let data = |input: Value| -> Result<(Vec<Vec<f64>>, f64), Fault> {
        let data: Data = parse(function, input)?;
        Ok((reliability::complete_cases(&data.x), data.confidence))
    };
    Ok(match function {
        "cronbach_alpha" => {
            let (x, confidence) = data(input)?;
            let a = reliability::cronbach_alpha(&x, confidence).ok_or_else(refuse)?;
            json!({
                "alpha": a.alpha, "feldt_lo": a.low, "feldt_hi": a.high, "alpha_if_dropped": a.if_dropped, "n": a.n,
                "k": a.k
            })
        }
        "standardised_alpha" => {
            let (x, _) = data(input)?;
            let a = reliability::standardised_alpha(&x).ok_or_else(refuse)?;
            json!({ "alpha_std": a.alpha, "mean_r": a.mean_r })
        }
        "omega_total" => {
            let i: Loadings = parse(function, input)?;
            let omega = reliability::omega_total(&i.standardised_loadings);
            json!({ "omega": omega.ok_or_else(|| bad(function, "standardised loadings lie between -1 and 1"))? })
        }
        "omega_from_data" => {
            let (x, _) = data(input)?;
            let omega = reliability::omega_from_data(&x);
            let omega = omega.ok_or_else(|| bad(function, "x needs at least three items that vary"))?;
            json!({ "loadings": omega.loadings, "omega": omega.omega })
        }
        _ => {
            let i: Lengthened = parse(function, input)?;
            json!({ "r_new": reliability::spearman_brown(i.r, i.factor) })
        }
    })
}

fn of_tables(function: &str, input: Value) -> Result<Value, Fault> {
    Ok(match function {
        "suppress_table" => {
            let i: Table = parse(function, input)?;
            if i.table.iter().map(Vec::len).sum::<usize>() > MOST_CELLS {
                return Err(bad(function, "at most 10000 cells"));
            }
            let zeros = if i.zeros_are_small { Zeros::Small } else { Zeros::Shown };
            let safe = disclosure::suppress(&i.table, i.k, zeros)
                .map_err(|fault| bad(function, &fault.to_string()))?;
            let audit: Vec<Value> =
                safe.audit.iter().map(|cell| json!([[cell.row, cell.column], cell.low, cell.high])).collect();
            json!({ "primary": safe.primary, "hidden": safe.hidden, "feasible_interval_of_hidden": audit })
        }
        "nces_recode" => {
            let i: Share = parse(function, input)?;
            json!({ "text": disclosure::recode_share(i.k, i.n, i.min_n) })
        }
        _ => {
            let i: Count = parse(function, input)?;
            json!({ "rounded": disclosure::round_to_5(i.count) })
        }
    })
}
