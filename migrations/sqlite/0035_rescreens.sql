-- Screening one child again, with the instrument that found it or another it has been asked: planned by a counselor, by the
-- follow-up plan or by a window, answered behind a card of its own.

-- A re-screen is answered in a window of its own, so that it is no part of anybody's figures. What was said about taking part
-- in the window named here counts for it too.
alter table windows add column consent_of blob references windows (id);
-- So many days after a positive screen of this window a child is screened again; null: not by itself.
alter table windows add column rescreen_days integer;

create table rescreens (
    id blob primary key,
    referral_id blob not null references referrals (id),
    child_id blob not null references children (id),
    instrument text not null,
    -- The day until which it is to be answered.
    due_on text not null,
    -- Null where a window or the follow-up plan asks for it.
    planned_by blob references users (id),
    planned_at integer not null,
    -- Its own window; null until its first card is made.
    window_id blob references windows (id),
    -- When its form was handed in.
    answered_at integer,
    withdrawn_at integer,
    withdrawn_by blob references users (id)
) strict;
create index rescreens_by_child on rescreens (child_id);
create index rescreens_by_referral on rescreens (referral_id);
create index rescreens_waiting on rescreens (due_on) where withdrawn_at is null and answered_at is null;
create unique index rescreens_by_window on rescreens (window_id);
-- Two triggers in the same moment plan one re-screen.
create unique index rescreens_one_planned on rescreens (child_id, instrument) where window_id is null and withdrawn_at is null;
