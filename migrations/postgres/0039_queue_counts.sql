-- What the queue counts, each from the few lines it is about: nobody's yet, sent outside, put aside.
create index referrals_unclaimed on referrals (school_id, owner_id) where closed_at is null and state in ('open', 'reopened');
create index referrals_outside on referrals (school_id, owner_id) where closed_at is null and state = 'referred_outside';
create index referrals_put_aside on referrals (school_id, snoozed_until, state, owner_id)
    where closed_at is null and snoozed_until is not null;
