-- A child that needs an adult in the room: who and when, never why and never at which question.
create table hands (
    id blob primary key,
    sitting_id blob not null references sittings (id),
    child_id blob not null references children (id),
    raised_at integer not null,
    lowered_at integer,
    -- Null when the child itself lowered it, or the sitting was closed.
    lowered_by blob references users (id)
) strict;
create unique index hands_one_up on hands (sitting_id, child_id) where lowered_at is null;
