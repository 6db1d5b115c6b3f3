-- A roster that somebody sent and has not taken over or thrown away yet. It is kept, so that what was looked at is just
-- what is taken over, on whichever node; it goes when it is taken over, and after a day.
create table roster_uploads (
    id blob primary key,
    district_id blob not null references districts (id),
    user_id blob not null references users (id),
    name text not null,
    body blob not null,
    created_at integer not null
) strict;
create index roster_uploads_by_user on roster_uploads (user_id);
