-- What a proctor must know before a class leaves: which devices are away, who was not there, and why a sitting was closed
-- all the same.

-- When the page of a child's device last said that it is there, and whether it still holds unsent answers. Null for a
-- device without JavaScript, which holds none.
alter table sessions add column beat_at bigint;
alter table sessions add column unsent boolean not null default false;
create index sessions_by_sitting on sessions (sitting_id);

-- Children who were not there on the day of a sitting. Nobody in the room learns why.
create table sitting_absences (
    sitting_id uuid not null references sittings (id),
    child_id uuid not null references children (id),
    marked_at bigint not null,
    marked_by uuid references users (id),
    primary key (sitting_id, child_id)
);

-- A sitting for those who have not finished yet.
alter table sittings add column make_up boolean not null default false;
-- What the proctor wrote when it was closed although a device was away or a hand was up.
alter table sittings add column closed_reason text not null default '';
