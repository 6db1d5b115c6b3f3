-- Mandatory reports: what the law asks a school to tell an authority. Firstlight never sends one; it keeps the words, the
-- two clocks, and who says that it was sent, or why it was not.

create table mandatory_reports (
    id blob primary key,
    child_id blob not null references children (id),
    referral_id blob not null references referrals (id),
    begun_by blob not null references users (id),
    begun_at integer not null,
    -- Until when the authority is told, and has it in writing.
    tell_by integer not null,
    write_by integer not null,
    told_at integer,
    written_at integer,
    -- Decided against, by somebody who did not begin it. The reason is one of the words.
    decided_by blob references users (id),
    decided_at integer,
    -- When its owner was reminded that the clock has run out.
    reminded_at integer,
    check ((decided_by is null) = (decided_at is null)),
    check (decided_by is null or decided_by <> begun_by),
    check (decided_at is null or told_at is null)
) strict;
create unique index mandatory_reports_one_waiting on mandatory_reports (child_id)
    where decided_at is null and (told_at is null or written_at is null);
create index mandatory_reports_by_child on mandatory_reports (child_id, begun_at);
create index mandatory_reports_by_referral on mandatory_reports (referral_id);

-- What was written, part by part, sealed. A change is the next version; the earlier ones stay.
create table mandatory_words (
    id blob primary key,
    report_id blob not null references mandatory_reports (id),
    child_id blob not null references children (id),
    version integer not null,
    part text not null check (part in ('seen', 'words', 'danger', 'recipient', 'asked', 'told', 'not_told', 'against')),
    body text not null,
    written_by blob not null references users (id),
    written_at integer not null,
    unique (report_id, version, part)
) strict;
create index mandatory_words_by_child on mandatory_words (child_id);

-- Who says that it was sent: by whom, how and when, with the authority's reference. Both names and number are sealed.
create table mandatory_sendings (
    id blob primary key,
    report_id blob not null references mandatory_reports (id),
    child_id blob not null references children (id),
    how text not null check (how in ('phone', 'in_person', 'online', 'letter')),
    sent_at integer not null,
    sent_by_name text not null,
    reference text not null,
    noted_by blob not null references users (id),
    noted_at integer not null
) strict;
create index mandatory_sendings_by_report on mandatory_sendings (report_id, sent_at);
create index mandatory_sendings_by_child on mandatory_sendings (child_id);
