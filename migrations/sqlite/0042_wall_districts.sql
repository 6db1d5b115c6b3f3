-- Which district a rehearsal's made-up one belongs to: on PostgreSQL a second wall stands between districts, and the one
-- that rehearses has to reach its practice. An embedded database serves one district, and has no such walls.
alter table districts add column practice_of blob references districts (id);
update districts set practice_of = (
    select w.district_id from rehearsals r join windows w on w.id = r.window_id
    where r.practice_district_id = districts.id limit 1
);
