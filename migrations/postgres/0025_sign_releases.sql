-- A release is built, confirmed by the schools it speaks of, and published by the district. What was built before these
-- steps existed had been read already.
alter table releases add column published_at bigint;
update releases set published_at = built_at;

-- The protected counts themselves, as JSON: what is shown and what is hidden, and nothing that says why.
create table release_tables (
    release_id uuid primary key references releases (id),
    body text not null
);

-- Who did what with a release: built, confirmed or doubted by a school's lead, published.
create table release_steps (
    id uuid primary key,
    release_id uuid not null references releases (id),
    at bigint not null,
    -- Null when Firstlight or somebody at the server's terminal acted.
    user_id uuid references users (id),
    by_name text not null,
    -- The school that a lead speaks for; null for the district's own steps.
    school_id uuid references schools (id),
    step text not null check (step in ('built', 'confirmed', 'doubted', 'published')),
    note text not null
);
create index release_steps_by_release on release_steps (release_id, at);
