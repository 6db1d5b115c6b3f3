//! The form in which a window is prepared: days, schools and grades, what is asked at what age, languages, consent.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use questionnaires::instrument::Informant;
use questionnaires::library;
use server::model::window::{ConsentMode, WindowState};
use server::model::{ClassId, Day, SchoolId, WindowId};
use server::{Error, Result};

use crate::address::Address;
use crate::api::windows::{self as api, Asked, CoveredClass, Draft, School, WindowPage};
use crate::components::back_link::BackLink;
use crate::components::error_summary::ErrorSummary;
use crate::components::field::{Check, FieldError, Input, Select, Tick};
use crate::components::form::Token;
use crate::components::icon::Icon;
use crate::components::shell::Head;
use crate::components::staff_shell::{Reader, StaffShell, Tab};
use crate::i18n::Language;
use crate::render;
use crate::visit::{Posted, Visit};

/// Grades offered where no class tells which there are.
const GRADES: std::ops::RangeInclusive<i64> = 1..=12;

/// What stands in the form.
#[derive(Clone, Default)]
struct Typed {
    name: String,
    opens_on: String,
    closes_on: String,
    consent_mode: String,
    languages: Vec<String>,
    rescreen_days: String,
    schools: Vec<String>,
    grades: Vec<String>,
    classes: Vec<String>,
    /// Instrument to its ages.
    asked: BTreeMap<String, (String, String)>,
}

impl Typed {
    fn of_form(posted: &Posted) -> Self {
        let all = |name: &'static str| posted.all(name).map(str::to_owned).collect();
        let text = |name: &str| posted.text(name).trim().to_owned();
        let ages = |id: &str| (text(&format!("min-{id}")), text(&format!("max-{id}")));
        Self {
            name: text("name"),
            opens_on: text("opens_on"),
            closes_on: text("closes_on"),
            consent_mode: text("consent_mode"),
            languages: all("languages"),
            rescreen_days: text("rescreen_days"),
            schools: all("schools"),
            grades: all("grades"),
            classes: all("classes"),
            asked: posted.all("asked").map(|id| (id.to_owned(), ages(id))).collect(),
        }
    }

    fn of_page(page: &WindowPage) -> Self {
        let texts = |ids: Vec<String>| ids;
        Self {
            name: page.window.name.clone(),
            opens_on: page.window.opens_on.to_string(),
            closes_on: page.window.closes_on.to_string(),
            consent_mode: page.window.consent_mode.as_str().to_owned(),
            languages: page.window.languages.split_whitespace().map(str::to_owned).collect(),
            rescreen_days: page.window.rescreen_days.map(|days| days.to_string()).unwrap_or_default(),
            schools: texts(page.schools.iter().map(|(s, _)| s.id.to_string()).collect()),
            grades: texts(page.grades.iter().map(ToString::to_string).collect()),
            classes: texts(page.classes.iter().map(ToString::to_string).collect()),
            asked: page
                .instruments
                .iter()
                .map(|a| (a.instrument.clone(), (a.min_age.to_string(), a.max_age.to_string())))
                .collect(),
        }
    }

    fn draft(&self) -> Result<Draft> {
        fn ids<T: std::str::FromStr>(texts: &[String], field: &'static str) -> Result<Vec<T>> {
            let all: std::result::Result<Vec<T>, _> = texts.iter().map(|text| text.parse()).collect();
            all.map_err(|_| Error::invalid(field, "One of these is not known. Reload the page."))
        }
        let day = |field: &'static str, text: &str| {
            text.parse::<Day>().map_err(|_| Error::invalid(field, "Give the date as year, month and day."))
        };
        // In the library's order, whatever order the boxes were sent in.
        let asked = library::known()
            .into_iter()
            .filter_map(|instrument| {
                let (min, max) = self.asked.get(&instrument.id)?;
                let ages = min.parse().ok().zip(max.parse().ok());
                Some(ages.map_or_else(
                    || {
                        Err(Error::invalid(
                            "asked",
                            format!("{}: give both ages in years.", instrument.short_title),
                        ))
                    },
                    |(min_age, max_age)| Ok(Asked { instrument: instrument.id.clone(), min_age, max_age }),
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Draft {
            name: self.name.clone(),
            opens_on: day("opens_on", &self.opens_on)?,
            closes_on: day("closes_on", &self.closes_on)?,
            consent_mode: self
                .consent_mode
                .parse()
                .map_err(|_| Error::invalid("consent_mode", "Choose on what ground children take part."))?,
            languages: self.languages.clone(),
            rescreen_days: match self.rescreen_days.as_str() {
                "" => None,
                days => Some(days.parse().map_err(|_| {
                    Error::invalid(
                        "rescreen_days",
                        "Give a number of days, or leave it empty for no re-screen.",
                    )
                })?),
            },
            schools: ids::<SchoolId>(&self.schools, "schools")?,
            grades: ids::<i64>(&self.grades, "grades")?,
            classes: ids::<ClassId>(&self.classes, "classes")?,
            asked,
        })
    }
}

/// `GET /setup/windows/new`.
pub async fn new(visit: Visit) -> Response {
    let typed = Typed { languages: vec!["en".to_owned()], ..Typed::default() };
    page(&visit, None, typed, StatusCode::OK, None).await
}

/// `GET /setup/windows/{id}/edit`.
pub async fn edit(visit: Visit, address: Address) -> Response {
    let found = match address.part(0) {
        Ok(id) => api::get_window(&visit, id).await,
        Err(error) => Err(error),
    };
    match found {
        Ok(found) if found.window.state == WindowState::Drafted => {
            page(&visit, Some(found.window.id), Typed::of_page(&found), StatusCode::OK, None).await
        }
        Ok(found) => Redirect::to(&format!("/setup/windows/{}", found.window.id)).into_response(),
        Err(error) => render::staff_failure(&visit, &error),
    }
}

/// `POST /setup/windows`.
pub async fn add(posted: Posted) -> Response {
    save(&posted, None).await
}

/// `POST /setup/windows/{id}/edit`.
pub async fn change(address: Address, posted: Posted) -> Response {
    match address.part(0) {
        Ok(id) => save(&posted, Some(id)).await,
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

async fn save(posted: &Posted, id: Option<WindowId>) -> Response {
    let typed = Typed::of_form(posted);
    let saved = match typed.draft() {
        Ok(draft) => api::save_draft(&posted.visit, id, draft).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(id) => Redirect::to(&format!("/setup/windows/{id}?done=saved")).into_response(),
        Err(Error::Invalid { field, message }) => {
            page(&posted.visit, id, typed, StatusCode::UNPROCESSABLE_ENTITY, Some((field, message))).await
        }
        Err(error) => render::staff_failure(&posted.visit, &error),
    }
}

async fn page(
    visit: &Visit,
    id: Option<WindowId>,
    typed: Typed,
    status: StatusCode,
    wrong: Option<(&'static str, String)>,
) -> Response {
    let known = match id {
        Some(id) => api::get_window(visit, id).await.map(|page| (page.all_schools, page.all_classes)),
        None => api::list_schools(visit).await.map(|schools| (schools, Vec::new())),
    };
    let (schools, classes) = match known {
        Ok(known) => known,
        Err(error) => return render::staff_failure(visit, &error),
    };
    let reader = Reader::of(visit);
    let token = visit.form_token.clone();
    let title = if id.is_some() { "Change the window" } else { "Prepare a window" };
    render::page(visit, status, Head::staff(title), move || {
        let refused = wrong.clone();
        let check = move |field: &str| Check {
            id: field.to_owned(),
            error: refused.as_ref().filter(|(f, _)| *f == field).map(|(_, text)| text.clone()),
            hint: false,
        };
        let action = id.map_or_else(|| "/setup/windows".to_owned(), |id| format!("/setup/windows/{id}/edit"));
        let back = id.map_or_else(|| "/setup".to_owned(), |id| format!("/setup/windows/{id}"));
        let boxes = |name: &'static str, options: Vec<(String, String)>, on: &[String]| {
            options
                .into_iter()
                .map(|(value, words)| {
                    let on = on.contains(&value);
                    view! { <Tick name value words on/> }
                })
                .collect_view()
        };
        let mut grades: Vec<i64> = classes.iter().map(|c| c.grade).collect();
        if grades.is_empty() {
            grades = GRADES.collect();
        }
        grades.sort_unstable();
        grades.dedup();
        let grades = grades.iter().map(|g| (g.to_string(), g.to_string())).collect();
        let languages = Language::ALL.iter().map(|l| (l.tag().to_owned(), l.name().to_owned())).collect();
        let only = (!classes.is_empty()).then(|| {
            let options = classes.iter().map(|c| (c.id.to_string(), class_words(c, &schools))).collect();
            let open = !typed.classes.is_empty();
            view! {
                <details class="disclosure" open=open>
                    <summary><Icon name="users"/>"Only some classes"</summary>
                    <p class="hint">"Where none is ticked, every class of the grades above takes part."</p>
                    <div class="radios">{boxes("classes", options, &typed.classes)}</div>
                </details>
            }
        });
        let school_boxes = schools.iter().map(|s| (s.id.to_string(), s.name.clone())).collect();
        view! {
            <StaffShell reader here=Tab::Setup narrow=true>
                {wrong.clone().map(|(field, text)| view! { <ErrorSummary text field/> })}
                <BackLink href=back>"Back"</BackLink>
                <h1>{title}</h1>
                <form class="form stack" method="post" action=action>
                    <Token value=token/>
                    <section class="card form">
                        <Input label="Name" name="name" check=Check { hint: true, ..check("name") } text=typed.name.clone() required=true hint="As staff and guardians read it: “Autumn 2026”"/>
                        <div class="form-row">
                            <Input label="First day" name="opens_on" check=check("opens_on") text=typed.opens_on.clone() kind="date" required=true/>
                            <Input label="Last day" name="closes_on" check=check("closes_on") text=typed.closes_on.clone() kind="date" required=true/>
                        </div>
                        <Select
                            label="Consent"
                            name="consent_mode"
                            check=check("consent_mode")
                            options=MODES.to_vec()
                            chosen=typed.consent_mode.clone()
                        />
                        <Input
                            label="Screen again after (days)"
                            name="rescreen_days"
                            check=Check { hint: true, ..check("rescreen_days") }
                            text=typed.rescreen_days.clone()
                            kind="number"
                            hint="A child whose screen is positive is planned to be asked again, by its counselor, with a card of its own. Empty: the counselor decides."
                        />
                    </section>
                    <fieldset class="card form" id="schools">
                        <legend class="label">"Schools"</legend>
                        <FieldError check=check("schools")/>
                        <div class="radios">{boxes("schools", school_boxes, &typed.schools)}</div>
                    </fieldset>
                    <fieldset class="card form" id="grades">
                        <legend class="label">"Grades"</legend>
                        <p class="hint">"Where none is ticked, every grade takes part."</p>
                        <FieldError check=check("grades")/>
                        <div class="radios">{boxes("grades", grades, &typed.grades)}</div>
                        {only}
                    </fieldset>
                    <fieldset class="card form" id="asked">
                        <legend class="label">"What is asked"</legend>
                        <p class="hint">"In this order, of children of this age on the window’s first day."</p>
                        <FieldError check=check("asked")/>
                        <Instruments asked=typed.asked.clone()/>
                    </fieldset>
                    <fieldset class="card form" id="languages">
                        <legend class="label">"Languages"</legend>
                        <p class="hint">"Each instrument must have its wording in each."</p>
                        <FieldError check=check("languages")/>
                        <div class="radios">{boxes("languages", languages, &typed.languages)}</div>
                    </fieldset>
                    <div class="buttons"><button class="button button-primary" type="submit">"Save the draft"</button></div>
                </form>
            </StaffShell>
        }
    })
}

const MODES: [(&str, &str); 3] = [
    (ConsentMode::OptOut.as_str(), "Opt-out: guardians are told and may say no"),
    (ConsentMode::OptIn.as_str(), "Opt-in: only with a recorded yes"),
    (ConsentMode::LawfulDuty.as_str(), "Ordered by law; a no counts all the same"),
];

fn class_words(class: &CoveredClass, schools: &[School]) -> String {
    let school = schools.iter().find(|s| s.id == class.school_id).map_or("", |s| s.name.as_str());
    if schools.len() > 1 { format!("{}, {school}", class.name) } else { class.name.clone() }
}

/// A line for each instrument that a window can ask.
#[component]
fn Instruments(asked: BTreeMap<String, (String, String)>) -> AnyView {
    let groups = [
        (Informant::Student, "Students answer on their devices"),
        (Informant::Teacher, "Teachers rate a class in a grid"),
        (Informant::Parent, "Parents answer through the link of a letter"),
    ];
    let groups = groups.into_iter().map(|(informant, words)| group(&asked, informant, words));
    groups.collect_view().into_any()
}

fn group(asked: &BTreeMap<String, (String, String)>, informant: Informant, words: &'static str) -> AnyView {
    let known = library::known();
    let known: Vec<_> =
        known.into_iter().filter(|i| api::can_be_asked(i) && i.informant == informant).collect();
    if known.is_empty() {
        let none = "There is no such form here yet. Import one that you hold a licence for.";
        return view! { <h2>{words}</h2><p class="muted">{none}</p> }.into_any();
    }
    let lines = known
        .into_iter()
        .map(|instrument| {
            let id = instrument.id.clone();
            let ages = (instrument.ages.min.to_string(), instrument.ages.max.to_string());
            let on = asked.contains_key(&id);
            let (min, max) = asked.get(&id).cloned().unwrap_or_else(|| ages.clone());
            let facts = format!(
                "{} questions, made for {} to {} years{}",
                instrument.items.iter().filter(|item| !item.not_asked).count(),
                ages.0,
                ages.1,
                if instrument.has_critical_items() { ", with a question about danger" } else { "" }
            );
            let age = |which: &'static str, label: String, value: String| {
                view! {
                    <input
                        class="input input-age" type="number" name=format!("{which}-{id}") value=value
                        min=ages.0.clone() max=ages.1.clone() aria-label=label
                    />
                }
            };
            let title = instrument.short_title.clone();
            view! {
                <li class="ask">
                    <div class="stack-tight"><Tick name="asked" value=id.clone() words=title.clone() on/><p class="muted small">{facts}</p></div>
                    <p class="ask-ages">
                        {age("min", format!("{title}: from age"), min)}" to "{age("max", format!("{title}: to age"), max)}" years"
                    </p>
                </li>
            }
        })
        .collect_view();
    view! { <h2>{words}</h2><ul class="asks">{lines}</ul> }.into_any()
}
