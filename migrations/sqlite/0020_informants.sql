-- Parents and teachers are asked about a child too.

-- Letters with a link to a parent's form. Only the link's hash is stored; a newer letter or a hand withdraws it, and it ends
-- with its window and with the child's consent.
create table family_letters (
    id blob primary key,
    window_id blob not null references windows (id),
    child_id blob not null references children (id),
    token_hash blob not null unique,
    made_at integer not null,
    made_by blob references users (id),
    withdrawn_at integer
) strict;
create index family_letters_by_child on family_letters (child_id, window_id);

-- The teacher who rates: what another one has begun is not changed.
alter table administrations add column rated_by blob references users (id);
