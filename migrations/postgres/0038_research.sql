-- Answers for research without a child's name, number, school or class: asked for by one person, approved by a second.
create table research_exports (
    id uuid primary key,
    district_id uuid not null references districts (id),
    asked_at bigint not null,
    asked_by uuid not null references users (id),
    recipient text not null,
    purpose text not null,
    basis text not null,
    decided_at bigint,
    decided_by uuid references users (id),
    approved boolean,
    note text not null,
    -- What its ids are made from, with a key that is not here; gone when it can be taken no longer, and with it every way
    -- from an id to a child.
    secret bytea,
    ends_at bigint,
    taken_at bigint,
    -- Of the file that was taken: a second one that differed could be compared with the first.
    digest bytea,
    check (decided_by is null or decided_by <> asked_by),
    check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (approved is null))
);
create index research_exports_by_district on research_exports (district_id, asked_at);

-- Each window is exported once: two exports could be compared to learn about one child.
create table research_windows (
    window_id uuid primary key references windows (id),
    export_id uuid not null references research_exports (id)
);
create index research_windows_by_export on research_windows (export_id);
