//! Recordings of questions and answers, read from a folder that a district fills (K-18):
//! `data_dir/audio/INSTRUMENT/VERSION/LANGUAGE/`, in it `ITEM.mp3` for a question, `ITEM.CODE.mp3` for one of its answers
//! and `option.CODE.mp3` for an answer that reads the same at every question. `ogg`, `opus` and `wav` will do too.

use std::collections::BTreeSet;
use std::path::PathBuf;

use questionnaires::form::{Form, FormItem};

use super::{Battery, Step};
use crate::ctx::Ctx;
use crate::policy::{Action, Place};
use crate::services::{Services, require};
use crate::store::administrations::Administration;
use crate::{Error, Result};

/// Kinds of files in the order in which they are looked for.
const KINDS: [(&str, &str); 4] =
    [("mp3", "audio/mpeg"), ("ogg", "audio/ogg"), ("opus", "audio/ogg"), ("wav", "audio/wav")];

/// Which recordings there are for a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The question itself.
    pub item: bool,
    /// Each of its answers, in their order.
    pub choices: Vec<bool>,
}

/// What is to be read aloud. It is the same for every child, whatever was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The question.
    Item,
    /// The answer at this place, from 0.
    Choice(usize),
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Recording {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What kind of sound it is, as browsers name it.
    pub kind: &'static str,
}

/// The folder of one instrument's recordings in one language.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    folder: PathBuf,
    names: BTreeSet<String>,
}

impl Shelf {
    /// What lies in the folder now; nothing where there is none.
    pub(super) fn of(services: &Services, administration: &Administration, form: &Form) -> Self {
        let folder = services
            .config
            .data_dir
            .join("audio")
            .join(&administration.instrument)
            .join(administration.version.to_string())
            .join(&form.language);
        // A list of a few dozen names on the server's own disk; mostly there is no such folder. Asking for it on another
        // thread costs more than the answer.
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        Self { folder, names }
    }

    pub(super) fn recorded(&self, item: &FormItem) -> Recorded {
        let choices = (0..item.choices.len()).map(|at| self.name(item, Part::Choice(at)).is_some());
        Recorded { item: self.name(item, Part::Item).is_some(), choices: choices.collect() }
    }

    /// The file of a part and its kind.
    fn name(&self, item: &FormItem, part: Part) -> Option<(String, &'static str)> {
        let stems = match part {
            Part::Item => vec![item.id.clone()],
            Part::Choice(at) => {
                let code = item.choices.get(at)?.code;
                vec![format!("{}.{code}", item.id), format!("option.{code}")]
            }
        };
        let files =
            stems.iter().flat_map(|stem| KINDS.map(|(ending, kind)| (format!("{stem}.{ending}"), kind)));
        files.into_iter().find(|(name, _)| self.names.contains(name))
    }
}

/// A recording of the signed-in child's question.
///
/// # Errors
/// [`Error::NotFound`] where there is none, and before the child has said yes.
pub async fn recording(services: &Services, ctx: &Ctx, number: usize, part: Part) -> Result<Recording> {
    require(ctx, Action::AnswerOwn, Place::Anywhere)?;
    let battery = Battery::of(services, ctx).await?;
    if !matches!(battery.step(), Step::Question(_) | Step::Review) {
        return Err(Error::NotFound);
    }
    let asked = number.checked_sub(1).and_then(|i| battery.asked().nth(i)).ok_or(Error::NotFound)?;
    let shelf = Shelf::of(services, battery.administration(asked.part)?, asked.form);
    let (name, kind) = shelf.name(asked.item, part).ok_or(Error::NotFound)?;
    // Gone or unreadable since a moment: the page works without it.
    let bytes = tokio::fs::read(shelf.folder.join(name)).await.map_err(|_| Error::NotFound)?;
    Ok(Recording { bytes, kind })
}

#[cfg(test)]
mod tests {
    use questionnaires::form::{FormChoice, FormItem};

    use super::{Part, Recorded, Shelf};

    fn item() -> FormItem {
        FormItem {
            id: "q1".to_owned(),
            text: "How was it?".to_owned(),
            lead_in: None,
            show_when: None,
            choices: [0, 2].map(|code| FormChoice { code, label: code.to_string() }).to_vec(),
        }
    }

    #[test]
    fn a_shared_option_is_read_where_an_item_has_none_of_its_own_k_18() {
        let names = ["q1.wav", "q1.ogg", "option.0.mp3", "option.2.mp3", "q1.2.wav", "q2.mp3"];
        let shelf = Shelf { names: names.map(str::to_owned).into(), ..Shelf::default() };
        let name = |part| shelf.name(&item(), part).map(|(name, _)| name);
        assert_eq!(name(Part::Item).as_deref(), Some("q1.ogg"));
        assert_eq!(name(Part::Choice(0)).as_deref(), Some("option.0.mp3"));
        assert_eq!(name(Part::Choice(1)).as_deref(), Some("q1.2.wav"));
        assert_eq!(name(Part::Choice(2)), None);
    }

    #[test]
    fn without_a_folder_nothing_is_offered() {
        assert_eq!(Shelf::default().recorded(&item()), Recorded { item: false, choices: vec![false, false] });
    }
}
