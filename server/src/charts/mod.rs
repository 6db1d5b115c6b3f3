//! District figures: one file per chart. A chart says what to count, how its counts add up, and how they are drawn.
//! This file puts the scope in front and the suppression behind, so no chart can forget either: its SQL may read only
//! the relations `cohort` and `screened`, and its drawing gets only what may be published.
//!
//! To add a chart: one file here and one line in [`CHARTS`].

mod participation;
mod positive_screens;
mod referral_funnel;

use std::collections::BTreeMap;

use sqlx::FromRow;

use crate::draw::{About, DrawError, Figure};
use crate::model::{SchoolId, WindowId};
use crate::store::{Conn, StoreError, args};
use crate::suppression::{
    AuditFailure, Cell, CellKey, Exposure, Percentage, Policy, Protected, Published, PublishedCell, Rounding,
    Split, TableError, Tables, protect, verify,
};

/// The relations a chart may read, for the window `$1` alone.
///
/// `cohort`: one row per child whom the window covers, with how far it came.
/// `screened`: one row per handed-in screening that has a decision, `positive` 1 or 0.
/// `referred`: one row per referral that the window gave rise to, with how far it came. `$2` is true.
const SCOPE: &str = "with cohort as (
  select c.id as child, s.id as school, s.name as school_name,
    case when n.status in ('refused', 'withdrawn') then 0
         when n.status = 'given' then 1
         when w.consent_mode = 'opt_in' then 0 else 1 end as allowed,
    max(case when a.state in ('started', 'submitted') then 1 else 0 end) as started,
    max(case when a.state = 'submitted' then 1 else 0 end) as finished,
    max(case when a.state = 'submitted' and (t.id is null or t.value is not null) then 1 else 0 end) as valid
  from windows w join window_schools v on v.window_id = w.id join schools s on s.id = v.school_id
    join enrollments e on e.school_id = s.id and e.from_date <= w.closes_on
      and (e.to_date is null or e.to_date >= w.opens_on)
    join classes k on k.id = e.class_id
      and (exists (select 1 from window_grades g where g.window_id = $1 and g.grade = k.grade)
        or not exists (select 1 from window_grades g where g.window_id = $1))
      and (exists (select 1 from window_classes x where x.window_id = $1 and x.class_id = k.id)
        or not exists (select 1 from window_classes x where x.window_id = $1))
    join children c on c.id = e.child_id
    left join consents n on n.child_id = c.id and n.window_id = w.id
    left join administrations a on a.child_id = c.id and a.window_id = w.id and a.informant = 'student'
    left join scores t on t.administration_id = a.id and t.scale = 'total'
  where w.id = $1
  group by c.id, s.id, s.name, n.status, w.consent_mode
), screened as (
  select s.id as school, s.name as school_name, a.instrument, a.child_id as child,
    case when t.positive then 1 else 0 end as positive
  from administrations a join schools s on s.id = a.school_id
    join scores t on t.administration_id = a.id and t.scale = 'total'
  where a.window_id = $1 and a.informant = 'student' and a.state = 'submitted' and t.positive is not null
    and t.engine = (select max(x.engine) from scores x where x.administration_id = a.id and x.scale = 'total')
), referred as (
  select s.id as school, s.name as school_name, r.id as referral,
    case when r.acknowledged_at is null then 0 else 1 end as acknowledged,
    case when exists (select 1 from contacts k where k.referral_id = r.id and k.reached = $2) then 1 else 0 end as reached,
    case when r.closed_at is null then 0 else 1 end as closed
  from referrals r join schools s on s.id = r.school_id
  where r.window_id = $1
)";

/// One count: how many at a school, in a series, are of a kind.
#[derive(Clone, Debug, FromRow)]
struct CountRow {
    school: SchoolId,
    school_name: String,
    /// What the chart is drawn once for, an instrument for example; empty where it is drawn once.
    series: String,
    item: String,
    n: i64,
}

/// How a chart's counts add up: what the suppression must know to protect them.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Steps, each a part of the one before. The first is public knowledge (enrolment).
    Funnel(&'static [&'static str]),
    /// Kinds that add up to a total.
    Kinds { items: &'static [&'static str], total: &'static str },
    /// Steps of the whole district alone. By school they would stand beside the positive screens and say, within a few,
    /// what is hidden there.
    DistrictFunnel(&'static [&'static str]),
}

/// Draws a figure from published counts; `None` where they give none.
type Draw = fn(&View<'_>) -> Result<Option<Figure>, DrawError>;
/// Draws one figure from all series together, under this name.
type DrawAll = fn(&str, &[View<'_>]) -> Result<Option<Figure>, DrawError>;

/// A district chart.
struct Chart {
    name: &'static str,
    /// Reads only the relations of the scope; gives school, school_name, series, item, n.
    sql: &'static str,
    shape: Shape,
    /// What is drawn of one series, with what follows the chart's name in the figure's.
    draw: &'static [(&'static str, Draw)],
    /// What is drawn of all series together, with the figure's name.
    draw_all: &'static [(&'static str, DrawAll)],
}

/// Every chart, in the order of the page.
const CHARTS: &[Chart] = &[participation::CHART, positive_screens::CHART, referral_funnel::CHART];

/// The name of the whole district among the groups.
const DISTRICT: &str = "district";

/// What a chart may draw: published counts and nothing else.
struct View<'a> {
    protected: &'a Protected,
    chart: &'static str,
    series: &'a str,
    /// Schools by name: key and name.
    schools: &'a [(String, String)],
    about: About,
    /// Unique in the page.
    id: String,
}

impl View<'_> {
    fn key(&self, group: &str, item: &str) -> CellKey {
        CellKey::new(group, format!("{} {} {item}", self.chart, self.series))
    }

    /// The published count of a cell; `None` when it is hidden.
    fn count(&self, group: &str, item: &str) -> Option<u64> {
        match self.protected.cell(&self.key(group, item)) {
            Some(Cell::Shown(n)) => Some(n),
            _ => None,
        }
    }

    /// The published percentage of a part in its whole.
    fn percentage(&self, group: &str, part: &str, whole: &str) -> Percentage {
        self.protected.percentage(&self.key(group, part), &self.key(group, whole))
    }
}

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
    /// How many cells there are, and how many of them are hidden.
    pub cells: (usize, usize),
    /// How many children gave valid answers: for the rule that a release needs enough of them, never for output.
    pub respondents: u64,
}

/// Is told what is being done.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Counts, each chart in its turn.
type Counted = Vec<(&'static Chart, Vec<CountRow>)>;

async fn count(
    conn: &mut Conn,
    window: WindowId,
    progress: Progress<'_>,
) -> Result<(Counted, BTreeMap<String, String>, Tables), ReleaseError> {
    let mut counted = Vec::new();
    for (number, chart) in (1..).zip(CHARTS) {
        progress(&format!("counting {} ({number} of {})", chart.name.replace('_', " "), CHARTS.len()));
        let rows: Vec<CountRow> = conn.all_scoped(SCOPE, chart.sql, args![window, true]).await?;
        counted.push((chart, rows));
    }
    let mut schools: BTreeMap<String, String> = BTreeMap::new();
    for row in counted.iter().flat_map(|(_, rows)| rows) {
        schools.insert(row.school.to_string(), row.school_name.clone());
    }
    let mut tables = Tables::new();
    for (chart, rows) in &counted {
        add(&mut tables, chart, rows, schools.keys())?;
    }
    link(&mut tables, &counted, schools.keys())?;
    Ok((counted, schools, tables))
}

/// Rounding comes last and only takes away: what was proved for the exact counts holds for the printed ones.
fn policy() -> Policy {
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
    /// How many printed counts would be printed differently today: late corrections and erasures.
    pub changed: usize,
}

/// Asks of the counts of today whether the pattern of a frozen release keeps every hidden cell open.
///
/// # Errors
/// [`ReleaseError::Audit`] naming the cell that gives way.
pub async fn audit(
    conn: &mut Conn,
    window: WindowId,
    frozen: &Published,
    progress: Progress<'_>,
) -> Result<Audited, ReleaseError> {
    let (.., tables) = count(conn, window, progress).await?;
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
    window: WindowId,
    window_name: &str,
    source: &str,
    progress: Progress<'_>,
) -> Result<Computed, ReleaseError> {
    let (counted, schools, tables) = count(conn, window, progress).await?;
    progress(&format!("protecting {} cells", tables.len()));
    let protected = protect(&tables, &policy())?;
    let published = protected.published();
    let hidden = published.cells.iter().filter(|c| c.cell == Cell::Hidden).count();
    progress(&format!("drawing; {hidden} of {} cells are hidden", published.cells.len()));
    let mut schools: Vec<(String, String)> = schools.into_iter().collect();
    schools.sort_by(|a, b| a.1.cmp(&b.1));
    let mut figures = Vec::new();
    for (chart, rows) in &counted {
        let view = |series| View {
            protected: &protected,
            chart: chart.name,
            series,
            schools: &schools,
            about: About {
                measure: String::new(),
                source: source.to_owned(),
                window: window_name.to_owned(),
                note: String::new(),
            },
            id: String::new(),
        };
        let mut views: Vec<View<'_>> = series_of(rows).into_iter().map(view).collect();
        for view in &mut views {
            for (suffix, draw) in chart.draw {
                let name =
                    [chart.name, view.series, suffix].join("-").replace(['_', '.'], "-").replace("--", "-");
                view.id = name.trim_end_matches('-').to_owned();
                figures.extend(draw(view)?.map(|figure| (view.id.clone(), figure)));
            }
        }
        for (name, draw) in chart.draw_all {
            figures.extend(draw(name, &views)?.map(|figure| ((*name).to_owned(), figure)));
        }
    }
    let cells = (published.cells.len(), hidden);
    let valid = CellKey::new(DISTRICT, format!("{}  valid", participation::CHART.name));
    let respondents = tables.find(&valid).map_or(0, |id| tables.count(id));
    Ok(Computed { figures, published, cells, respondents })
}

fn series_of(rows: &[CountRow]) -> Vec<&str> {
    let mut series: Vec<&str> = rows.iter().map(|r| r.series.as_str()).collect();
    series.sort_unstable();
    series.dedup();
    series
}

fn count_of(rows: &[CountRow], school: &str, series: &str, item: &str) -> u64 {
    rows.iter()
        .filter(|r| {
            r.series == series && r.item == item && (school == DISTRICT || r.school.to_string() == school)
        })
        .map(|r| u64::try_from(r.n).unwrap_or(0))
        .sum()
}

/// Adds a chart's cells for each school and the district, and says how they add up in both directions.
fn add<'a>(
    tables: &mut Tables,
    chart: &Chart,
    rows: &[CountRow],
    schools: impl Iterator<Item = &'a String> + Clone,
) -> Result<(), TableError> {
    for series in series_of(rows) {
        let name = |item: &str| format!("{} {series} {item}", chart.name);
        let groups = std::iter::once(DISTRICT).chain(schools.clone().map(String::as_str));
        let items: Vec<&str> = match chart.shape {
            Shape::Funnel(steps) => steps.to_vec(),
            Shape::Kinds { items, total } => items.iter().copied().chain([total]).collect(),
            Shape::DistrictFunnel(_) => Vec::new(),
        };
        for group in groups {
            match chart.shape {
                Shape::DistrictFunnel(_) if group != DISTRICT => {}
                Shape::Funnel(steps) | Shape::DistrictFunnel(steps) => {
                    let named: Vec<(String, u64)> =
                        steps.iter().map(|s| (name(s), count_of(rows, group, series, s))).collect();
                    let steps: Vec<(&str, u64)> = named.iter().map(|(s, n)| (s.as_str(), *n)).collect();
                    let first = match chart.shape {
                        Shape::Funnel(_) => Exposure::Public,
                        _ => Exposure::Published,
                    };
                    tables.add_funnel(group, &steps, first)?;
                }
                Shape::Kinds { items, total } => {
                    let mut kinds = Vec::new();
                    let mut sum = 0;
                    for item in items {
                        let n = count_of(rows, group, series, item);
                        sum += n;
                        kinds.push(tables.cell(CellKey::new(group, name(item)), n, Exposure::Published)?);
                    }
                    let total = tables.cell(CellKey::new(group, name(total)), sum, Exposure::Published)?;
                    tables.relation(total, &kinds, Split::Items)?;
                }
            }
        }
        for item in items {
            let whole = tables.find(&CellKey::new(DISTRICT, name(item)));
            let parts: Vec<_> =
                schools.clone().filter_map(|s| tables.find(&CellKey::new(s.as_str(), name(item)))).collect();
            if let Some(whole) = whole
                && !parts.is_empty()
            {
                tables.relation(whole, &parts, Split::Groups)?;
            }
        }
    }
    Ok(())
}

/// Charts that share children are protected together: the screens of all instruments are a part of the valid ones.
fn link<'a>(
    tables: &mut Tables,
    counted: &[(&Chart, Vec<CountRow>)],
    schools: impl Iterator<Item = &'a String>,
) -> Result<(), TableError> {
    let Some((screens, rows)) = counted.iter().find(|(c, _)| c.name == positive_screens::CHART.name) else {
        return Ok(());
    };
    for group in std::iter::once(DISTRICT).chain(schools.map(String::as_str)) {
        let Some(valid) = tables.find(&CellKey::new(group, format!("{}  valid", participation::CHART.name)))
        else {
            continue;
        };
        let mut parts = Vec::new();
        for series in series_of(rows) {
            let Some(part) = tables.find(&CellKey::new(group, format!("{} {series} valid", screens.name)))
            else {
                continue;
            };
            parts.push(part);
            // Whoever has a decision on one instrument is among those with valid answers, also where the instruments
            // overlap and their sum says nothing.
            if let Some(rest) = tables.count(valid).checked_sub(tables.count(part)) {
                let without = CellKey::new(group, format!("valid without {series}"));
                let rest = tables.cell(without, rest, Exposure::Slack)?;
                tables.relation(valid, &[part, rest], Split::Items)?;
            }
        }
        let sum: u64 = parts.iter().map(|p| tables.count(*p)).sum();
        // A child may answer two instruments; then the sum is no part of the children and links nothing.
        let Some(rest) = tables.count(valid).checked_sub(sum) else { continue };
        if parts.len() < 2 {
            continue;
        }
        parts.push(tables.cell(CellKey::new(group, "valid without a cut-off"), rest, Exposure::Slack)?);
        tables.relation(valid, &parts, Split::Items)?;
    }
    Ok(())
}
