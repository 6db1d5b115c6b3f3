-- The house: places, people, screenings, referrals, releases, and the trail of who did what.
--
-- Conventions, the same for every database:
--   * ids are UUIDv7, so rows of one day lie together in the index;
--   * instants are milliseconds since 1970 in UTC (no database's own date type agrees with another's),
--     civil dates are text `YYYY-MM-DD`, because a school day is a date and not an instant;
--   * states are text with a check: a typing error must fail at the border, not in a report a year later;
--   * nothing is deleted by cascade: deletion of a child is a service with a proof, never a side effect.

create table districts (
    id blob primary key,
    name text not null,
    created_at integer not null
) strict;

create table schools (
    id blob primary key,
    district_id blob not null references districts (id),
    name text not null,
    time_zone text not null,
    created_at integer not null
) strict;
create index schools_by_district on schools (district_id);

create table classes (
    id blob primary key,
    school_id blob not null references schools (id),
    name text not null,
    grade integer not null,
    unique (school_id, name)
) strict;

-- Days on which a school has no lessons: due times are counted in school days.
create table holidays (
    school_id blob not null references schools (id),
    on_date text not null,
    name text not null,
    primary key (school_id, on_date)
) strict;

create table children (
    id blob primary key,
    district_id blob not null references districts (id),
    -- The district's own number. It is no secret and therefore never a sign-in.
    number text not null,
    given_name text not null,
    family_name text not null,
    birth_date text not null,
    sex text not null check (sex in ('female', 'male', 'other', 'unknown')),
    language text not null,
    created_at integer not null,
    unique (district_id, number)
) strict;

create table guardians (
    id blob primary key,
    child_id blob not null references children (id),
    name text not null,
    relation text not null,
    phone text not null,
    -- A guardian may be the danger; this mark is shown wherever the phone number is.
    do_not_contact integer not null,
    created_at integer not null
) strict;
create index guardians_by_child on guardians (child_id);

create table enrollments (
    id blob primary key,
    child_id blob not null references children (id),
    school_id blob not null references schools (id),
    class_id blob not null references classes (id),
    from_date text not null,
    -- Null while the child is here.
    to_date text
) strict;
create index enrollments_by_class on enrollments (class_id);
create index enrollments_by_child on enrollments (child_id);
create unique index enrollments_one_current on enrollments (child_id) where to_date is null;

create table users (
    id blob primary key,
    district_id blob not null references districts (id),
    name text not null,
    email text not null unique,
    password_hash text not null,
    totp_secret text not null,
    -- The last accepted time step: a one-time code must not work twice.
    totp_step integer not null default 0,
    disabled_at integer,
    created_at integer not null
) strict;

-- Read on every request, never copied into a session: a role taken away is gone at once.
create table user_roles (
    user_id blob not null references users (id),
    role text not null check (role in ('teacher', 'proctor', 'counselor', 'school_lead', 'district_officer',
        'analyst', 'administrator', 'auditor')),
    -- Null means the whole district.
    school_id blob references schools (id),
    unique (user_id, role, school_id)
) strict;

-- Who answers for a school's referrals, first and second: no referral without a present owner.
create table duties (
    school_id blob not null references schools (id),
    rank integer not null check (rank between 1 and 9),
    user_id blob not null references users (id),
    primary key (school_id, rank)
) strict;

create table sessions (
    -- SHA-256 of the token: a stolen database opens no session.
    token_hash blob primary key,
    kind text not null check (kind in ('student', 'staff', 'half')),
    user_id blob references users (id),
    child_id blob references children (id),
    window_id blob,
    sitting_id blob,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null,
    check ((kind = 'student') = (child_id is not null)),
    check ((kind = 'student') = (user_id is null))
) strict;
create index sessions_by_expiry on sessions (expires_at);

create table windows (
    id blob primary key,
    district_id blob not null references districts (id),
    name text not null,
    opens_on text not null,
    closes_on text not null,
    state text not null check (state in ('drafted', 'ready', 'open', 'paused', 'closed', 'archived')),
    consent_mode text not null check (consent_mode in ('opt_in', 'opt_out', 'lawful_duty')),
    created_at integer not null,
    check (opens_on <= closes_on)
) strict;
create index windows_by_district on windows (district_id, opens_on);

-- What a window asks, by age and informant, in this order.
create table window_instruments (
    window_id blob not null references windows (id),
    position integer not null,
    instrument text not null,
    version integer not null,
    informant text not null,
    min_age integer not null,
    max_age integer not null,
    primary key (window_id, position)
) strict;

create table window_schools (
    window_id blob not null references windows (id),
    school_id blob not null references schools (id),
    primary key (window_id, school_id)
) strict;

create table consents (
    id blob primary key,
    child_id blob not null references children (id),
    window_id blob not null references windows (id),
    status text not null check (status in ('given', 'refused', 'withdrawn', 'waiting')),
    method text not null,
    by_name text not null,
    recorded_at integer not null,
    unique (child_id, window_id)
) strict;

create table sittings (
    id blob primary key,
    window_id blob not null references windows (id),
    school_id blob not null references schools (id),
    class_id blob not null references classes (id),
    proctor_id blob references users (id),
    state text not null check (state in ('planned', 'open', 'closed')),
    opened_at integer,
    -- An open sitting ends by itself at this instant, so a forgotten one does not leave codes alive.
    ends_at integer,
    closed_at integer
) strict;
create index sittings_by_class on sittings (class_id, window_id);
create index sittings_by_window on sittings (window_id, school_id);

create table cards (
    id blob primary key,
    window_id blob not null references windows (id),
    child_id blob not null references children (id),
    -- HMAC-SHA-256 under a key that is not in the database.
    code_hash blob not null unique,
    voided_at integer,
    created_at integer not null
) strict;
create index cards_by_child on cards (child_id, window_id);

create table administrations (
    id blob primary key,
    window_id blob not null references windows (id),
    child_id blob not null references children (id),
    school_id blob not null references schools (id),
    class_id blob not null references classes (id),
    informant text not null,
    instrument text not null,
    version integer not null,
    position integer not null,
    language text not null,
    state text not null check (state in ('offered', 'started', 'submitted', 'declined', 'expired')),
    offered_at integer not null,
    started_at integer,
    submitted_at integer,
    -- The client's own key of the submit that counted: a replay is answered with the same receipt.
    submit_key blob,
    receipt text,
    unique (window_id, child_id, informant, instrument)
) strict;
create index administrations_by_child on administrations (child_id, submitted_at);
create index administrations_by_class on administrations (class_id, window_id);
create index administrations_by_school on administrations (window_id, school_id);

-- Append only: a changed answer is a new row with the next seq, and both values stay readable.
create table responses (
    administration_id blob not null references administrations (id),
    item text not null,
    seq integer not null,
    -- Null together with declined: the child chose not to say.
    code integer,
    declined integer not null,
    language text not null,
    answered_at integer not null,
    primary key (administration_id, item, seq)
) strict;

-- A re-score adds rows under a newer engine; nothing is overwritten.
create table scores (
    id blob primary key,
    administration_id blob not null references administrations (id),
    scale text not null,
    engine integer not null,
    value real,
    -- Why there is no number, for example 'too_few_answers'; null when there is one.
    not_scored text,
    prorated integer not null,
    band text,
    positive integer,
    scored_at integer not null,
    unique (administration_id, scale, engine)
) strict;

create table flags (
    id blob primary key,
    administration_id blob not null references administrations (id),
    child_id blob not null references children (id),
    kind text not null check (kind in ('critical_item', 'critical_unanswered')),
    item text not null,
    code integer,
    flagged_at integer not null,
    unique (administration_id, item, kind)
) strict;
create index flags_by_child on flags (child_id);

create table referrals (
    id blob primary key,
    child_id blob not null references children (id),
    school_id blob not null references schools (id),
    window_id blob references windows (id),
    priority text not null check (priority in ('critical', 'high', 'moderate', 'low')),
    -- The same order as a number, so that the queue can be read from an index.
    rank integer not null check (rank between 1 and 4),
    state text not null check (state in ('open', 'acknowledged', 'in_assessment', 'supported_in_school',
        'referred_outside', 'follow_up', 'closed', 'reopened')),
    -- Never null: a referral without an owner is a lost referral.
    owner_id blob not null references users (id),
    opened_at integer not null,
    due_at integer not null,
    acknowledged_at integer,
    last_contact_at integer,
    closed_at integer,
    outcome text,
    -- Counts every change; a stale page cannot overwrite a newer one.
    version integer not null default 1,
    check ((state = 'closed') = (closed_at is not null)),
    check ((state = 'closed') = (outcome is not null))
) strict;
-- Never two open referrals for one child and school: a later positive joins the first.
create unique index referrals_one_open on referrals (child_id, school_id) where closed_at is null;
create index referrals_queue on referrals (school_id, rank, due_at) where closed_at is null;
create index referrals_by_owner on referrals (owner_id) where closed_at is null;
create index referrals_by_child on referrals (child_id);

create table referral_reasons (
    id blob primary key,
    referral_id blob not null references referrals (id),
    administration_id blob references administrations (id),
    rule text not null,
    -- The item for a rule about one item, else empty: null would not count as equal in the constraint.
    item text not null,
    priority text not null,
    why text not null,
    found_at integer not null,
    unique (administration_id, rule, item)
) strict;
create index referral_reasons_by_referral on referral_reasons (referral_id);

create table referral_events (
    id blob primary key,
    referral_id blob not null references referrals (id),
    at integer not null,
    -- Null when Firstlight itself acted (a rule, a job).
    user_id blob references users (id),
    verb text not null,
    from_state text,
    to_state text not null,
    reason text not null
) strict;
create index referral_events_by_referral on referral_events (referral_id, at);

create table contacts (
    id blob primary key,
    referral_id blob not null references referrals (id),
    child_id blob not null references children (id),
    user_id blob not null references users (id),
    at integer not null,
    with_whom text not null check (with_whom in ('child', 'guardian', 'teacher', 'service', 'other')),
    how text not null check (how in ('in_person', 'phone', 'video', 'letter', 'other')),
    reached integer not null,
    note text not null
) strict;
create index contacts_by_referral on contacts (referral_id, at);

create table follow_ups (
    id blob primary key,
    referral_id blob not null references referrals (id),
    due_on text not null,
    what text not null,
    created_at integer not null,
    done_at integer
) strict;
create index follow_ups_by_referral on follow_ups (referral_id, due_on);

create table notes (
    id blob primary key,
    child_id blob not null references children (id),
    user_id blob not null references users (id),
    visibility text not null check (visibility in ('own', 'team', 'shared')),
    body text not null,
    written_at integer not null
) strict;
create index notes_by_child on notes (child_id, written_at);

-- What a child asked for on the last page; it becomes a referral reason of its own.
create table talk_requests (
    id blob primary key,
    child_id blob not null references children (id),
    window_id blob not null references windows (id),
    wish text not null check (wish in ('today', 'this_week', 'no')),
    asked_at integer not null,
    unique (child_id, window_id)
) strict;

-- Messages that must leave: written in the transaction of the act, delivered at least once, acknowledged by a person.
create table outbox (
    id blob primary key,
    referral_id blob not null references referrals (id),
    user_id blob not null references users (id),
    reason text not null,
    created_at integer not null,
    delivered_at integer,
    acknowledged_at integer,
    attempts integer not null default 0,
    -- One alert for a referral and reason, however many triggers.
    unique (referral_id, reason)
) strict;
create index outbox_waiting on outbox (created_at) where delivered_at is null;

-- A release is computed once, suppressed once and then only read.
create table releases (
    id blob primary key,
    district_id blob not null references districts (id),
    window_id blob not null references windows (id),
    number integer not null,
    built_at integer not null,
    built_by text not null,
    unique (district_id, window_id, number)
) strict;

create table release_figures (
    release_id blob not null references releases (id),
    position integer not null,
    chart text not null,
    -- The finished figure (title, svg, table, all after suppression) as JSON: never parsed by SQL.
    body text not null,
    primary key (release_id, position)
) strict;

create table settings (
    district_id blob not null references districts (id),
    name text not null,
    value text not null,
    set_by blob references users (id),
    set_at integer not null,
    primary key (district_id, name)
) strict;

-- Written in the transaction of the act it tells of. No update and no delete is ever sent to it.
create table audit (
    id blob primary key,
    at integer not null,
    -- Null for a job or a command, which serve every district.
    district_id blob references districts (id),
    request_id blob not null,
    actor_kind text not null,
    actor_id blob,
    action text not null,
    subject_kind text not null,
    subject_id blob,
    detail text not null
) strict;
create index audit_by_subject on audit (subject_id, at);
create index audit_by_district on audit (district_id, at);
