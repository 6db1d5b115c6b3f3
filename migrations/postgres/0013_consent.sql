-- Consent: what guardians are told, what was said for each child, and the letters by which it is said.

-- The notice to guardians, in versions: what was read is what was agreed to.
create table notices (
    id uuid primary key,
    window_id uuid not null references windows (id),
    version bigint not null,
    body text not null,
    -- The instruments attached, each with its version: `phq9_teen 2`, one after the other with commas between them.
    instruments text not null,
    published_at bigint not null,
    published_by uuid references users (id),
    unique (window_id, version)
);

-- Everything that was ever said; `consents` holds what counts now.
create table consent_events (
    id uuid primary key,
    child_id uuid not null references children (id),
    window_id uuid not null references windows (id),
    status text not null check (status in ('given', 'refused', 'withdrawn', 'waiting')),
    -- How it was said: on paper, through the letter's link, in person, by the demo.
    method text not null,
    by_role text not null check (by_role in ('guardian', 'student')),
    by_name text not null,
    -- The date on the slip, or the day it was said.
    said_on text not null,
    -- Where the slip lies, or what else shows it.
    proof text not null,
    -- The newest notice there was; null before the first.
    notice_version bigint,
    recorded_at bigint not null,
    recorded_by uuid references users (id)
);
create index consent_events_by_child on consent_events (child_id, window_id, recorded_at);

-- Letters to guardians. The link on one opens the notice and takes the answer; only its hash is stored.
create table consent_letters (
    id uuid primary key,
    window_id uuid not null references windows (id),
    child_id uuid not null references children (id),
    token_hash bytea not null unique,
    printed_at bigint not null
);
create index consent_letters_by_child on consent_letters (child_id);
