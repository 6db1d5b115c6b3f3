//! The kinds of data with their periods, what goes now and what goes next.

use leptos::prelude::*;
use server::model::retention::DataClass;

use super::Draft;
use crate::api::retention::{ClassPreview, Going, Overview};
use crate::components::field::Choice;
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::when::When;

/// The table, and the form for other periods under it.
#[component]
pub fn Periods(overview: Overview, token: String, when: When, draft: Draft) -> AnyView {
    let lines = overview.classes.iter().map(|class| line(class, &when)).collect_view();
    let label =
        overview.profiles.iter().find(|(name, _)| *name == overview.profile).map(|(_, label)| label.clone());
    let by = match &overview.chosen {
        Some(chosen) => format!(
            "{}, approved by {} on {}",
            label.unwrap_or_default(),
            chosen.by_name.clone().unwrap_or_else(|| "somebody".to_owned()),
            when.date(chosen.set_at.day_in(&when.zone))
        ),
        None => format!("{}, as the settings have it", label.unwrap_or_default()),
    };
    view! {
        <div class="table-wrap">
            <table class="table table-stack" role="table">
                <caption>"What is kept how long"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {["Data", "Kept for", "Goes with the next run", "Then"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {lines}
                    <tr role="row">
                        <th scope="row" role="rowheader" data-label="Data">
                            <span>"The trail"<span class="table-sub">"Who did what and when; ids, no names"</span></span>
                        </th>
                        <td role="cell" data-label="Kept for">"As long as the installation"</td>
                        <td role="cell" data-label="Goes with the next run">"–"</td>
                        <td role="cell" data-label="Then">"–"</td>
                    </tr>
                </tbody>
            </table>
        </div>
        <p class="muted small">"What a legal hold keeps is not counted here."</p>
        <section class="card" aria-labelledby="periods-head">
            <h2 id="periods-head">"Periods in force"</h2>
            <p>{by}"."</p>
            {overview.change_waits.then(|| view! {
                <p><a href="/setup/retention/change">"A change waits for a second person."</a></p>
            })}
            <details class="disclosure" open=draft.form == "periods">
                <summary><Icon name="settings"/>"Ask for others"</summary>
                <form class="form" method="post" action="/setup/retention">
                    <Token value=token.clone()/>
                    <Choice
                        label="Periods of"
                        name="profile"
                        check=draft.check("periods", "profile", true)
                        options=overview.profiles.clone()
                        chosen=overview.profile.clone()
                        hint="Another administrator or the district officer decides. For a week after it nothing is removed."
                    />
                    <div class="buttons"><button class="button" type="submit">"Ask a second person"</button></div>
                </form>
            </details>
            <p class="small"><a href="/setup/retention/change">"Earlier changes"</a></p>
        </section>
    }
    .into_any()
}

/// How many days further ahead are listed one by one.
const SHOWN: usize = 12;

fn line(preview: &ClassPreview, when: &When) -> AnyView {
    let (name, what, unit) = words(preview.class);
    let then = preview.coming.first().map_or_else(
        || "Nothing".to_owned(),
        |(day, going)| format!("{}: {}", when.date(*day), amount(*going, unit)),
    );
    let later = preview.coming.len().saturating_sub(1);
    let later = (later > 0).then(|| {
        let days = preview.coming.iter().skip(1).take(SHOWN).map(|(day, going)| {
            view! { <li>{format!("{}: {}", when.date(*day), amount(*going, unit))}</li> }
        });
        let rest = later.saturating_sub(SHOWN);
        let rest = (rest > 0).then(|| view! { <li>{format!("… and {rest} further days")}</li> });
        let summary = format!("{later} more {}", if later == 1 { "day" } else { "days" });
        view! {
            <details class="disclosure">
                <summary>{summary}<span class="visually-hidden">{format!(": {name}")}</span></summary>
                <ul class="stack-tight">{days.collect_view()}{rest}</ul>
            </details>
        }
    });
    view! {
        <tr role="row">
            <th scope="row" role="rowheader" data-label="Data">
                <span>{name}<span class="table-sub">{what}</span></span>
            </th>
            <td role="cell" data-label="Kept for"><span>{span(preview.months)}<span class="table-sub">{from(preview.class)}</span></span></td>
            <td role="cell" data-label="Goes with the next run">
                {if preview.due.rows == 0 { "Nothing".to_owned() } else { amount(preview.due, unit) }}
            </td>
            <td role="cell" data-label="Then"><span>{then}{later}</span></td>
        </tr>
    }
    .into_any()
}

pub(super) fn words(class: DataClass) -> (&'static str, &'static str, (&'static str, &'static str)) {
    match class {
        DataClass::Answers => ("Answers", "What a child answered to each question", ("answer", "answers")),
        DataClass::Results => (
            "Results",
            "Scores, flags, wishes to talk, cards, and who took part",
            ("screening", "screenings"),
        ),
        DataClass::Casework => (
            "Casework",
            "Closed referrals with contacts, plans and letters; notes",
            ("referral", "referrals"),
        ),
        DataClass::Consents => {
            ("Consents", "What was said for a child and a window", ("consent", "consents"))
        }
        DataClass::Leavers => {
            ("Children who left", "The child itself, when nothing else of it is kept", ("child", "children"))
        }
    }
}

fn from(class: DataClass) -> &'static str {
    match class {
        DataClass::Answers | DataClass::Results | DataClass::Consents => "after the window’s last day",
        DataClass::Casework => "after the referral is closed",
        DataClass::Leavers => "after leaving the last school",
    }
}

/// `1 answer of 1 child`, `12,400 answers of 640 children`; of children alone only how many.
pub(super) fn amount(going: Going, (one, many): (&str, &str)) -> String {
    let count = |n: i64, one: &str, many: &str| format!("{} {}", grouped(n), if n == 1 { one } else { many });
    if many == "children" {
        return count(going.children, one, many);
    }
    format!("{} of {}", count(going.rows, one, many), count(going.children, "child", "children"))
}

fn grouped(n: i64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Months as people say them.
pub(super) fn span(months: i64) -> String {
    match (months / 12, months % 12) {
        (1, 0) => "1 year".to_owned(),
        (years, 0) => format!("{years} years"),
        (0, 1) => "1 month".to_owned(),
        _ => format!("{months} months"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Going, amount, grouped, span};

    #[test]
    fn numbers_and_spans_read_as_people_say_them() {
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(999), "999");
        assert_eq!([span(1), span(6), span(12), span(84)], ["1 month", "6 months", "1 year", "7 years"]);
        assert_eq!(amount(Going { children: 1, rows: 1 }, ("answer", "answers")), "1 answer of 1 child");
        assert_eq!(amount(Going { children: 2, rows: 2 }, ("child", "children")), "2 children");
    }
}
