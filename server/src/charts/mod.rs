//! District figures: one file per chart. A chart says what it counts of a school, how its counts add up, and how they are
//! drawn. This file reads a school's facts, puts the counts of all schools together and the suppression behind them, so
//! no chart can forget either: it sees no database, and its drawing gets only what may be published.
//!
//! To add a chart: one file here and one line in [`CHARTS`].

mod adding;
mod change;
mod compute;
mod equity;
mod facts;
mod outside_help;
mod participation;
mod positive_screens;
mod progress;
mod quality;
mod referral_funnel;
mod severity;
mod view;
mod waiting;

#[cfg(test)]
mod tests;

pub use compute::{Audited, Computed, Progress, ReleaseError, Wanted, audit, compute};

use adding::Adding;
use facts::{AnswerFact, CohortFact, FormFact, OutsideFact, ReferralFact, SchoolFacts, ScreenFact, Tally};
use questionnaires::response::Answers;
use questionnaires::validity::Limits;
use view::{Figures, View};

use crate::model::{Instant, SchoolId, WindowId};
use crate::store::responses::{self, answer_columns};
use crate::store::{Conn, StoreError, args};
use crate::suppression::TableError;

/// The name of the whole district among the groups.
const DISTRICT: &str = "district";

/// A district chart.
struct Chart {
    name: &'static str,
    /// What it counts of one school.
    count: fn(&SchoolFacts, &mut Tally),
    /// What it does with the counts when all schools are in.
    finish: fn(&mut Tally),
    /// How its counts add up: what the suppression must know to protect them.
    add: fn(&mut Adding<'_>) -> Result<(), TableError>,
    /// Its figures, from published counts.
    draw: fn(&View<'_>) -> Figures,
}

/// Every chart. One that shares cells with another stands behind it.
const CHARTS: &[Chart] = &[
    participation::CHART,
    positive_screens::CHART,
    severity::CHART,
    equity::CHART,
    change::CHART,
    referral_funnel::CHART,
    waiting::CHART,
    progress::CHART,
    outside_help::CHART,
    quality::CHART,
];

/// The schools of the window `$1` by name.
const SCHOOLS: &str = "select s.id, s.name from window_schools v join schools s on s.id = v.school_id \
    where v.window_id = $1 order by s.name, s.id";

/// The children of school `$2` whom window `$1` covers, by how far they came.
const COHORT: &str = "select cast(allowed as bigint) as allowed, cast(started as bigint) as started,
    cast(finished as bigint) as finished, cast(valid as bigint) as valid, count(*) as n from (
  select c.id as child,
    case when n.status in ('refused', 'withdrawn') then 0
         when n.status = 'given' then 1
         when w.consent_mode = 'opt_in' then 0 else 1 end as allowed,
    max(case when a.state in ('started', 'submitted') then 1 else 0 end) as started,
    max(case when a.state = 'submitted' then 1 else 0 end) as finished,
    max(case when a.state = 'submitted' and (t.id is null or t.value is not null) then 1 else 0 end) as valid
  from windows w join classes k on k.school_id = $2
      and (exists (select 1 from window_grades g where g.window_id = $1 and g.grade = k.grade)
        or not exists (select 1 from window_grades g where g.window_id = $1))
      and (exists (select 1 from window_classes x where x.window_id = $1 and x.class_id = k.id)
        or not exists (select 1 from window_classes x where x.window_id = $1))
    join enrollments e on e.class_id = k.id and e.from_date <= w.closes_on
      and (e.to_date is null or e.to_date >= w.opens_on)
    join children c on c.id = e.child_id
    left join consents n on n.child_id = c.id and n.window_id = w.id
    left join administrations a on a.child_id = c.id and a.window_id = w.id and a.school_id = $2
      and a.informant = 'student'
    left join scores t on t.administration_id = a.id and t.scale = 'total'
  where w.id = $1
  group by c.id, n.status, w.consent_mode) reached
  group by allowed, started, finished, valid";

/// The screens with a decision that were handed in at school `$2` in window `$1`, by what charts compare.
const SCREENS: &str =
    "select a.instrument, t.band, cast(case when t.positive then 1 else 0 end as bigint) as positive, c.sex, c.language,
    k.grade, count(*) as n
  from windows w join administrations a on a.window_id = w.id and a.school_id = $2
    join scores t on t.administration_id = a.id and t.scale = 'total'
    join children c on c.id = a.child_id join classes k on k.id = a.class_id
    left join consents n on n.child_id = c.id and n.window_id = w.id
  where w.id = $1 and a.informant = 'student' and a.state = 'submitted' and t.positive is not null
    and (n.status is null or n.status not in ('refused', 'withdrawn'))
    and (w.consent_mode <> 'opt_in' or n.status = 'given')
    and t.engine = (select max(x.engine) from scores x where x.administration_id = a.id and x.scale = 'total')
  group by a.instrument, t.band, t.positive, c.sex, c.language, k.grade";

/// The referrals that window `$1` gave rise to at school `$2`. `$3` is true.
const REFERRALS: &str = "select r.opened_at, r.due_at, r.acknowledged_at, r.closed_at,
    (select min(k.at) from contacts k where k.referral_id = r.id and k.reached = $3
      and not exists (select 1 from contacts x where x.corrects = k.id)) as reached_at
  from referrals r where r.window_id = $1 and r.opened_school_id = $2";

/// What became of those among them who were sent outside.
const OUTSIDE: &str = "select h.system, o.state, count(*) as n
  from referrals r join outside_referrals o on o.referral_id = r.id join help_services h on h.id = o.service_id
  where r.window_id = $1 and r.opened_school_id = $2 group by h.system, o.state";

/// The answers of the first `$3` forms of each instrument at school `$2` in window `$1`.
const FORMS: &str = concat!(
    "select a.instrument, a.started_at, a.submitted_at, ",
    answer_columns!(),
    "
  from (select id, instrument, started_at, submitted_at, row_number() over (partition by instrument order by id) as place
        from administrations where window_id = $1 and school_id = $2 and informant = 'student' and state = 'submitted') a
    join responses r on r.administration_id = a.id
  where a.place <= $3
    and r.seq = (select max(x.seq) from responses x where x.administration_id = r.administration_id and x.item = r.item)
  order by a.instrument, a.id"
);

/// How many counselors the window's district has.
const COUNSELORS: &str = "select count(distinct u.id) as n from windows w join users u on u.district_id = w.district_id \
    join user_roles r on r.user_id = u.id where w.id = $1 and r.role = 'counselor' and u.disabled_at is null";

async fn schools(conn: &mut Conn, window: WindowId) -> Result<Vec<(SchoolId, String)>, StoreError> {
    conn.all(SCHOOLS, args![window]).await
}

async fn counselors(conn: &mut Conn, window: WindowId) -> Result<u64, StoreError> {
    let found: Option<(i64,)> = conn.first(COUNSELORS, args![window]).await?;
    Ok(found.map_or(0, |(n,)| facts::whole(n)))
}

/// Everything that is counted of one school.
async fn facts_of(
    conn: &mut Conn,
    window: WindowId,
    school: SchoolId,
    now: Instant,
    (sample, limits): (i64, Limits),
) -> Result<SchoolFacts, StoreError> {
    let cohort: Vec<CohortFact> = conn.all(COHORT, args![window, school]).await?;
    let screens: Vec<ScreenFact> = conn.all(SCREENS, args![window, school]).await?;
    let referrals: Vec<ReferralFact> = conn.all(REFERRALS, args![window, school, true]).await?;
    let outside: Vec<OutsideFact> =
        if referrals.is_empty() { Vec::new() } else { conn.all(OUTSIDE, args![window, school]).await? };
    let rows: Vec<AnswerFact> = conn.all(FORMS, args![window, school, sample]).await?;
    let (mut about, mut stored) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
    for row in rows {
        about.push((row.instrument, row.started_at.zip(row.submitted_at)));
        stored.push(row.answer);
    }
    let answers = responses::open(conn, stored).await?;
    let mut forms: Vec<FormFact> = Vec::new();
    let mut last = None;
    for ((instrument, times), given) in about.into_iter().zip(answers) {
        if last != Some(given.administration_id) {
            last = Some(given.administration_id);
            let seconds = times.map(|(from, to)| to.seconds_since(from) as f64);
            forms.push(FormFact { instrument, seconds, answers: Answers::default() });
        }
        if let Some(form) = forms.last_mut() {
            let answer = given.answer();
            form.answers.set(given.item, answer);
        }
    }
    Ok(SchoolFacts { school, cohort, screens, referrals, outside, forms, limits, now })
}
