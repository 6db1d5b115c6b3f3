//! What the pages' forms send, so that each form of the table would be taken where it may be.

use server::ctx::{Actor, Ctx};
use server::model::Day;

use super::reach::Scope;
use super::world::World;

pub type Fields = Vec<(&'static str, String)>;

/// So many days from today.
pub fn day(days: usize) -> String {
    today().plus_days(i64::try_from(days).unwrap()).to_string()
}

fn yesterday() -> String {
    today().plus_days(-1).to_string()
}

fn today() -> Day {
    Ctx::new(Actor::Nobody).now.day_in(&jiff::tz::TimeZone::UTC)
}

/// The fields of a route's form about the thing of a scope, without the token.
pub fn of(route: &str, world: &World, scope: Scope) -> Fields {
    let fact = |name| world.fact(name, scope);
    let text = |words: &str| words.to_owned();
    let about_child = |mut fields: Fields| {
        fields.push(("child", fact("child")));
        fields
    };
    match route {
        "/duty/{id}/absences" => vec![("away", fact("user")), ("since", day(40)), ("until", day(41))],
        "/duty/{id}/shifts" => {
            vec![
                ("user", fact("user")),
                ("rank", text("1")),
                ("weekday", text("2")),
                ("from", text("08:00")),
                ("to", text("09:00")),
            ]
        }
        "/referrals/{id}/contact" => about_child(vec![
            ("with", text("child")),
            ("how", text("in_person")),
            ("reached", text("yes")),
            ("note", text("Talked.")),
            ("next", day(9)),
        ]),
        "/referrals/{id}/note" => about_child(vec![("body", text("A note.")), ("visibility", text("team"))]),
        "/referrals/{id}/step" => about_child(vec![("step", text("support_in_school"))]),
        "/referrals/{id}/close" => about_child(vec![
            ("outcome", text("supported_here")),
            ("seen_by", text("Ana, 10:50")),
            ("reason", text("Support has begun.")),
        ]),
        "/referrals/{id}/confirm" => about_child(vec![("answer", text("yes")), ("note", text(""))]),
        "/referrals/{id}/priority" => {
            about_child(vec![("priority", text("low")), ("reason", text("Calm and clear."))])
        }
        "/referrals/{id}/snooze" => about_child(vec![("until", day(5)), ("reason", text("Exams."))]),
        "/referrals/{id}/reopen" => about_child(vec![("reason", text("The mother called."))]),
        "/referrals/{id}/follow-up" => about_child(vec![("follow_up", fact("follow-up"))]),
        "/referrals/{id}/offer" => {
            about_child(vec![("to", fact("colleague")), ("next_step", text("Call the aunt."))])
        }
        "/referrals/{id}/offer/answer" => about_child(vec![("answer", text("yes"))]),
        "/referrals/{id}/rescreen" => {
            about_child(vec![("instrument", text("phq9_teen")), ("due_on", day(40))])
        }
        "/referrals/{id}/plan" => {
            let steps = [
                "warning_signs",
                "own_coping",
                "people_and_places",
                "people_to_ask",
                "professionals",
                "safer_place",
            ];
            steps.into_iter().map(|step| (step, text("A step."))).collect()
        }
        "/referrals/{id}/report" => {
            let parts = ["seen", "words", "danger", "recipient", "asked", "told", "not_told"];
            parts.into_iter().map(|part| (part, text("What was seen."))).collect()
        }
        "/reports/{report}/sent" => vec![
            ("how", text("phone")),
            ("day", yesterday()),
            ("time", text("10:00")),
            ("by", text("Ana")),
            ("reference", text("77/26")),
        ],
        "/reports/{report}/against" => vec![("reason", text("Seen again together; nothing to report."))],
        "/children/{id}/correct/{kind}/{row}" => vec![("body", text("The right words."))],
        "/children/{id}/move" => vec![
            ("school", fact("move to")),
            ("class", fact("move to class")),
            ("reason", text("The family has moved to another part of town.")),
        ],
        "/children/{id}/drafts/{form}" => vec![("body", text("Half a sen")), ("visibility", text("team"))],
        "/referrals/{id}/assessment" => vec![
            ("level", text("moderate")),
            ("danger", text("none")),
            ("summary", text("Low for some weeks.")),
            ("strengths", text("Sings.")),
        ],
        "/referrals/{id}/tag" => vec![("tag", text("other")), ("mark", text("on"))],
        "/referrals/{id}/outside" => vec![
            ("service", fact("service")),
            ("consent", text("guardian")),
            ("consent_words", text("Mother, by phone.")),
            ("letter", text("Please see her.")),
        ],
        "/outside/{outside}/news" => about_child(vec![("to", text("received")), ("source", text("Call"))]),
        "/referrals/{id}/guardian-letter" => vec![
            ("template", text("talk")),
            ("guardian", fact("guardian")),
            ("language", text("en")),
            ("added", text("Come on Tuesday.")),
        ],
        "/guardian-letters/{letter}/review" => vec![("answer", text("release")), ("read", text("yes"))],
        "/letters/{token}" => vec![("to", text("received")), ("note", text(""))],
        "/directory" => vec![
            ("system", text("medical")),
            ("accepts", text("low")),
            ("name", text("Clinic")),
            ("contact", text("+1 555 0100")),
            ("hours", text("Mon to Fri")),
            ("capacity", text("2 a week")),
        ],
        "/concerns" => vec![
            ("child", fact("pupil")),
            ("seen", text("Sits alone.")),
            ("since", text("May")),
            ("urgency", text("soon")),
        ],
        "/queue/bulk" => vec![
            ("act", text("follow_up")),
            ("day", day(3)),
            ("id", world.thing("referral", Scope::Own)[0].clone()),
        ],
        "/rules/{rule}" => vec![("setting", text("moderate")), ("note", text("As agreed in the team."))],
        "/rules/try" => vec![
            ("rule", text("above_cutoff")),
            ("setting", text("low")),
            ("window", world.fact("closed window", Scope::School)),
        ],
        "/welcome/{token}" => vec![("email", text("new@district.example")), ("password", text("short"))],
        "/consent/windows/{id}/notice" => vec![("body", text("What we ask, and why."))],
        "/consent/windows/{id}/classes/{class}/letters" => vec![("whom", text("all"))],
        "/consent/windows/{id}/classes/{class}/children/{child}" => vec![
            ("answer", text("yes")),
            ("by_role", text("guardian")),
            ("by_name", text("Ana Lin")),
            ("said_on", yesterday()),
            ("method", text("paper")),
            ("proof", text("folder 3")),
        ],
        "/consent/windows/{id}/classes/{class}/forms" => vec![("child", text(""))],
        "/consent/letter/{token}" => vec![("answer", text("yes")), ("by_name", text("Ana Lin"))],
        "/sittings/{id}/close" => vec![("reason", text("The bell rang."))],
        "/sittings/{id}/cards" => vec![("whom", text("class"))],
        "/school/releases/{id}/schools/{school}" => {
            vec![("word", text("fits")), ("note", text("As it was."))]
        }
        "/district/releases/{id}/publish" => vec![("note", text("All have answered."))],
        "/district/research" => vec![
            ("recipient", text("Institute of Child Health")),
            ("purpose", text("How answers to single items hang together.")),
            ("basis", text("Ethics committee 2026-14")),
            ("windows", fact("closed window")),
        ],
        "/district/research/{export}" => vec![("word", text("no")), ("note", text("Not in this form."))],
        "/setup/windows" | "/setup/windows/{id}/edit" => vec![
            ("name", text("Spring")),
            ("opens_on", day(60)),
            ("closes_on", day(70)),
            ("consent_mode", text("opt_out")),
            ("languages", text("en")),
            ("schools", fact("draft school")),
            ("asked", text("phq9_teen")),
            ("min-phq9_teen", text("11")),
            ("max-phq9_teen", text("17")),
        ],
        "/setup/windows/{id}/schools/{school}" => vec![
            ("opens", text("08:00")),
            ("closes", text("12:00")),
            ("room", text("Room 12")),
            ("escalation", text("The head.")),
            ("guardian_rule", text("The same day.")),
        ],
        "/setup/calendar" => {
            vec![
                ("school", world.fact("school id", Scope::School)),
                ("from", day(90)),
                ("to", day(91)),
                ("name", text("Fair")),
            ]
        }
        "/setup/calendar/remove" => {
            vec![("school", world.fact("school id", Scope::School)), ("from", day(90)), ("to", day(91))]
        }
        "/setup/places" | "/setup/places/{area}" => {
            vec![("name", format!("Area {scope:?}")), ("parent", text(""))]
        }
        "/setup/schools/{school}" => vec![("area", text(""))],
        "/setup/people/invite" => vec![
            ("name", text("Nia Park")),
            ("email", text("nia@district.example")),
            ("role", text("analyst")),
            ("place", text("district")),
        ],
        "/setup/retention" => vec![("profile", text("eu"))],
        "/setup/retention/change/{change}" => vec![("word", text("no")), ("note", text("Not this year."))],
        "/setup/retention/holds" => vec![("number", fact("number")), ("reason", text("Court file 12/26"))],
        "/setup/retention/proof" => vec![("child", text("1000001"))],
        "/setup/roster/{upload}/columns" => vec![("column", text("number"))],
        _ => Vec::new(),
    }
}

/// The body of a route that takes JSON.
pub fn json(route: &str, world: &World, scope: Scope) -> Option<String> {
    let id = "01890000-0000-7000-8000-000000000000";
    Some(match route {
        "/check-in/answers" => r#"{"answers":[]}"#.to_owned(),
        "/check-in/here" => r#"{"unsent":false}"#.to_owned(),
        "/check-in/hand-in" => format!(r#"{{"key":"{id}"}}"#),
        "/ratings/{window}/{class}/{instrument}/cell" => {
            format!(
                r#"{{"child":"{}","item":"{}","value":""}}"#,
                world.fact("pupil", scope),
                world.fact("item", Scope::School)
            )
        }
        _ => return None,
    })
}

/// Whether a route takes a form with a file.
pub fn has_file(route: &str) -> bool {
    ["/setup/roster", "/consent/windows/{id}/returns"].contains(&route)
}

/// The fields with a small file beside them.
pub fn with_file(fields: &Fields) -> (&'static str, Vec<u8>) {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str("--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nnumber,answer\n1,yes\n\r\n--x--\r\n");
    ("multipart/form-data; boundary=x", body.into_bytes())
}
