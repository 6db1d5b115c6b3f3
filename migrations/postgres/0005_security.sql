-- Security: what makes the trail tamper-evident, how staff get and keep their sign-in, and reasons for looking
-- outside one's own schools.

-- Acts whose audit row is committed but not yet sealed: written with the row, removed when it is sealed. A queue, because
-- rows of several nodes commit in another order than their ids, so that no watermark could find them all.
create table audit_queue (
    audit_id uuid primary key
);
insert into audit_queue (audit_id) select id from audit;

-- One keyed chain for each district, and one (nil) for acts of no district: each link's code covers the row and the link
-- before, under a key that is not in the database. Sealed after the commit, so that no writer waits for another's link.
create table audit_seals (
    chain uuid not null,
    seq bigint not null,
    audit_id uuid not null unique,
    code bytea not null,
    primary key (chain, seq)
);

-- The trail is only ever added to. Whoever can drop these triggers is found by the chain.
create function audit_is_only_added_to() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is only added to';
end
$$;
create trigger audit_is_not_changed before update or delete or truncate on audit
    for each statement execute function audit_is_only_added_to();

-- When the second factor was last given (step-up needs a fresh one), and what the browser calls itself, so that people
-- recognise their own devices.
alter table sessions add column factor_at bigint;
alter table sessions add column device text not null default '';
create index sessions_by_user on sessions (user_id);

-- One-time codes for the day the phone is lost: ten of them, stored hashed, each good once.
create table recovery_codes (
    user_id uuid not null references users (id),
    code_hash bytea not null,
    used_at bigint,
    primary key (user_id, code_hash)
);

-- A one-time link by which an account gets its password and second factor: for a new account, and after a reset.
create table invitations (
    token_hash bytea primary key,
    user_id uuid not null references users (id),
    -- Fixed when the link is made, so that the page shows the same secret on each visit.
    totp_secret text not null,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index invitations_by_user on invitations (user_id);

-- A look at a child outside one's own schools, with its reason and its end. The child's counselors are told.
create table break_glass (
    id uuid primary key,
    user_id uuid not null references users (id),
    child_id uuid not null references children (id),
    reason text not null,
    opened_at bigint not null,
    ends_at bigint not null
);
create index break_glass_by_child on break_glass (child_id, ends_at);
create index break_glass_by_user on break_glass (user_id, ends_at);

-- Data keys, wrapped by a key outside the database; the newest of a district seals, the older ones still open.
create table data_keys (
    id uuid primary key,
    district_id uuid not null references districts (id),
    number bigint not null,
    wrapped bytea not null,
    created_at bigint not null,
    unique (district_id, number)
);
