-- Sign-in at somebody else's: whose account a person of a provider is, and what browsers went there for.

create table identities (
    issuer text not null,
    -- The provider's own word for the person, which stays when name or address change.
    subject text not null,
    user_id uuid not null references users (id),
    created_at bigint not null,
    primary key (issuer, subject),
    unique (user_id, issuer)
);

-- One way there and back. What is checked on the return is derived from the browser's cookie, so a row alone opens nothing.
create table oidc_requests (
    state_hash bytea primary key,
    browser_hash bytea not null,
    expires_at bigint not null
);
create index oidc_requests_by_expiry on oidc_requests (expires_at);
