//! A child's whole check-in, in two ways: as the islands talk to the server, and as plain pages, one item each.

use serde_json::Value;

use tests::device::{Answer, Body, Device};

/// Which way a check-in goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    /// The islands': pages up to the first question, then JSON, every answer in a request of its own.
    Islands,
    /// Plain HTML, one page an item.
    Pages,
}

impl Way {
    /// As it stands in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Islands => "islands",
            Self::Pages => "pages",
        }
    }
}

/// Takes one child from the door to the last page. How the child answers follows from its number alone.
///
/// # Errors
/// What went wrong, in one line; then the check-in is not complete.
pub async fn check_in(device: &mut Device, way: Way, code: &str, number: usize) -> Result<usize, String> {
    let door = device.ask("door", "GET", "/", Body::None).await?;
    let form = format!("token={}&code={code}", door.token()?);
    expect(&device.ask("card", "POST", "/card", Body::Form(form)).await?, "/check-in")?;
    let assent = device.ask("assent page", "GET", "/check-in", Body::None).await?;
    let form = format!("token={}&assent=yes", assent.token()?);
    expect(&device.ask("assent", "POST", "/check-in/assent", Body::Form(form)).await?, "/check-in")?;
    expect(&device.ask("way on", "GET", "/check-in", Body::None).await?, "/check-in/question/1")?;
    let first = device.ask("first question", "GET", "/check-in/question/1", Body::None).await?;
    let asked = match way {
        Way::Islands => by_islands(device, &first, number).await?,
        Way::Pages => by_pages(device, first, number).await?,
    };
    let last = device.ask("last page", "GET", "/check-in/done", Body::None).await?;
    if last.status.is_success() { Ok(asked) } else { Err(format!("the last page: {}", last.status)) }
}

async fn by_islands(device: &mut Device, first: &Answer, number: usize) -> Result<usize, String> {
    let token = first.token()?;
    let forms = device.ask("forms", "GET", "/check-in/forms", Body::None).await?;
    let held: Value = serde_json::from_slice(&forms.body).map_err(|error| format!("the forms: {error}"))?;
    let client = uuid::Uuid::new_v4();
    let mut sequence = 0;
    for (part, form) in held["forms"].as_array().into_iter().flatten().enumerate() {
        for item in form["items"].as_array().into_iter().flatten() {
            sequence += 1;
            let codes: Vec<i64> =
                item["choices"].as_array().into_iter().flatten().filter_map(|c| c["code"].as_i64()).collect();
            let code = chosen(&codes, number, sequence).ok_or("an item without choices")?;
            let body = format!(
                "{{\"answers\":[{{\"client\":\"{client}\",\"part\":{},\"item\":{},\"sequence\":{sequence},\
                 \"answer\":{{\"code\":{code}}},\"seconds\":3,\"ago\":0,\"language\":\"en\"}}]}}",
                part + 1,
                item["id"],
            );
            let saved = device.ask("answer", "POST", "/check-in/answers", Body::Json(&token, body)).await?;
            if !saved.status.is_success() {
                return Err(format!("an answer: {}", saved.status));
            }
        }
    }
    let body = format!("{{\"key\":\"{}\"}}", uuid::Uuid::new_v4());
    let done = device.ask("hand in", "POST", "/check-in/hand-in", Body::Json(&token, body)).await?;
    if done.status.is_success() { Ok(sequence) } else { Err(format!("handing in: {}", done.status)) }
}

async fn by_pages(device: &mut Device, mut page: Answer, number: usize) -> Result<usize, String> {
    let mut asked = 0;
    loop {
        let token = page.token()?;
        let Some(item) = page.after("name=\"item\" value=\"") else {
            let key = page.after("name=\"key\" value=\"").ok_or("a page that is neither question nor end")?;
            let form = format!("token={token}&key={key}");
            let done = device.ask("hand in", "POST", "/check-in/finish", Body::Form(form)).await?;
            return expect(&done, "/check-in/done").map(|()| asked);
        };
        asked += 1;
        let text = String::from_utf8_lossy(&page.body).into_owned();
        let codes: Vec<i64> = text
            .split("name=\"answer\" value=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse().ok())
            .collect();
        let code = chosen(&codes, number, asked).ok_or("a question without choices")?;
        let form = format!("token={token}&item={item}&answer={code}");
        let path = format!("/check-in/question/{asked}");
        let saved = device.ask("answer", "POST", &path, Body::Form(form)).await?;
        let next = saved.location.ok_or_else(|| format!("an answer: {}", saved.status))?;
        page = device.ask("next question", "GET", &next, Body::None).await?;
        // A break between two questions leads on by a link.
        if next.starts_with("/check-in/break") {
            let link = page.after("button-primary\" href=\"").ok_or("a break without a way on")?;
            page = device.ask("next question", "GET", &link, Body::None).await?;
        }
    }
}

/// Mostly low answers, so that about one check-in in eight is raised, as in a school.
fn chosen(codes: &[i64], number: usize, asked: usize) -> Option<i64> {
    let troubled = number.is_multiple_of(8);
    let at = if troubled { (number / 8 + asked) % codes.len().max(1) } else { (number + asked) % 3 / 2 };
    codes.get(at).or(codes.first()).copied()
}

fn expect(answer: &Answer, place: &str) -> Result<(), String> {
    match &answer.location {
        Some(location) if location == place => Ok(()),
        other => Err(format!("{place} was expected, but the answer was {} to {other:?}", answer.status)),
    }
}
