-- Other periods of retention take two people (AUT-11): one asks, another decides. What was asked for stays for good.
create table retention_changes (
    id uuid primary key,
    district_id uuid not null references districts (id),
    before text not null,
    profile text not null,
    asked_at bigint not null,
    asked_by uuid not null references users (id),
    decided_at bigint,
    decided_by uuid references users (id),
    -- No where it was refused, or taken back by the one who asked.
    approved boolean,
    note text not null,
    check (decided_by is null or decided_by <> asked_by or not approved),
    check ((decided_at is null) = (decided_by is null) and (decided_at is null) = (approved is null))
);
create unique index retention_changes_waiting on retention_changes (district_id) where decided_at is null;
create index retention_changes_by_district on retention_changes (district_id, asked_at);
alter table retention_changes enable row level security;
alter table retention_changes force row level security;
create policy district_wall on retention_changes using (
    (select current_setting('firstlight.district', true) = '*')
    or district_id in (select d.id from districts d
        where current_setting('firstlight.district', true) in (d.id::text, d.practice_of::text))
);
