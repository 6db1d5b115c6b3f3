-- Letters to guardians about what comes next: made from a template of the clinical settings, read by a counselor, and only
-- then seen or printed. They hold no score, no band and no instrument.

create table guardian_letters (
    id uuid primary key,
    child_id uuid not null references children (id),
    referral_id uuid not null references referrals (id),
    guardian_id uuid not null references guardians (id),
    -- The template's word, and the language it was filled in.
    template text not null,
    language text not null,
    -- The whole letter as it was read, sealed: its first line is the heading.
    body text not null,
    made_by uuid not null references users (id),
    made_at bigint not null,
    reviewed_by uuid references users (id),
    reviewed_at bigint,
    discarded_at bigint,
    check ((reviewed_by is null) = (reviewed_at is null)),
    check (reviewed_at is null or discarded_at is null)
);
create index guardian_letters_by_child on guardian_letters (child_id, made_at);
create index guardian_letters_by_referral on guardian_letters (referral_id);
