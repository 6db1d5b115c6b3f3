//! A page as a person without JavaScript sees it.

use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::Form;

/// What came back, after redirections.
#[derive(Debug, Clone)]
pub struct Page {
    /// The HTTP status.
    pub status: u16,
    /// Where redirections led.
    pub url: Url,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The body as text.
    pub fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The text of each page of a PDF, without spaces: where a line breaks is the printer's affair.
    pub fn pdf(&self) -> Vec<String> {
        assert_eq!(self.header("content-type"), Some("application/pdf"), "{}", self.url);
        let pages = pdf_extract::extract_text_from_mem_by_pages(&self.bytes).unwrap();
        pages.iter().map(|page| page.split_whitespace().collect()).collect()
    }

    /// A header, the first of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The path it ended at, without the query.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// Itself, or a failed test that shows what came instead.
    #[track_caller]
    pub fn ok(self) -> Self {
        self.is(200)
    }

    /// Itself if it has this status, or a failed test that shows what came instead.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} says:\n{}", self.url, self.readable());
        self
    }

    /// Everything a reader reads, without markup.
    pub fn readable(&self) -> String {
        let html = Html::parse_document(&self.body());
        let Some(body) = html.select(&selector("body")).next() else { return self.body() };
        let skipped = ["script", "style", "template"];
        let text = body.descendants().filter_map(|node| {
            let inside =
                node.parent().and_then(|parent| parent.value().as_element().map(|e| e.name().to_owned()));
            node.value().as_text().filter(|_| !inside.is_some_and(|name| skipped.contains(&name.as_str())))
        });
        squeeze(&text.map(|text| &**text).collect::<Vec<&str>>().join(" "))
    }

    /// Whether a reader finds these words.
    pub fn says(&self, words: &str) -> bool {
        self.readable().contains(words)
    }

    /// Whether an element is there.
    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.body()).select(&selector(css)).next().is_some()
    }

    /// The text of each element.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body());
        html.select(&selector(css))
            .map(|element| squeeze(&element.text().collect::<Vec<_>>().join(" ")))
            .collect()
    }

    /// The text of the first such element, or a failed test.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        self.texts(css)
            .into_iter()
            .next()
            .unwrap_or_else(|| panic!("no {css} on {}:\n{}", self.url, self.readable()))
    }

    /// One attribute of each element that has it.
    pub fn attributes(&self, css: &str, name: &str) -> Vec<String> {
        let html = Html::parse_document(&self.body());
        html.select(&selector(css)).filter_map(|element| element.attr(name).map(str::to_owned)).collect()
    }

    /// Where the link with this text (or with it as its label) leads.
    #[track_caller]
    pub fn link(&self, text: &str) -> Url {
        let html = Html::parse_document(&self.body());
        let named = |element: &ElementRef<'_>| {
            squeeze(&element.text().collect::<String>()) == text || element.attr("aria-label") == Some(text)
        };
        let href = html.select(&selector("a[href]")).find(named).and_then(|element| element.attr("href"));
        let href = href.unwrap_or_else(|| panic!("no link {text:?} on {}:\n{}", self.url, self.readable()));
        self.url.join(href).unwrap()
    }

    /// The first form that fits, to be filled in, or a failed test.
    #[track_caller]
    pub fn form(&self, css: &str) -> Form {
        let html = Html::parse_document(&self.body());
        let form = html.select(&selector(css)).next();
        let form = form.unwrap_or_else(|| panic!("no {css} on {}:\n{}", self.url, self.readable()));
        Form::parse(&html, form, &self.url)
    }
}

/// Runs of whitespace as one space.
pub(crate) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|_| panic!("{css:?} is no CSS selector"))
}
