-- Which column of a roster that was sent is what, where somebody has said so: the words of the fields in the order of the
-- columns, separated by commas, nothing for a column that is not used. Null while the guess from the headings holds.
alter table roster_uploads add column columns text;
