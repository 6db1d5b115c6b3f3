-- What somebody wrote wrongly is corrected by a row that points to it: the old words stay, and the new row stands at the
-- same instant. `corrected_at` is when the correction was written. A row is corrected once; then its correction is.
alter table contacts add column corrects uuid references contacts (id);
alter table contacts add column corrected_at bigint;
create unique index contacts_corrected_once on contacts (corrects) where corrects is not null;
alter table notes add column corrects uuid references notes (id);
alter table notes add column corrected_at bigint;
create unique index notes_corrected_once on notes (corrects) where corrects is not null;
alter table assessments add column corrects uuid references assessments (id);
alter table assessments add column corrected_at bigint;
create unique index assessments_corrected_once on assessments (corrects) where corrects is not null;
alter table follow_ups add column corrects uuid references follow_ups (id);
alter table follow_ups add column corrected_at bigint;
create unique index follow_ups_corrected_once on follow_ups (corrects) where corrects is not null;
-- The other tables name their author; a follow-up made by itself has none.
alter table follow_ups add column corrected_by uuid references users (id);
