//! A strict little reader of XML, enough to say whether a drawing is well formed and to look into it.

/// One element as it stands in the text.
#[derive(Clone, Debug)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// Text directly inside.
    pub text: String,
    /// Attributes that it inherits from the groups around it, innermost last.
    pub depth: usize,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
    pub fn number(&self, name: &str) -> f64 {
        self.get(name)
            .and_then(|v| v.parse().ok())
            .unwrap_or_else(|| panic!("{} has no number {name}", self.name))
    }
}

/// Reads a document; panics where it is not well formed.
pub fn read(document: &str) -> Vec<Element> {
    let mut out: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = document.trim();
    let mut roots = 0;
    while !rest.is_empty() {
        if let Some(closing) = rest.strip_prefix("</") {
            let (name, after) = closing.split_once('>').expect("a closing tag ends");
            let index = open.pop().expect("something is open");
            assert_eq!(out[index].name, name, "closed in order");
            rest = after;
        } else if let Some(tag) = rest.strip_prefix('<') {
            roots += usize::from(open.is_empty());
            let (mut element, after, closed) = opening(tag);
            element.depth = open.len();
            out.push(element);
            if !closed {
                open.push(out.len() - 1);
            }
            rest = after;
        } else {
            let (text, after) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            let text = unescaped(text);
            match open.last() {
                Some(index) => out[*index].text.push_str(&text),
                None => assert!(text.trim().is_empty(), "text outside the root"),
            }
            rest = after;
        }
    }
    assert!(open.is_empty(), "everything is closed");
    assert_eq!(roots, 1, "one root");
    out
}

fn opening(tag: &str) -> (Element, &str, bool) {
    let end = tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/').expect("a tag has a name's end");
    let (name, mut rest) = tag.split_at(end);
    assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return (
                Element { name: name.to_owned(), attributes, text: String::new(), depth: 0 },
                after,
                true,
            );
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (
                Element { name: name.to_owned(), attributes, text: String::new(), depth: 0 },
                after,
                false,
            );
        }
        let (attribute, after) = rest.split_once("=\"").expect("an attribute has a quoted value");
        assert!(attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{attribute}");
        assert!(!attributes.iter().any(|(n, _)| n == attribute), "{attribute} twice");
        let (value, after) = after.split_once('"').expect("the quote ends");
        assert!(!value.contains('<'), "no < in a value");
        attributes.push((attribute.to_owned(), unescaped(value)));
        rest = after;
    }
}

fn unescaped(text: &str) -> String {
    for (at, _) in text.match_indices('&') {
        let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&apos;"];
        assert!(known.iter().any(|k| text[at..].starts_with(k)), "a bare & in {text}");
    }
    let mut out = text.to_owned();
    for (entity, plain) in
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&apos;", "'"), ("&amp;", "&")]
    {
        out = out.replace(entity, plain);
    }
    out
}
