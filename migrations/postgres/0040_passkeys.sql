-- Passkeys of staff: a second factor that works only at our own address, so no false page can ask for it.

create table passkeys (
    id uuid primary key,
    user_id uuid not null references users (id),
    -- What the authenticator calls it; no two accounts share one.
    credential_id bytea not null unique,
    name text not null,
    -- The public key, and what was said of it when it was made. Nothing in it is secret.
    credential text not null,
    -- The last number the authenticator counted: a copy of a key falls behind and is refused.
    counter bigint not null,
    created_at bigint not null,
    used_at bigint
);
create index passkeys_by_user on passkeys (user_id);

-- What a browser was asked to sign, for the sign-in that asked: used once, within five minutes, by whichever node is asked.
create table passkey_challenges (
    -- Of the sign-in's token: one challenge each, a new one takes the old one's place.
    token_hash bytea primary key,
    purpose text not null check (purpose in ('add', 'sign_in', 'confirm')),
    state text not null,
    expires_at bigint not null
);
create index passkey_challenges_by_expiry on passkey_challenges (expires_at);
