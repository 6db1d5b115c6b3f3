-- Security: what makes the trail tamper-evident, how staff get and keep their sign-in, and reasons for looking
-- outside one's own schools.

-- Acts whose audit row is committed but not yet sealed: written with the row, removed when it is sealed. A queue, because
-- rows of several nodes commit in another order than their ids, so that no watermark could find them all.
create table audit_queue (
    audit_id blob primary key
) strict;
insert into audit_queue (audit_id) select id from audit;

-- One keyed chain for each district, and one (nil) for acts of no district: each link's code covers the row and the link
-- before, under a key that is not in the database. Sealed after the commit, so that no writer waits for another's link.
create table audit_seals (
    chain blob not null,
    seq integer not null,
    audit_id blob not null unique,
    code blob not null,
    primary key (chain, seq)
) strict;

-- The trail is only ever added to. Whoever can drop these triggers is found by the chain.
create trigger audit_is_not_changed before update on audit
begin
    select raise(abort, 'the audit trail is only added to');
end;
create trigger audit_is_not_removed before delete on audit
begin
    select raise(abort, 'the audit trail is only added to');
end;

-- When the second factor was last given (step-up needs a fresh one), and what the browser calls itself, so that people
-- recognise their own devices.
alter table sessions add column factor_at integer;
alter table sessions add column device text not null default '';
create index sessions_by_user on sessions (user_id);

-- One-time codes for the day the phone is lost: ten of them, stored hashed, each good once.
create table recovery_codes (
    user_id blob not null references users (id),
    code_hash blob not null,
    used_at integer,
    primary key (user_id, code_hash)
) strict;

-- A one-time link by which an account gets its password and second factor: for a new account, and after a reset.
create table invitations (
    token_hash blob primary key,
    user_id blob not null references users (id),
    -- Fixed when the link is made, so that the page shows the same secret on each visit.
    totp_secret text not null,
    created_at integer not null,
    expires_at integer not null,
    used_at integer
) strict;
create index invitations_by_user on invitations (user_id);

-- A look at a child outside one's own schools, with its reason and its end. The child's counselors are told.
create table break_glass (
    id blob primary key,
    user_id blob not null references users (id),
    child_id blob not null references children (id),
    reason text not null,
    opened_at integer not null,
    ends_at integer not null
) strict;
create index break_glass_by_child on break_glass (child_id, ends_at);
create index break_glass_by_user on break_glass (user_id, ends_at);

-- Data keys, wrapped by a key outside the database; the newest of a district seals, the older ones still open.
create table data_keys (
    id blob primary key,
    district_id blob not null references districts (id),
    number integer not null,
    wrapped blob not null,
    created_at integer not null,
    unique (district_id, number)
) strict;
