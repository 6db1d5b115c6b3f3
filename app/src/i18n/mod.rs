//! The words of the child's pages in each interface language.
//!
//! A typed table of our own rather than leptos_i18n: the pages are rendered on the server in one go and the islands get
//! their few words as properties, so a library would bring a context, a build step and wasm for nothing. A key without
//! a translation does not compile. Instrument wording never lives here, and assent and finish live in the clinical
//! settings.

mod words;

pub use words::Words;

/// An interface language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    ZhCn,
    /// Spanish.
    Es,
    /// Arabic: written from right to left.
    Ar,
}

impl Language {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::En, Self::ZhCn, Self::Es, Self::Ar];

    /// The tag that HTML and stored answers carry.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhCn => "zh-CN",
            Self::Es => "es",
            Self::Ar => "ar",
        }
    }

    /// The language's own name, as its readers look for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::ZhCn => "简体中文",
            Self::Es => "Español",
            Self::Ar => "العربية",
        }
    }

    /// `ltr` or `rtl`.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            _ => "ltr",
        }
    }

    /// The language of a tag.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first language that a browser asks for and that we have; English otherwise.
    pub fn accepted(header: &str) -> Self {
        let wanted = header.split(',').filter_map(|part| part.split(';').next()).map(str::trim);
        let known = wanted.filter_map(|tag| {
            let first = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
            Self::ALL.into_iter().find(|language| language.tag().split('-').next() == Some(first.as_str()))
        });
        known.into_iter().next().unwrap_or_default()
    }

    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::En => &words::EN,
            Self::ZhCn => &words::ZH_CN,
            Self::Es => &words::ES,
            Self::Ar => &words::AR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_browsers_wish_is_met_as_far_as_we_can() {
        assert_eq!(Language::accepted("es-MX,es;q=0.9,en;q=0.8"), Language::Es);
        assert_eq!(Language::accepted("tlh, zh-TW;q=0.5"), Language::ZhCn);
        assert_eq!(Language::accepted(""), Language::En);
        assert_eq!(Language::accepted("AR"), Language::Ar);
    }

    #[test]
    fn a_language_is_found_by_its_tag() {
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
        assert_eq!(Language::of_tag("xx"), None);
    }
}
