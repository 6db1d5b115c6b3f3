-- Mandatory reports: what the law asks a school to tell an authority. Firstlight never sends one; it keeps the words, the
-- two clocks, and who says that it was sent, or why it was not.

create table mandatory_reports (
    id uuid primary key,
    child_id uuid not null references children (id),
    referral_id uuid not null references referrals (id),
    begun_by uuid not null references users (id),
    begun_at bigint not null,
    -- Until when the authority is told, and has it in writing.
    tell_by bigint not null,
    write_by bigint not null,
    told_at bigint,
    written_at bigint,
    -- Decided against, by somebody who did not begin it. The reason is one of the words.
    decided_by uuid references users (id),
    decided_at bigint,
    -- When its owner was reminded that the clock has run out.
    reminded_at bigint,
    check ((decided_by is null) = (decided_at is null)),
    check (decided_by is null or decided_by <> begun_by),
    check (decided_at is null or told_at is null)
);
create unique index mandatory_reports_one_waiting on mandatory_reports (child_id)
    where decided_at is null and (told_at is null or written_at is null);
create index mandatory_reports_by_child on mandatory_reports (child_id, begun_at);
create index mandatory_reports_by_referral on mandatory_reports (referral_id);

-- What was written, part by part, sealed. A change is the next version; the earlier ones stay.
create table mandatory_words (
    id uuid primary key,
    report_id uuid not null references mandatory_reports (id),
    child_id uuid not null references children (id),
    version bigint not null,
    part text not null check (part in ('seen', 'words', 'danger', 'recipient', 'asked', 'told', 'not_told', 'against')),
    body text not null,
    written_by uuid not null references users (id),
    written_at bigint not null,
    unique (report_id, version, part)
);
create index mandatory_words_by_child on mandatory_words (child_id);

-- Who says that it was sent: by whom, how and when, with the authority's reference. Both names and number are sealed.
create table mandatory_sendings (
    id uuid primary key,
    report_id uuid not null references mandatory_reports (id),
    child_id uuid not null references children (id),
    how text not null check (how in ('phone', 'in_person', 'online', 'letter')),
    sent_at bigint not null,
    sent_by_name text not null,
    reference text not null,
    noted_by uuid not null references users (id),
    noted_at bigint not null
);
create index mandatory_sendings_by_report on mandatory_sendings (report_id, sent_at);
create index mandatory_sendings_by_child on mandatory_sendings (child_id);
