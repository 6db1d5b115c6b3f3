//! Which fonts there are: the one that comes with Firstlight, then the machine's for the letters it lacks.

use parley::fontique::{Blob, Collection, CollectionOptions, FontInfoOverride, SourceCache};
use parley::{FontContext, FontWeight};
use std::path::Path;
use std::sync::Arc;
use usvg::fontdb;

/// Atkinson Hyperlegible Next, Latin and Latin Extended, cut to two weights from the project's variable font. OFL 1.1.
const REGULAR: &[u8] = include_bytes!("fonts/atkinson-regular.ttf");
const BOLD: &[u8] = include_bytes!("fonts/atkinson-bold.ttf");

/// The family that text is set in.
pub(super) const FAMILY: &str = "Atkinson Hyperlegible Next";

/// Families that are asked first for letters that [`FAMILY`] lacks, the best first; then any other of the folder.
const PREFERRED: &[&str] = &[
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Noto Sans Arabic",
    "Noto Naskh Arabic",
    "DejaVu Sans",
];

/// The fonts, for text ([`parley`]) and for figures ([`fontdb`]).
#[derive(Clone)]
pub(super) struct Fonts {
    pub(super) context: FontContext,
    /// The families, in the order in which they are asked for a letter.
    pub(super) families: Vec<String>,
    pub(super) figures: Arc<fontdb::Database>,
}

impl std::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fonts").field("families", &self.families).finish_non_exhaustive()
    }
}

impl Fonts {
    /// The font that comes with Firstlight and those of `folder`; a folder that is not there adds none.
    pub(super) fn load(folder: &Path) -> Self {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        if folder.is_dir() {
            collection.load_fonts_from_paths([folder]);
        }
        let mut found: Vec<String> =
            collection.family_names().filter(|name| !name.contains("Emoji")).map(str::to_owned).collect();
        found.sort();
        let liked = |name: &String| PREFERRED.iter().position(|family| family == name);
        found.sort_by_key(|name| liked(name).unwrap_or(PREFERRED.len()));
        for (data, weight) in [(REGULAR, 400.0), (BOLD, 700.0)] {
            let weight = Some(FontWeight::new(weight));
            let info = FontInfoOverride { family_name: Some(FAMILY), weight, ..FontInfoOverride::default() };
            collection.register_fonts(Blob::new(Arc::new(data)), Some(info));
        }
        let mut figures = fontdb::Database::new();
        figures.load_font_data(REGULAR.to_vec());
        figures.load_font_data(BOLD.to_vec());
        figures.load_fonts_dir(folder);
        figures.set_sans_serif_family(FAMILY);
        Self {
            context: FontContext { collection, source_cache: SourceCache::default() },
            families: std::iter::once(FAMILY.to_owned()).chain(found).collect(),
            figures: Arc::new(figures),
        }
    }
}
