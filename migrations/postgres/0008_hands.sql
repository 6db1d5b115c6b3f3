-- A child that needs an adult in the room: who and when, never why and never at which question.
create table hands (
    id uuid primary key,
    sitting_id uuid not null references sittings (id),
    child_id uuid not null references children (id),
    raised_at bigint not null,
    lowered_at bigint,
    -- Null when the child itself lowered it, or the sitting was closed.
    lowered_by uuid references users (id)
);
create unique index hands_one_up on hands (sitting_id, child_id) where lowered_at is null;
