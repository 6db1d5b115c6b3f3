-- A key for each child, wrapped by its district's data key: all that is about the child is sealed under it, and opens no
-- more when the row is gone. A child from before has none until something about it is sealed.
alter table children add column data_key_id uuid references data_keys (id);
alter table children add column wrapped_key bytea;
create index children_by_data_key on children (data_key_id);

-- An answer is sealed: what was chosen, and whether the child chose not to say. `code` and `declined` hold what is left
-- open from before, which is sealed in the background.
alter table responses add column answer bytea;
create index responses_open on responses (administration_id) where answer is null;

-- What was answered when the flag was raised; `code` as above.
alter table flags add column answer bytea;
create index flags_open on flags (id) where answer is null and code is not null;

-- A file that waits names children.
alter table roster_uploads add column data_key_id uuid references data_keys (id);
