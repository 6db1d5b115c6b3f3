-- A connection that may see every district no longer carries the wall through each of its statements: setting up the
-- subqueries of a wall that is not looked at cost a check-in as much again as all it does. Declared immutable, so that the
-- planner takes the wall out where it says yes. That is true because a connection of the program names '*' when it is made
-- and never after, and one that names a district never says '*'; whoever changes it by hand says `discard plans` too.
create function firstlight_sees_all() returns boolean language sql immutable parallel safe as
    $$ select current_setting('firstlight.district', true) = '*' $$;

do $$
declare
    wall record;
begin
    for wall in select tablename, qual from pg_policies where schemaname = current_schema() and policyname = 'district_wall' loop
        execute format('alter policy district_wall on %I using (firstlight_sees_all() or %s)', wall.tablename, wall.qual);
    end loop;
end $$;
