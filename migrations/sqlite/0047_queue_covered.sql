-- SQLite reads a partial index alone only where it also holds the column of its condition; else each of ten thousand lines
-- is looked up in the table.
drop index referrals_in_order;
create index referrals_in_order on referrals
    (school_id, (case when rank = 1 then 0 else 1 end), due_at, opened_at, id, rank, state, snoozed_until, owner_id, version,
     closed_at)
    where closed_at is null;
drop index referrals_unclaimed;
create index referrals_unclaimed on referrals (school_id, owner_id, state, closed_at)
    where closed_at is null and state in ('open', 'reopened');
drop index referrals_by_owner;
create index referrals_by_owner on referrals (owner_id, school_id, version, closed_at) where closed_at is null;
