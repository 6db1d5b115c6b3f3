//! From people to a ZIP file: long table, wide tables with their SPSS syntax, manifest.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use jiff::tz::TimeZone;
use questionnaires::instrument::Instrument;
use questionnaires::response::Answers;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::gather::{People, Told};
use super::{Export, FEWEST, Services};
use crate::config::{hex, mac};
use crate::model::{AdministrationId, Day, WindowId};
use crate::research::files::{
    Asked, Form, Listed, MISSING, Manifest, Protection, Record, Scale, TERMS, long_head, long_rows, syntax,
    wide_head, wide_name, wide_row,
};
use crate::store::{Conn, places, research as stored};
use crate::{Error, Result};

/// Forms that are read at once.
const AT_ONCE: usize = 256;

/// What was made.
pub(super) struct Made {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Of every table.
    pub digest: Vec<u8>,
}

/// Ids of one export: they begin with its mark, and nobody without the key can tell whose they are.
struct Ids<'a> {
    key: &'a [u8; 32],
    mark: String,
}

impl Ids<'_> {
    fn of(&self, what: &str, id: &uuid::Uuid) -> String {
        let code = mac(self.key, &[what.as_bytes(), id.as_bytes()].concat());
        format!("{}-{}", self.mark, hex(&code[..7]))
    }
}

/// Writes every file. Tables are read again for each file, so that memory holds no more than the packed result.
pub(super) async fn files(
    services: &Services,
    conn: &mut Conn,
    export: &Export,
    windows: &[(WindowId, String, Day)],
    people: People,
    key: &[u8; 32],
) -> Result<Made> {
    let ids = Ids { key, mark: hex(&mac(key, b"mark")[..3]).to_uppercase() };
    let People { mut told, left_out, forms, languages } = people;
    // In the order of ids that mean nothing, so that neighbours are no classmates.
    let mut order: Vec<(String, Told)> = told.drain(..).map(|t| (ids.of("student", &t.child.0), t)).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0));
    let months: Vec<String> =
        windows.iter().map(|(.., day)| day.to_string().chars().take(7).collect()).collect();
    let form = |at: u16| {
        let asked = forms.get(usize::from(at))?;
        let window = windows.get(asked.window).map(|(_, name, _)| name.as_str())?;
        Some(Form { window, month: months.get(asked.window)?, instrument: asked.instrument })
    };
    let limits = services.config.clinical.quality.limits();
    let mut instruments: Vec<&'static Instrument> = Vec::new();
    for asked in &forms {
        if !instruments.iter().any(|known| wide_name(known) == wide_name(asked.instrument)) {
            instruments.push(asked.instrument);
        }
    }
    let mut zip = Zip::new();
    // The long table first, then a wide one for each instrument.
    for wide in std::iter::once(None).chain(instruments.iter().map(|i| Some(*i))) {
        let (name, head) = match wide {
            None => ("long.csv".to_owned(), long_head()),
            Some(instrument) => (format!("{}.csv", wide_name(instrument)), wide_head(instrument)),
        };
        zip.table(&name, &head)?;
        let fits =
            |at: u16| form(at).is_some_and(|f| wide.is_none_or(|w| wide_name(w) == wide_name(f.instrument)));
        let all =
            order.iter().flat_map(|(person, t)| t.forms.iter().map(move |(at, id)| (person, t, *at, *id)));
        let wanted: Vec<_> = all.filter(|(_, _, at, _)| fits(*at)).collect();
        for some in wanted.chunks(AT_ONCE) {
            let forms: Vec<AdministrationId> = some.iter().map(|(.., id)| *id).collect();
            let mut contents = Contents::read(conn, &forms).await?;
            for (person, t, at, id) in some {
                let (Some(form), Some(filled)) = (form(*at), contents.filled.remove(id)) else { continue };
                let seconds = filled.started_at.zip(filled.submitted_at);
                let language = t.told.language.and_then(|n| languages.get(usize::from(n)));
                let record = Record {
                    person,
                    response: ids.of("response", &id.0),
                    told: t.told,
                    language_told: language.map(String::as_str),
                    asked_in: &filled.language,
                    seconds: seconds.map(|(from, to)| to.seconds_since(from) as f64),
                    answers: contents.answers.remove(id).unwrap_or_default(),
                    scales: contents.scales.remove(id).unwrap_or_default(),
                };
                match wide {
                    None => zip.rows(&long_rows(&form, &record), form.instrument.items.len())?,
                    Some(_) => zip.rows(&wide_row(&form, &record, &limits), 1)?,
                }
            }
        }
        zip.end();
    }
    let digest = zip.digest();
    for instrument in &instruments {
        zip.text(&format!("{}.sps", wide_name(instrument)), &syntax(instrument))?;
    }
    let asked = (0..forms.len()).filter_map(|at| form(u16::try_from(at).ok()?)).map(|form| Asked {
        window: form.window.to_owned(),
        month: form.month.to_owned(),
        instrument: form.instrument.id.clone(),
        version: form.instrument.version,
        title: form.instrument.title.clone(),
        citation: form.instrument.citation.clone(),
        copyright: form.instrument.copyright.clone(),
        licence: form.instrument.licence.terms.clone(),
    });
    let day = |at: crate::model::Instant| at.day_in(&TimeZone::UTC).to_string();
    let manifest = Manifest {
        mark: ids.mark.clone(),
        district: places::district_name(conn, export.district_id).await?.unwrap_or_default(),
        recipient: export.recipient.clone(),
        purpose: export.purpose.clone(),
        basis: export.basis.clone(),
        asked_by: export.asked_by_name.clone(),
        asked_on: day(export.asked_at),
        approved_by: export.decided_by_name.clone().unwrap_or_default(),
        approved_on: export.decided_at.map(day).unwrap_or_default(),
        program: format!("Firstlight {}", env!("CARGO_PKG_VERSION")),
        protection: Protection {
            fewest_alike: FEWEST,
            fewest_bands: 2,
            told: ["grade", "sex", "school_size", "student_language"],
            students: order.len() as u64,
            left_out: match left_out {
                0 => "nobody".to_owned(),
                // Enough by construction, and rounded like every count that leaves.
                n => format!("about {}", (n + 2) / 5 * 5),
            },
            dates: "the month in which a window opened",
        },
        missing_codes: MISSING,
        instruments: asked.collect(),
        files: zip.listed.clone(),
        terms: TERMS,
    };
    let manifest = serde_json::to_string_pretty(&manifest).map_err(|e| Error::Conflict(e.to_string()))?;
    zip.text("manifest.json", &manifest)?;
    Ok(Made { name: format!("research-{}.zip", ids.mark.to_lowercase()), bytes: zip.finish()?, digest })
}

/// What was filled in, by form.
struct Contents {
    filled: BTreeMap<AdministrationId, stored::Filled>,
    answers: BTreeMap<AdministrationId, Answers>,
    scales: BTreeMap<AdministrationId, Vec<Scale>>,
}

impl Contents {
    async fn read(conn: &mut Conn, forms: &[AdministrationId]) -> Result<Self> {
        let (filled, answered, scored) = stored::contents(conn, forms).await?;
        let mut answers: BTreeMap<AdministrationId, Answers> = BTreeMap::new();
        for row in answered {
            let answer = row.answer();
            answers.entry(row.administration_id).or_default().set(row.item, answer);
        }
        let mut scales: BTreeMap<AdministrationId, Vec<Scale>> = BTreeMap::new();
        for row in scored {
            let scale = Scale { scale: row.scale, value: row.value, band: row.band };
            scales.entry(row.form).or_default().push(scale);
        }
        Ok(Self { filled: filled.into_iter().map(|f| (f.form, f)).collect(), answers, scales })
    }
}

/// A ZIP file that grows in memory, packed.
struct Zip {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    listed: Vec<Listed>,
    rows: u64,
    name: String,
    sum: Sha256,
    all: Sha256,
}

fn broken(error: impl std::fmt::Display) -> Error {
    tracing::error!(%error, "an export could not be packed");
    Error::Conflict("The files could not be packed. Try again, or ask for fewer windows.".to_owned())
}

impl Zip {
    fn new() -> Self {
        let zip = ZipWriter::new(Cursor::new(Vec::new()));
        let name = String::new();
        Self { zip, listed: Vec::new(), rows: 0, name, sum: Sha256::new(), all: Sha256::new() }
    }

    /// A table with its head, behind the mark by which spreadsheets know UTF-8.
    fn table(&mut self, name: &str, head: &str) -> Result<()> {
        // The same export is the same file, so the hour at which it was packed is not in it.
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        self.zip.start_file(name, options).map_err(broken)?;
        (self.name, self.rows, self.sum) = (name.to_owned(), 0, Sha256::new());
        self.put(&format!("\u{feff}{head}"))
    }

    fn rows(&mut self, text: &str, rows: usize) -> Result<()> {
        self.rows += rows as u64;
        self.put(text)
    }

    fn put(&mut self, text: &str) -> Result<()> {
        self.sum.update(text.as_bytes());
        self.zip.write_all(text.as_bytes()).map_err(broken)
    }

    fn end(&mut self) {
        let sum = std::mem::take(&mut self.sum).finalize();
        self.all.update(sum);
        self.listed.push(Listed { name: std::mem::take(&mut self.name), rows: self.rows, sha256: hex(&sum) });
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        let options = SimpleFileOptions::default().last_modified_time(zip::DateTime::default());
        self.zip.start_file(name, options).map_err(broken)?;
        self.zip.write_all(text.as_bytes()).map_err(broken)
    }

    fn digest(&self) -> Vec<u8> {
        self.all.clone().finalize().to_vec()
    }

    fn finish(self) -> Result<Vec<u8>> {
        Ok(self.zip.finish().map_err(broken)?.into_inner())
    }
}
