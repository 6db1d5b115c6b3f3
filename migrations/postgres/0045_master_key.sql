-- The master key can be changed: the database notes which one is in force, and keeps what was derived from it before.

-- The fingerprint of the master key in force, which tells nothing of the key itself.
create table master_key (
    one bigint primary key check (one = 1),
    fingerprint bytea not null,
    changed_at bigint not null
);

-- Keys that outlive a change of the master key, wrapped by it: of cards, forms, recovery codes, the trail and the like.
create table kept_keys (
    purpose text primary key,
    wrapped bytea not null
);
