//! Puts an SVG that the server drew into a page, without giving any page a way to write raw HTML.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;

/// The drawings of one answer. A page holds a mark for each; the mark carries this answer's random nonce, so no text
/// that somebody typed can be taken for one.
#[derive(Clone, Debug)]
pub struct Drawings {
    nonce: String,
    svgs: Arc<Mutex<Vec<String>>>,
}

impl Drawings {
    /// No drawings yet.
    pub fn new(nonce: &str) -> Self {
        Self { nonce: nonce.to_owned(), svgs: Arc::default() }
    }

    fn mark(&self, index: usize) -> String {
        format!("[drawing {index} {}]", self.nonce)
    }

    fn add(&self, svg: String) -> String {
        let mut svgs = self.svgs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        svgs.push(svg);
        self.mark(svgs.len() - 1)
    }

    /// The page with each mark replaced by its drawing.
    pub fn put_into(&self, mut html: String) -> String {
        let svgs = self.svgs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (index, svg) in svgs.iter().enumerate() {
            html = html.replacen(&self.mark(index), svg, 1);
        }
        html
    }
}

/// A drawing that the server made: `server::draw` writes it, nobody else's text is in it unescaped.
#[component]
pub fn Drawing(svg: String) -> impl IntoView {
    use_context::<Drawings>().map(|drawings| drawings.add(svg))
}

#[cfg(test)]
mod tests {
    use super::Drawings;

    #[test]
    fn a_drawing_lands_where_its_mark_is_and_typed_text_cannot_be_a_mark() {
        let drawings = Drawings::new("r4nd0m");
        let mark = drawings.add("<svg></svg>".to_owned());
        let page = drawings.put_into(format!("<p>[drawing 0 guess]</p>{mark}"));
        assert_eq!(page, "<p>[drawing 0 guess]</p><svg></svg>");
    }
}
