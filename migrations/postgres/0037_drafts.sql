-- What a counselor has typed and not saved yet, so that a closed lid or a covered page loses nothing (C-28, C-33). One row
-- for a form about a child; only its author reads it. The body is sealed; an empty one says that the form was saved, and
-- that what a page rendered before then sends late is no draft any more.
create table drafts (
    id uuid primary key,
    user_id uuid not null references users (id),
    child_id uuid not null references children (id),
    form text not null check (form in ('note', 'contact', 'plan', 'assessment', 'report')),
    body text not null,
    kept_at bigint not null,
    settled_at bigint not null default 0,
    unique (user_id, child_id, form)
);
create index drafts_by_child on drafts (child_id);
create index drafts_by_age on drafts (kept_at);
