-- A release counts the referrals of a window school by school.
create index referrals_by_window on referrals (window_id, school_id);
