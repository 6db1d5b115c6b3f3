-- Other periods of retention take two people (AUT-11): one asks, another decides. What was asked for stays for good.
create table retention_changes (
    id blob primary key,
    district_id blob not null references districts (id),
    before text not null,
    profile text not null,
    asked_at integer not null,
    asked_by blob not null references users (id),
    decided_at integer,
    decided_by blob references users (id),
    -- No where it was refused, or taken back by the one who asked.
    approved integer,
    note text not null,
    check (decided_by is null or decided_by <> asked_by or not approved),
    check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (approved is null))
) strict;
create unique index retention_changes_waiting on retention_changes (district_id) where decided_at is null;
create index retention_changes_by_district on retention_changes (district_id, asked_at);
