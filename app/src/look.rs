//! How a child wants its pages to look, and in which language: kept in a cookie for the sign-in only (K-24).

use leptos::prelude::use_context;

use crate::i18n::{Language, Words};

/// The choices of the "Aa" panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The language of the interface, and of the questions where they are worded in it.
    pub language: Language,
    /// How much larger letters are: 0, 1 or 2 steps.
    pub size: u8,
    /// More space between letters, words and lines together (SC 1.4.12).
    pub spaced: bool,
    /// Stronger contrast.
    pub contrast: bool,
    /// The device's own letters.
    pub plain: bool,
}

/// The look and the path of the page being rendered.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// How it looks.
    pub look: Look,
    /// Where it is, to come back to.
    pub path: String,
    /// Whether it is a child's.
    pub child: bool,
}

impl Here {
    /// The sheet of drawings for the page being rendered: a child's holds only what a child's pages show.
    pub fn drawings() -> &'static str {
        if use_context::<Self>().is_some_and(|here| here.child) { "student.svg" } else { "icons.svg" }
    }
}

/// The words of the page being rendered.
pub fn words() -> &'static Words {
    use_context::<Here>().unwrap_or_default().look.language.words()
}

impl Look {
    /// Reads the cookie's text; anything strange is no choice at all.
    pub fn of_cookie(text: &str) -> Option<Self> {
        let (tag, choices) = text.split_once('.')?;
        let [size, spaced, contrast, plain] = choices.as_bytes() else { return None };
        let yes = |byte: &u8| *byte == b'1';
        Some(Self {
            language: Language::of_tag(tag)?,
            size: size.checked_sub(b'0').filter(|size| *size <= 2)?,
            spaced: yes(spaced),
            contrast: yes(contrast),
            plain: yes(plain),
        })
    }

    /// The cookie's text.
    pub fn to_cookie(self) -> String {
        let Self { language, size, spaced, contrast, plain } = self;
        format!("{}.{size}{}{}{}", language.tag(), u8::from(spaced), u8::from(contrast), u8::from(plain))
    }

    /// The classes that it puts on `<body>`.
    pub fn classes(self) -> String {
        let mut classes = String::new();
        let choices = [
            (self.size == 1, " look-large"),
            (self.size == 2, " look-largest"),
            (self.spaced, " look-spaced"),
            (self.contrast, " look-contrast"),
            (self.plain, " look-plain"),
        ];
        for (chosen, class) in choices {
            if chosen {
                classes.push_str(class);
            }
        }
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::Look;
    use crate::i18n::Language;

    #[test]
    fn a_look_is_remembered_as_it_was_chosen_and_nothing_strange_is_k_24() {
        for language in Language::ALL {
            let look = Look { language, size: 2, spaced: true, contrast: false, plain: true };
            assert_eq!(Look::of_cookie(&look.to_cookie()), Some(look));
        }
        for strange in ["", "en", "en.", "xx.0000", "en.3000", "en.00000", "en.\u{0}000"] {
            assert_eq!(Look::of_cookie(strange), None, "{strange:?}");
        }
    }
}
