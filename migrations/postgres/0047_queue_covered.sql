-- Counts of what somebody owns, and the mark of all of it, from this index alone.
drop index referrals_by_owner;
create index referrals_by_owner on referrals (owner_id, school_id, version) where closed_at is null;
