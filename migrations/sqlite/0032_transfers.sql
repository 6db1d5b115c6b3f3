-- A child that moves takes its referrals along: `school_id` is where somebody works on it now. Figures count it where
-- the screening found it, which never changes.
alter table referrals add column opened_school_id blob references schools (id);
update referrals set opened_school_id = school_id;
drop index referrals_by_window;
create index referrals_by_window on referrals (window_id, opened_school_id);
