//! A child's whole check-in, in three ways: as the islands talk to the server, as they do after a time without a network,
//! and as plain pages, one item each.

use tests::device::{Answer, Body, Device};

/// Which way a check-in goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Way {
    /// The islands': pages up to the first question, every sheet in one go, then JSON, every answer on Next in a request
    /// of its own, as a critical one must be.
    Islands,
    /// The same of a device that had no network while the child answered: all answers in one request.
    Batched,
    /// Plain HTML, one page an item.
    Pages,
}

impl Way {
    /// As it stands in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Islands => "islands",
            Self::Batched => "batched",
            Self::Pages => "pages",
        }
    }
}

/// Takes one child from the door to the last page. How the child answers follows from its number alone.
///
/// # Errors
/// What went wrong, in one line; then the check-in is not complete.
pub async fn check_in(device: &mut Device, way: Way, code: &str, number: usize) -> Result<usize, String> {
    let token = door(device).await?;
    sign_in(device, &token, code).await?;
    from_assent(device, way, number).await
}

/// The page before the card; the token of its form.
///
/// # Errors
/// As [`check_in`].
pub async fn door(device: &mut Device) -> Result<String, String> {
    device.ask("door", "GET", "/", Body::None).await?.token()
}

/// The card.
///
/// # Errors
/// As [`check_in`].
pub async fn sign_in(device: &mut Device, token: &str, code: &str) -> Result<(), String> {
    let form = format!("token={token}&code={code}");
    expect(&device.ask("card", "POST", "/card", Body::Form(form)).await?, "/check-in")
}

/// Everything after the card.
///
/// # Errors
/// As [`check_in`].
pub async fn from_assent(device: &mut Device, way: Way, number: usize) -> Result<usize, String> {
    let assent = device.ask("assent page", "GET", "/check-in", Body::None).await?;
    let form = format!("token={}&assent=yes", assent.token()?);
    let said = device.ask("assent", "POST", "/check-in/assent", Body::Form(form)).await?;
    // An older build leads there by way of the page in between; it can be the base of a comparison.
    if said.location.as_deref() == Some("/check-in") {
        expect(&device.ask("way on", "GET", "/check-in", Body::None).await?, "/check-in/question/1")?;
    } else {
        expect(&said, "/check-in/question/1")?;
    }
    let first = device.ask("first question", "GET", "/check-in/question/1", Body::None).await?;
    let asked = match way {
        Way::Islands => by_islands(device, &first, number, 1).await?,
        Way::Batched => by_islands(device, &first, number, 100).await?,
        Way::Pages => by_pages(device, first, number).await?,
    };
    let last = device.ask("last page", "GET", "/check-in/done", Body::None).await?;
    if last.status.is_success() { Ok(asked) } else { Err(format!("the last page: {}", last.status)) }
}

async fn by_islands(
    device: &mut Device,
    first: &Answer,
    number: usize,
    at_once: usize,
) -> Result<usize, String> {
    let token = first.token()?;
    let page = device.ask("sheets", "GET", "/check-in/sheets", Body::None).await?;
    let text = std::str::from_utf8(&page.body).map_err(|error| format!("the sheets: {error}"))?;
    let client = uuid::Uuid::new_v4();
    let mut answers = Vec::new();
    // A question's form is the only one with a part.
    for (at, sheet) in text.split(" data-part=\"").skip(1).enumerate() {
        let sequence = at + 1;
        let value = |before: &str| Some(sheet.split_once(before)?.1.split_once('"')?.0);
        let codes: Vec<i64> = codes(sheet);
        let (part, _) = sheet.split_once('"').ok_or("a sheet without a part")?;
        let item = value("name=\"item\" value=\"").ok_or("a sheet without an item")?;
        let code = chosen(&codes, number, sequence).ok_or("an item without choices")?;
        answers.push(format!(
            "{{\"client\":\"{client}\",\"part\":{part},\"item\":\"{item}\",\"sequence\":{sequence},\
             \"answer\":{{\"code\":{code}}},\"seconds\":3,\"language\":\"en\",\"ago\":0}}"
        ));
    }
    for batch in answers.chunks(at_once) {
        let body = format!("{{\"answers\":[{}]}}", batch.join(","));
        let saved = device.ask("answer", "POST", "/check-in/answers", Body::Json(&token, body)).await?;
        if !saved.status.is_success() {
            return Err(format!("an answer: {}", saved.status));
        }
    }
    let body = format!("{{\"key\":\"{}\"}}", uuid::Uuid::new_v4());
    let done = device.ask("hand in", "POST", "/check-in/hand-in", Body::Json(&token, body)).await?;
    if done.status.is_success() { Ok(answers.len()) } else { Err(format!("handing in: {}", done.status)) }
}

/// The codes of a question's answers.
fn codes(text: &str) -> Vec<i64> {
    let found = text.split("name=\"answer\" value=\"").skip(1);
    found.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
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
        let code = chosen(&codes(&text), number, asked).ok_or("a question without choices")?;
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
