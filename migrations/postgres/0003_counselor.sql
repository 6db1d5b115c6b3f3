-- The counselor's day: who is on duty, how an alert leaves, plans, hand-overs, and help outside the school.
--
-- The conventions of the first migration hold. What a person wrote is never overwritten: a new version or
-- an answer is a row of its own.

-- Who answers at a school, by weekday (1 Monday … 7 Sunday) or on one date, in minutes of the school's wall clock.
-- A date goes before the weekday it falls on. A school without shifts is answered for by `duties` alone.
create table duty_shifts (
    id uuid primary key,
    school_id uuid not null references schools (id),
    user_id uuid not null references users (id),
    rank bigint not null check (rank between 1 and 9),
    weekday bigint check (weekday between 1 and 7),
    on_date text,
    from_minute bigint not null,
    to_minute bigint not null,
    set_by uuid references users (id),
    set_at bigint not null,
    removed_at bigint,
    check ((weekday is null) <> (on_date is null)),
    check (from_minute >= 0 and from_minute < to_minute and to_minute <= 1440)
);
create index duty_shifts_by_school on duty_shifts (school_id) where removed_at is null;

-- While somebody is away, nothing new comes to them and what they own goes to who is on duty.
create table absences (
    id uuid primary key,
    user_id uuid not null references users (id),
    from_date text not null,
    to_date text not null,
    set_by uuid references users (id),
    set_at bigint not null,
    ended_at bigint,
    check (from_date <= to_date)
);
create index absences_by_user on absences (user_id) where ended_at is null;

-- One way out for one alert: its receipt, or how often it was tried.
create table deliveries (
    id uuid primary key,
    alert_id uuid not null references outbox (id),
    channel text not null check (channel in ('email', 'webhook')),
    urgent boolean not null,
    due_at bigint not null,
    attempts bigint not null default 0,
    -- A node that took it holds it until then; if the node dies, another one takes it.
    claimed_until bigint,
    delivered_at bigint,
    given_up_at bigint,
    -- The kind of failure in a few words, never what the other side said.
    failure text,
    unique (alert_id, channel)
);
create index deliveries_waiting on deliveries (due_at) where delivered_at is null and given_up_at is null;

-- A worker says here that it is alive; who falls silent is seen on every responder's page.
create table heartbeats (
    worker text primary key,
    at bigint not null
);

-- A district's own switch or priority for a referral rule; the newest row of a rule counts, all stay.
create table rule_settings (
    id uuid primary key,
    district_id uuid not null references districts (id),
    rule text not null,
    setting text not null check (setting in ('off', 'critical', 'high', 'moderate', 'low')),
    note text not null,
    set_by uuid not null references users (id),
    set_at bigint not null
);
create index rule_settings_by_district on rule_settings (district_id, rule, set_at);

alter table referrals add column snoozed_until text;
-- The level of a screening is provisional until a person has confirmed it.
alter table referrals add column level_confirmed_at bigint;
alter table follow_ups add column done_by uuid references users (id);

-- A critical referral closes when a second person has confirmed the first one's words.
create table closings (
    id uuid primary key,
    referral_id uuid not null references referrals (id),
    outcome text not null,
    seen_by text not null,
    reason text not null,
    proposed_by uuid not null references users (id),
    proposed_at bigint not null,
    answered_by uuid references users (id),
    answered_at bigint,
    answer text check (answer in ('confirmed', 'returned')),
    check ((answered_at is null) = (answer is null)),
    check (answered_by is null or answered_by <> proposed_by)
);
create unique index closings_one_waiting on closings (referral_id) where answered_at is null;

create table saved_views (
    id uuid primary key,
    user_id uuid not null references users (id),
    name text not null,
    query text not null,
    shared boolean not null,
    created_at bigint not null,
    removed_at bigint
);
create index saved_views_by_user on saved_views (user_id);

-- What a bulk act changed, so that it can be undone for a moment.
create table bulk_acts (
    id uuid primary key,
    user_id uuid not null references users (id),
    kind text not null check (kind in ('assign', 'follow_up')),
    made_at bigint not null,
    undone_at bigint
);
create table bulk_items (
    bulk_id uuid not null references bulk_acts (id),
    referral_id uuid not null references referrals (id),
    owner_before uuid not null references users (id),
    due_before bigint not null,
    follow_up_id uuid references follow_ups (id),
    version_after bigint not null,
    primary key (bulk_id, referral_id)
);

-- One offer of a referral from one person to another; nothing moves until it is accepted.
create table hand_overs (
    id uuid primary key,
    referral_id uuid not null references referrals (id),
    from_user uuid not null references users (id),
    to_user uuid not null references users (id),
    next_step text not null,
    offered_at bigint not null,
    answered_at bigint,
    answer text check (answer in ('accepted', 'declined', 'withdrawn')),
    check ((answered_at is null) = (answer is null)),
    check (from_user <> to_user)
);
create unique index hand_overs_one_waiting on hand_overs (referral_id) where answered_at is null;
create index hand_overs_to on hand_overs (to_user) where answered_at is null;

-- The child's own safety plan, in six steps; a change is the next version.
create table plans (
    id uuid primary key,
    child_id uuid not null references children (id),
    referral_id uuid not null references referrals (id),
    version bigint not null,
    user_id uuid not null references users (id),
    written_at bigint not null,
    warning_signs text not null,
    own_coping text not null,
    people_and_places text not null,
    people_to_ask text not null,
    professionals text not null,
    safer_place text not null,
    -- Why step five or six is empty, where it is.
    gap_reason text not null,
    unique (child_id, version)
);

-- The second look: a person's own finding after the screening.
create table assessments (
    id uuid primary key,
    referral_id uuid not null references referrals (id),
    child_id uuid not null references children (id),
    user_id uuid not null references users (id),
    at bigint not null,
    level text not null check (level in ('critical', 'high', 'moderate', 'low')),
    danger text not null check (danger in ('none', 'possible', 'acute')),
    summary text not null,
    strengths text not null
);
create index assessments_by_child on assessments (child_id, at);

-- Groups of children in distress: seen only where somebody works on the child.
create table child_tags (
    id uuid primary key,
    child_id uuid not null references children (id),
    tag text not null check (tag in ('orphan', 'de_facto_unattended', 'left_behind', 'migrant', 'disabled', 'other')),
    set_by uuid not null references users (id),
    set_at bigint not null,
    removed_at bigint
);
create unique index child_tags_once on child_tags (child_id, tag) where removed_at is null;

-- Where a district can refer to, by welfare system.
create table help_services (
    id uuid primary key,
    district_id uuid not null references districts (id),
    system text not null check (system in ('livelihood', 'medical', 'education', 'mental_health', 'safety', 'guardianship')),
    name text not null,
    contact text not null,
    hours text not null,
    capacity text not null,
    -- The least urgent level that it accepts.
    accepts text not null check (accepts in ('critical', 'high', 'moderate', 'low')),
    added_by uuid references users (id),
    added_at bigint not null,
    retired_at bigint
);
create index help_services_by_district on help_services (district_id, system);

create table outside_referrals (
    id uuid primary key,
    referral_id uuid not null references referrals (id),
    child_id uuid not null references children (id),
    service_id uuid not null references help_services (id),
    state text not null check (state in ('sent', 'received', 'accepted', 'declined', 'attended', 'no_show', 'completed')),
    consent text not null check (consent in ('guardian', 'student', 'override')),
    consent_words text not null,
    letter text not null,
    sent_by uuid not null references users (id),
    sent_at bigint not null,
    -- The last news from anybody; fourteen days of silence make a task.
    news_at bigint not null,
    reminded_at bigint,
    version bigint not null default 1
);
create index outside_referrals_by_referral on outside_referrals (referral_id);
create index outside_referrals_silent on outside_referrals (news_at) where state in ('sent', 'received', 'accepted', 'attended', 'no_show');

create table outside_events (
    id uuid primary key,
    outside_id uuid not null references outside_referrals (id),
    at bigint not null,
    -- Null when the service itself answered through its link.
    user_id uuid references users (id),
    to_state text not null,
    -- Who or what confirms it: needed for 'attended'.
    source text not null,
    note text not null
);
create index outside_events_by_outside on outside_events (outside_id, at);

-- The service's own way in, without an account: a random token, kept as its hash.
create table service_links (
    id uuid primary key,
    outside_id uuid not null references outside_referrals (id),
    token_hash bytea not null unique,
    made_at bigint not null,
    expires_at bigint not null,
    ended_at bigint
);

-- What a teacher noticed. The teacher sees only that it was received and that somebody is on it.
create table concerns (
    id uuid primary key,
    child_id uuid not null references children (id),
    school_id uuid not null references schools (id),
    user_id uuid not null references users (id),
    referral_id uuid not null references referrals (id),
    seen text not null,
    since text not null,
    urgency text not null check (urgency in ('today', 'this_week', 'soon')),
    at bigint not null
);
create index concerns_by_user on concerns (user_id, at);
