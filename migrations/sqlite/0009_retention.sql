-- What must not go, what goes when, and what is left of a child that is gone.

-- While a hold stands, nothing about the child is removed; without a child, nothing about any child of the district.
create table legal_holds (
    id blob primary key,
    district_id blob not null references districts (id),
    child_id blob references children (id),
    -- Who asks for it and under which file number; never a name.
    reason text not null,
    -- Null where it was set at the server's terminal.
    set_by blob references users (id),
    set_at integer not null,
    released_by blob references users (id),
    released_at integer
) strict;
create index legal_holds_standing on legal_holds (district_id, child_id) where released_at is null;

-- All that is left of an erased child. Its id means nobody any more, but it still stands in the trail.
create table tombstones (
    child_id blob primary key,
    district_id blob not null references districts (id),
    -- HMAC-SHA-256 of the district's own number under a key that is not in the database: whoever knows the number can ask
    -- whether its child was erased, and nobody can read the number off it.
    number_hash blob not null,
    erased_at integer not null,
    why text not null check (why in ('guardian_asked', 'child_asked', 'court_or_authority', 'entered_in_error',
        'retention_ended', 'came_back')),
    -- Why an open referral did not stop it; empty where there was none.
    note text not null,
    -- Null where Firstlight itself did it, or somebody at the server's terminal.
    erased_by blob references users (id),
    -- How many rows of each table went: `children 1, enrollments 2`.
    counts text not null
) strict;
create index tombstones_by_district on tombstones (district_id, erased_at);
create index tombstones_by_number on tombstones (number_hash);

create trigger tombstones_are_not_changed before update on tombstones
begin
    select raise(abort, 'a tombstone stays as it is');
end;
create trigger tombstones_are_not_removed before delete on tombstones
begin
    select raise(abort, 'a tombstone stays as it is');
end;

-- What a window collected about a child and a hold keeps for now: removed when the hold is released.
create table deletions_waiting (
    child_id blob not null references children (id),
    window_id blob not null references windows (id),
    asked_at integer not null,
    primary key (child_id, window_id)
) strict;

-- Backups that this program made, so that each goes when its days are over and a proof can name those that still hold a
-- child.
create table backups (
    id blob primary key,
    made_at integer not null,
    file text not null,
    -- Of the sealed file: nothing else is ever removed in its place.
    sha256 text not null,
    state text not null check (state in ('kept', 'removed', 'moved_away')),
    state_at integer not null
) strict;
create index backups_kept on backups (made_at) where state = 'kept';

-- An erasure looks up every row of one child, and each removal asks whether something still points to it.
create index contacts_by_child on contacts (child_id);
create index concerns_by_child on concerns (child_id);
create index concerns_by_referral on concerns (referral_id);
create index outside_referrals_by_child on outside_referrals (child_id);
create index plans_by_referral on plans (referral_id);
create index assessments_by_referral on assessments (referral_id);
create index bulk_items_by_referral on bulk_items (referral_id);
create index bulk_items_by_follow_up on bulk_items (follow_up_id) where follow_up_id is not null;
create index closings_by_referral on closings (referral_id);
create index hand_overs_by_referral on hand_overs (referral_id);
create index child_tags_by_child on child_tags (child_id);
create index hands_by_child on hands (child_id);
create index service_links_by_outside on service_links (outside_id);
-- What is over and due: a day's purge reads no more than what it removes.
create index referrals_closed on referrals (closed_at) where closed_at is not null;
