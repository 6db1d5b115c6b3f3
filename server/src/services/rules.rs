//! A district's own switches and priorities for the referral rules, with who, when and why (C-44).

use super::{Services, require, staff};
use crate::ctx::Ctx;
use crate::model::DistrictId;
use crate::model::referral::Priority;
use crate::policy::{Action, Place};
use crate::referral_rules::{KNOWN, Known, Switch, Switches};
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
    let (known, switch) = wanted(rule, setting)?;
    let note = note.trim().to_owned();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(Error::invalid("note", "Say in a sentence why; the next person will ask."));
    }
    services
        .store
        .write(ctx, Act::new("rule.set"), move |tx| {
            let note = note.clone();
            Box::pin(async move {
                let setting = switch.to_string();
                tx.detail(format!("{} {setting}", known.name));
                Ok(rule_settings::add(tx, district, by, known.name, &setting, &note).await?)
            })
        })
        .await
}

/// The rule and the setting that somebody wants to give it.
///
/// # Errors
/// [`Error::NotFound`] for a rule that there is not; [`Error::Invalid`] for a setting that it cannot have.
pub(super) fn wanted(rule: &str, setting: &str) -> Result<(&'static Known, Switch)> {
    let known = KNOWN.iter().find(|k| k.name == rule).ok_or(Error::NotFound)?;
    let switch = setting
        .parse::<Switch>()
        .map_err(|_| Error::invalid("setting", "Choose off, critical, high, moderate or low."))?;
    if known.name == "critical_item" && switch != Switch::Gives(Priority::Critical) {
        return Err(Error::invalid(
            "setting",
            "A critical answer always needs a person now; this rule stays as it is.",
        ));
    }
    Ok((known, switch))
}

/// How a district has set its rules now.
pub(super) async fn in_force(conn: &mut Conn, district: DistrictId) -> Result<Switches> {
    let settings = rule_settings::list(conn, district).await?;
    Ok(Switches::of(settings.iter().map(|set| (set.rule.as_str(), set.setting.as_str()))))
}
