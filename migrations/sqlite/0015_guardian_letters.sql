-- Letters to guardians about what comes next: made from a template of the clinical settings, read by a counselor, and only
-- then seen or printed. They hold no score, no band and no instrument.

create table guardian_letters (
    id blob primary key,
    child_id blob not null references children (id),
    referral_id blob not null references referrals (id),
    guardian_id blob not null references guardians (id),
    -- The template's word, and the language it was filled in.
    template text not null,
    language text not null,
    -- The whole letter as it was read, sealed: its first line is the heading.
    body text not null,
    made_by blob not null references users (id),
    made_at integer not null,
    reviewed_by blob references users (id),
    reviewed_at integer,
    discarded_at integer,
    check ((reviewed_by is null) = (reviewed_at is null)),
    check (reviewed_at is null or discarded_at is null)
) strict;
create index guardian_letters_by_child on guardian_letters (child_id, made_at);
create index guardian_letters_by_referral on guardian_letters (referral_id);
