//! From a window to its release: count school by school, add up, protect, draw.

use questionnaires::validity::Limits;

use super::adding::Adding;
use super::facts::{SchoolFacts, Tally};
use super::quality::{Forms, Judged};
use super::view::{Release, View};
use super::waiting::Waits;
use super::{CHARTS, counselors, facts_of, participation, schools};
use crate::draw::{DrawError, Figure};
use crate::model::{Instant, WindowId};
use crate::store::{Conn, StoreError};
use crate::suppression::{
    AuditFailure, Cell, Policy, Published, PublishedCell, Rounding, TableError, Tables, protect, verify,
};

/// Why a release cannot be built. Nothing is published then.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// The counts could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The counts do not add up.
    #[error("the counts do not add up: {0}")]
    Tables(#[from] TableError),
    /// A hidden cell could still be computed.
    #[error("the release failed its audit and was not published: {0}")]
    Audit(#[from] AuditFailure),
    /// A figure could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

/// What a release is made of.
#[derive(Debug)]
pub struct Computed {
    /// Name and figure, in the order of the page.
    pub figures: Vec<(String, Figure)>,
    /// What may be stored of the counts.
    pub published: Published,
    /// How many children gave valid answers: for the rule that a release needs enough of them, never for output.
    pub respondents: u64,
}

/// Is told what is being done.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// What is wanted of a window.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// The window.
    pub window: WindowId,
    /// Its name.
    pub name: &'a str,
    /// Where the numbers come from, as figures say it.
    pub source: &'a str,
    /// The name of the last window that was released, and its release.
    pub earlier: Option<&'a (String, Published)>,
    /// When a form is marked.
    pub limits: Limits,
    /// Now: what is overdue.
    pub now: Instant,
}

/// Forms of each instrument that its quality is judged by, over all schools.
const FORMS: usize = 5000;
/// Most of them from one school.
const FORMS_OF_A_SCHOOL: usize = 1000;

/// Everything that was counted.
#[derive(Debug)]
pub(super) struct Counted {
    /// In the order of [`CHARTS`].
    pub tallies: Vec<Tally>,
    pub schools: Vec<(String, String)>,
    pub waits: Waits,
    pub quality: Vec<Judged>,
    pub counselors: u64,
}

impl Counted {
    /// Counts of schools that were read.
    pub fn of(schools: Vec<(String, String)>) -> Counting {
        let tallies = CHARTS.iter().map(|_| Tally::default()).collect();
        Counting { tallies, schools, waits: Waits::default(), forms: Forms::default() }
    }

    /// The cells of every chart with their relations.
    pub fn tables(&self) -> Result<Tables, TableError> {
        let mut tables = Tables::new();
        for (chart, tally) in CHARTS.iter().zip(&self.tallies) {
            let schools = &self.schools;
            (chart.add)(&mut Adding { chart: chart.name, tally, schools, tables: &mut tables })?;
        }
        Ok(tables)
    }
}

/// Counts that grow, school by school.
#[derive(Debug)]
pub(super) struct Counting {
    tallies: Vec<Tally>,
    schools: Vec<(String, String)>,
    waits: Waits,
    forms: Forms,
}

impl Counting {
    /// Takes a school in.
    pub fn take(&mut self, facts: &SchoolFacts) {
        for (chart, tally) in CHARTS.iter().zip(&mut self.tallies) {
            (chart.count)(facts, tally);
        }
        self.waits.take(facts);
        self.forms.take(&facts.forms);
    }

    /// All schools are in.
    pub fn done(self, counselors: u64) -> Counted {
        let Self { mut tallies, schools, waits, forms } = self;
        for (chart, tally) in CHARTS.iter().zip(&mut tallies) {
            (chart.finish)(tally);
        }
        Counted { tallies, schools, waits, quality: forms.judge(), counselors }
    }
}

/// Counts school by school: one pass over the answers, and no more memory than the largest school needs.
async fn count(conn: &mut Conn, wanted: &Wanted<'_>, progress: Progress<'_>) -> Result<Counted, StoreError> {
    let list = schools(conn, wanted.window).await?;
    let all = list.len();
    let sample = (FORMS / all.max(1)).clamp(1, FORMS_OF_A_SCHOOL);
    let sample = (i64::try_from(sample).unwrap_or(1), wanted.limits);
    let mut counting = Counted::of(list.iter().map(|(id, name)| (id.to_string(), name.clone())).collect());
    for (number, (school, name)) in (1..).zip(&list) {
        progress(&format!("counting {name} ({number} of {all})"));
        counting.take(&facts_of(conn, wanted.window, *school, wanted.now, sample).await?);
    }
    Ok(counting.done(counselors(conn, wanted.window).await?))
}

/// Rounding comes last and only takes away: what was proved for the exact counts holds for the printed ones.
pub(super) fn policy() -> Policy {
    Policy::default().with_rounding(Rounding::ToFive)
}

/// What an audit of a frozen release found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// How many cells there are.
    pub cells: usize,
    /// How many of them are hidden.
    pub hidden: usize,
    /// The narrowest interval within which a hidden cell can be confined; none where nothing is hidden.
    pub narrowest: Option<u64>,
    /// How many printed counts would be printed differently today: late corrections, erasures, help that came later.
    pub changed: usize,
}

/// Asks of the counts of today whether the pattern of a frozen release keeps every hidden cell open.
///
/// # Errors
/// [`ReleaseError::Audit`] naming the cell that gives way.
pub async fn audit(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    frozen: &Published,
    progress: Progress<'_>,
) -> Result<Audited, ReleaseError> {
    let tables = count(conn, wanted, progress).await?.tables()?;
    // A cell that the release does not have was never printed.
    let hidden: Vec<bool> =
        tables.keys().map(|key| !matches!(frozen.cell(key), Some(Cell::Shown(_)))).collect();
    progress(&format!("auditing {} cells", tables.len()));
    let narrowest = verify(&tables, &hidden, &policy())?;
    let prints = |cell: &&PublishedCell| match (cell.cell, tables.find(&cell.key)) {
        (Cell::Shown(printed), Some(id)) => tables.printed(id, &policy()) != printed,
        (Cell::Shown(_), None) => true,
        (Cell::Hidden, _) => false,
    };
    Ok(Audited {
        cells: frozen.cells.len(),
        hidden: frozen.cells.iter().filter(|c| c.cell == Cell::Hidden).count(),
        narrowest,
        changed: frozen.cells.iter().filter(prints).count(),
    })
}

/// Computes every figure of a window, protected together.
///
/// # Errors
/// [`ReleaseError`]; then nothing may be published.
pub async fn compute(
    conn: &mut Conn,
    wanted: &Wanted<'_>,
    progress: Progress<'_>,
) -> Result<Computed, ReleaseError> {
    let counted = count(conn, wanted, progress).await?;
    finished(&counted, wanted, progress)
}

/// The release of what was counted.
pub(super) fn finished(
    counted: &Counted,
    wanted: &Wanted<'_>,
    progress: Progress<'_>,
) -> Result<Computed, ReleaseError> {
    let tables = counted.tables()?;
    progress(&format!("protecting {} cells", tables.len()));
    let protected = protect(&tables, &policy())?;
    let published = protected.published();
    let hidden = published.cells.iter().filter(|c| c.cell == Cell::Hidden).count();
    progress(&format!("drawing; {hidden} of {} cells are hidden", published.cells.len()));
    let release = Release {
        protected: &protected,
        earlier: wanted.earlier,
        counselors: counted.counselors,
        quality: &counted.quality,
        waits: &counted.waits,
        schools: &counted.schools,
        source: wanted.source,
        window: wanted.name,
    };
    let mut figures = Vec::new();
    for (chart, tally) in CHARTS.iter().zip(&counted.tallies) {
        let view = View::new(&release, chart.name, tally);
        figures.extend((chart.draw)(&view)?);
    }
    let respondents = participation::respondents(&counted.tallies[0], &counted.schools);
    Ok(Computed { figures: in_order(figures), published, respondents })
}

/// What a reader asks first (D-01): who took part, where is need, does help arrive, is it fair, what changed.
const FIRST: [&str; 11] = [
    "participation",
    "need-by-school",
    "severity",
    "first-contact",
    "progress",
    "referral-funnel",
    "change-",
    "equity-",
    "caseload",
    "outside-help",
    "quality",
];

/// The first figure of each kind before the second of any.
fn in_order(figures: Vec<(String, Figure)>) -> Vec<(String, Figure)> {
    let mut seen = [0usize; FIRST.len() + 1];
    let mut placed: Vec<_> = figures
        .into_iter()
        .map(|figure| {
            let kind = FIRST.iter().position(|start| figure.0.starts_with(start)).unwrap_or(FIRST.len());
            seen[kind] += 1;
            // What has no place here is one of many, an instrument's schools.
            let round = seen[kind] + usize::from(kind == FIRST.len());
            ((round, kind, seen[kind]), figure)
        })
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, figure)| figure).collect()
}
