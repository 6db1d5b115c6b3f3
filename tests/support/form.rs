//! A form as a browser would send it.

use scraper::{ElementRef, Html};
use url::Url;

use crate::page::{selector, squeeze};

/// Fields with what the page put in them, to be changed and sent with [`crate::Visitor::submit`].
#[derive(Debug, Clone)]
pub struct Form {
    pub(crate) action: Url,
    pub(crate) method: String,
    fields: Vec<Field>,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    value: String,
    kind: Kind,
    /// What a person reads on it: the label of a choice, the words on a button.
    label: String,
    /// Whether it is sent.
    on: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Free,
    Hidden,
    Radio,
    Checkbox,
    /// An option of a select.
    Choice,
    Button,
}

impl Form {
    pub(crate) fn parse(html: &Html, form: ElementRef<'_>, page: &Url) -> Self {
        let action = page.join(form.attr("action").unwrap_or("")).unwrap();
        let method = form.attr("method").unwrap_or("get").to_uppercase();
        let id = form.attr("id");
        // Controls may stand outside the form and name it.
        let (naming, control) = (selector("[form]"), selector("input, select, textarea, button"));
        let outside = html.select(&naming).filter(|control| id.is_some() && control.attr("form") == id);
        let fields =
            form.select(&control).chain(outside).filter(|control| control.attr("disabled").is_none());
        let fields = fields.flat_map(|control| read(html, control)).collect();
        Self { action, method, fields }
    }

    /// Fills in a field, or chooses by value. A failed test when the page offers no such field or choice.
    #[track_caller]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        let kinds: Vec<Kind> =
            self.fields.iter().filter(|field| field.name == name).map(|field| field.kind).collect();
        let Some(&kind) = kinds.first() else { panic!("the form has no {name}; it has {:?}", self.names()) };
        match kind {
            Kind::Free | Kind::Hidden => {
                let field = self.fields.iter_mut().find(|field| field.name == name).unwrap();
                (field.value, field.on) = (value.into(), true);
            }
            Kind::Radio | Kind::Choice => {
                let known = self.fields.iter().any(|field| field.name == name && field.value == value);
                assert!(known, "{name} offers no {value:?}; it offers {:?}", self.choices(name));
                for field in self.fields.iter_mut().filter(|field| field.name == name) {
                    field.on = field.value == value;
                }
            }
            Kind::Checkbox => {
                let field = self.fields.iter_mut().find(|field| field.name == name && field.value == value);
                field.unwrap_or_else(|| panic!("{name} has no box {value:?}")).on = true;
            }
            Kind::Button => return self.press(name, value),
        }
        self
    }

    /// Chooses by what a person reads: the label of a radio button, box or option.
    #[track_caller]
    pub fn choose(self, label: &str) -> Self {
        let fits = |field: &&Field| field.label == label && field.kind != Kind::Button;
        let found = self.fields.iter().find(fits).map(|field| (field.name.clone(), field.value.clone()));
        let labels: Vec<&str> = self.fields.iter().map(|field| field.label.as_str()).collect();
        let (name, value) =
            found.unwrap_or_else(|| panic!("nothing is labelled {label:?}; there are {labels:?}"));
        self.set(&name, &value)
    }

    /// Unticks a box.
    pub fn untick(mut self, name: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.on = false;
        }
        self
    }

    /// Sends it with a named button; without this call it goes as by the Enter key, with the first button.
    #[track_caller]
    pub fn press(mut self, name: &str, value: &str) -> Self {
        let found = self.fields.iter().any(|f| f.kind == Kind::Button && f.name == name && f.value == value);
        assert!(found, "the form has no button {name}={value}; it has {:?}", self.buttons());
        for field in self.fields.iter_mut().filter(|field| field.kind == Kind::Button) {
            field.on = field.name == name && field.value == value;
        }
        self
    }

    /// Sends it with the button that a person reads as `label`.
    #[track_caller]
    pub fn press_label(mut self, label: &str) -> Self {
        let found = self.fields.iter().any(|field| field.kind == Kind::Button && field.label == label);
        assert!(found, "the form has no button {label:?}; it has {:?}", self.buttons());
        for field in self.fields.iter_mut().filter(|field| field.kind == Kind::Button) {
            field.on = field.label == label;
        }
        self
    }

    /// Puts in what the page does not offer, for tests of a tampered form.
    pub fn tamper(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|field| field.name != name);
        let (name, value) = (name.into(), value.into());
        self.fields.push(Field { name, value, kind: Kind::Hidden, label: String::new(), on: true });
        self
    }

    /// Leaves a field out altogether.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|field| field.name != name);
        self
    }

    /// What a field holds now.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name && field.on).map(|field| field.value.as_str())
    }

    /// The values that a set of radio buttons, boxes or options offers.
    pub fn choices(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|field| field.name == name).map(|field| field.value.as_str()).collect()
    }

    /// The names of all fields, each once.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for field in &self.fields {
            if !names.contains(&field.name.as_str()) {
                names.push(&field.name);
            }
        }
        names
    }

    fn buttons(&self) -> Vec<String> {
        let buttons = self.fields.iter().filter(|field| field.kind == Kind::Button);
        buttons.map(|field| format!("{}={} ({})", field.name, field.value, field.label)).collect()
    }

    pub(crate) fn filled(&self) -> Vec<(&str, &str)> {
        let pressed = self.fields.iter().any(|field| field.kind == Kind::Button && field.on);
        let first = self.fields.iter().position(|field| field.kind == Kind::Button);
        let sent =
            self.fields.iter().enumerate().filter(|(at, field)| {
                !field.name.is_empty() && (field.on || (!pressed && Some(*at) == first))
            });
        sent.map(|(_, field)| (field.name.as_str(), field.value.as_str())).collect()
    }
}

fn read(html: &Html, control: ElementRef<'_>) -> Vec<Field> {
    let attribute = |name: &str| control.attr(name).unwrap_or_default().to_owned();
    let text = |element: ElementRef<'_>| squeeze(&element.text().collect::<String>());
    let name = attribute("name");
    let field = |kind, value: String, label, on| Field { name: name.clone(), value, kind, label, on };
    match control.value().name() {
        "select" => {
            let options: Vec<ElementRef<'_>> = control.select(&selector("option")).collect();
            let chosen = options.iter().position(|option| option.attr("selected").is_some()).unwrap_or(0);
            let choice = |(at, option): (usize, &ElementRef<'_>)| {
                let value = option.attr("value").map_or_else(|| text(*option), str::to_owned);
                field(Kind::Choice, value, text(*option), at == chosen)
            };
            options.iter().enumerate().map(choice).collect()
        }
        "textarea" => vec![field(Kind::Free, control.text().collect(), label(html, control), true)],
        "button" if matches!(control.attr("type"), Some("button" | "reset")) => vec![],
        "button" => vec![field(Kind::Button, attribute("value"), text(control), false)],
        _ => {
            let (kind, on) = match attribute("type").as_str() {
                "submit" => return vec![field(Kind::Button, attribute("value"), attribute("value"), false)],
                "button" | "reset" | "image" | "file" => return vec![],
                "radio" => (Kind::Radio, control.attr("checked").is_some()),
                "checkbox" => (Kind::Checkbox, control.attr("checked").is_some()),
                "hidden" => (Kind::Hidden, true),
                _ => (Kind::Free, true),
            };
            let unnamed = if matches!(kind, Kind::Radio | Kind::Checkbox) { "on" } else { "" };
            let value = control.attr("value").unwrap_or(unnamed).to_owned();
            vec![field(kind, value, label(html, control), on)]
        }
    }
}

fn label(html: &Html, control: ElementRef<'_>) -> String {
    let by_id = control
        .attr("id")
        .and_then(|id| html.select(&selector("label[for]")).find(|label| label.attr("for") == Some(id)));
    let around =
        || control.ancestors().filter_map(ElementRef::wrap).find(|parent| parent.value().name() == "label");
    let found = by_id.or_else(around).map(|label| squeeze(&label.text().collect::<String>()));
    found.or_else(|| control.attr("aria-label").map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::Page;
    use url::Url;

    const HTML: &str = r#"<form method="post" action="/items/3"><input type="hidden" name="csrf" value="x">
        <label><input type="radio" name="answer" value="0"> Not at all </label>
        <input type="radio" name="answer" id="b" value="1" checked><label for="b">Several days</label>
        <select name="mood"><option value="a">A</option><option selected>B</option></select>
        <textarea name="note">kept</textarea><input type="checkbox" name="late">
        <input name="off" disabled value="no"><button type="button" name="never">x</button>
        <button name="go" value="next">Next</button><button name="go" value="skip">Skip</button></form>"#;

    fn form() -> crate::Form {
        let url = Url::parse("http://127.0.0.1:3000/items/2").unwrap();
        Page { status: 200, url, headers: vec![], bytes: HTML.into() }.form("form")
    }

    #[test]
    fn a_form_goes_as_the_page_showed_it() {
        let form = form();
        assert_eq!((form.action.path(), form.method.as_str()), ("/items/3", "POST"));
        let sent = [("csrf", "x"), ("answer", "1"), ("mood", "B"), ("note", "kept"), ("go", "next")];
        assert_eq!(form.filled(), sent);
    }

    #[test]
    fn what_a_person_fills_in_goes_instead() {
        let form = form()
            .choose("Not at all")
            .set("mood", "a")
            .set("note", "")
            .set("late", "on")
            .press("go", "skip");
        let sent =
            [("csrf", "x"), ("answer", "0"), ("mood", "a"), ("note", ""), ("late", "on"), ("go", "skip")];
        assert_eq!(form.filled(), sent);
    }

    #[test]
    #[should_panic(expected = "answer offers no \"7\"")]
    fn what_the_page_does_not_offer_cannot_be_chosen() {
        form().set("answer", "7");
    }

    #[test]
    fn but_it_can_be_forged() {
        let form = form().tamper("answer", "7").without("csrf");
        assert!(form.filled().contains(&("answer", "7")) && form.value("csrf").is_none());
    }
}
