//! A district's own switches and priorities for the referral rules, with who, when and why (C-44).

use super::{Services, require, staff};
use crate::ctx::Ctx;
use crate::model::DistrictId;
use crate::model::referral::Priority;
use crate::policy::{Action, Place};
use crate::referral_rules::{Finding, KNOWN, Known};
pub use crate::store::rule_settings::RuleSetting;
use crate::store::{Act, Conn, rule_settings};
use crate::{Error, Result};

/// The rules with the district's settings.
#[derive(Clone, Debug)]
pub struct Page {
    /// Each rule with what holds for it now: none where the shipped priority does.
    pub rules: Vec<(&'static Known, Option<RuleSetting>)>,
    /// Every change, newest first.
    pub history: Vec<RuleSetting>,
}

/// The page of rules.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no administrator of the district.
pub async fn page(services: &Services, ctx: &Ctx) -> Result<Page> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SetRules, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let history = rule_settings::list(&mut conn, district).await?;
    let rules = KNOWN.iter().map(|known| (known, history.iter().find(|s| s.rule == known.name).cloned()));
    Ok(Page { rules: rules.collect(), history: history.clone() })
}

/// Sets a rule: `off`, or the priority it gives.
///
/// # Errors
/// [`Error::Invalid`] without a note, or when the rule for critical answers would be switched off or weakened.
pub async fn set(services: &Services, ctx: &Ctx, rule: &str, setting: &str, note: &str) -> Result<()> {
    let reader = staff(ctx)?;
    let (district, by) = (reader.district, reader.user);
    require(ctx, Action::SetRules, Place::District(district))?;
    let known = KNOWN.iter().find(|k| k.name == rule).ok_or(Error::NotFound)?;
    let fits = setting == "off" || setting.parse::<Priority>().is_ok();
    if !fits {
        return Err(Error::invalid("setting", "Choose off, critical, high, moderate or low."));
    }
    if known.name == "critical_item" && setting != "critical" {
        return Err(Error::invalid(
            "setting",
            "A critical answer always needs a person now; this rule stays as it is.",
        ));
    }
    let note = note.trim().to_owned();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(Error::invalid("note", "Say in a sentence why; the next person will ask."));
    }
    let setting = setting.to_owned();
    services
        .store
        .write(ctx, Act::new("rule.set"), move |tx| {
            let (setting, note) = (setting.clone(), note.clone());
            Box::pin(async move {
                tx.detail(format!("{} {setting}", known.name));
                Ok(rule_settings::add(tx, district, by, known.name, &setting, &note).await?)
            })
        })
        .await
}

/// Findings as the district wants them: rules that are off are gone, others have the district's priority.
pub(super) async fn applied(
    conn: &mut Conn,
    district: DistrictId,
    findings: &[Finding],
) -> Result<Vec<Finding>> {
    let settings = rule_settings::list(conn, district).await?;
    Ok(findings
        .iter()
        .filter_map(|finding| {
            let mut finding = finding.clone();
            if let Some(set) = settings.iter().find(|s| s.rule == finding.rule)
                && finding.rule != "critical_item"
            {
                finding.priority = set.setting.parse().ok()?;
            }
            Some(finding)
        })
        .collect())
}
