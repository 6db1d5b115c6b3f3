-- The queue in its own order, with all that its counts and its mark look at: of ten thousand open referrals only the page's
-- lines are read. It takes the place of the index by rank, which served neither.
drop index referrals_queue;
create index referrals_in_order on referrals
    (school_id, (case when rank = 1 then 0 else 1 end), due_at, opened_at, id, rank, state, snoozed_until, owner_id, version)
    where closed_at is null;
-- Few reasons are a wish to talk; each queue counts them.
create index referral_reasons_talk on referral_reasons (referral_id) where rule = 'asked_to_talk';
