//! More than a school has: rows written straight into the tables, for what must be quick however many there are.

use crate::Kind;

/// So many children at the one school, each with an open referral and its reason, written behind the program.
pub fn crowd(kind: Kind, children: usize) -> String {
    let (numbers, id) = match kind {
        Kind::Sqlite => (
            format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {children})"),
            "randomblob(16)",
        ),
        Kind::Postgres => {
            (format!("with n(i) as (select generate_series(1, {children}))"), "gen_random_uuid()")
        }
    };
    format!(
        "insert into children (id, district_id, number, given_name, family_name, birth_date, sex, language, created_at) \
         {numbers} select {id}, (select id from districts), 'x' || i, 'Kim', 'Number' || i, '2012-01-01', 'unknown', 'en', 0 from n; \
         insert into enrollments (id, child_id, school_id, class_id, from_date) select {id}, c.id, k.school_id, k.id, \
         '2020-01-01' from children c join classes k on k.id = (select id from classes limit 1) where c.number like 'x%'; \
         insert into referrals (id, child_id, school_id, priority, rank, state, owner_id, opened_at, due_at) select {id}, c.id, \
         e.school_id, 'moderate', 3, 'open', (select user_id from duties where rank = 1 limit 1), 1700000000000, \
         1700000000000 + length(c.number) from children c join enrollments e on e.child_id = c.id where c.number like 'x%'; \
         insert into referral_reasons (id, referral_id, rule, item, priority, why, found_at) select {id}, r.id, 'above_cutoff', \
         '', 'moderate', 'Twelve', 0 from referrals r where r.opened_at = 1700000000000;"
    )
}

/// Forty windows in the past, in each of which the first child of the crowd was screened.
pub fn forty_screenings(kind: Kind) -> String {
    let (numbers, id) = match kind {
        Kind::Sqlite => {
            ("with recursive n(i) as (select 1 union all select i + 1 from n where i < 40)", "randomblob(16)")
        }
        Kind::Postgres => ("with n(i) as (select generate_series(1, 40))", "gen_random_uuid()"),
    };
    format!(
        "insert into windows (id, district_id, name, opens_on, closes_on, state, consent_mode, created_at) {numbers} \
         select {id}, (select id from districts), 'Past ' || i, '2020-01-01', '2020-01-15', 'closed', 'opt_out', i from n; \
         insert into administrations (id, window_id, child_id, school_id, class_id, informant, instrument, version, position, \
         language, state, offered_at, submitted_at) select {id}, w.id, e.child_id, e.school_id, e.class_id, 'student', \
         'phq9_teen', 1, 1, 'en', 'submitted', 0, 1500000000000 + w.created_at * 1209600000 from windows w join children c \
         on c.number = 'x1' join enrollments e on e.child_id = c.id where w.name like 'Past %'; \
         insert into scores (id, administration_id, scale, engine, value, prorated, band, scored_at) select {id}, a.id, 'total', \
         1, 5 + w.created_at / 4, false, 'mild', 0 from administrations a join windows w on w.id = a.window_id \
         where w.name like 'Past %';"
    )
}
