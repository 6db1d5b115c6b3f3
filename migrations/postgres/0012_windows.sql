-- Preparing a window: whom it covers, in which languages, and how each school answers for its children.

-- Grades that a window covers; none named means every grade of its schools.
create table window_grades (
    window_id uuid not null references windows (id),
    grade bigint not null,
    primary key (window_id, grade)
);

-- Classes that a window covers; none named means every class of those grades.
create table window_classes (
    window_id uuid not null references windows (id),
    class_id uuid not null references classes (id),
    primary key (window_id, class_id)
);

-- Tags, one after the other with blanks between them.
alter table windows add column languages text not null default 'en';

-- How a school answers for the children of a window. Without it a window with critical items does not open.
create table response_plans (
    window_id uuid not null references windows (id),
    school_id uuid not null references schools (id),
    -- Between which minutes of the school's day check-ins begin; null until somebody has said so.
    opens_minute bigint,
    closes_minute bigint,
    room text not null,
    escalation text not null,
    guardian_rule text not null,
    primary key (window_id, school_id)
);

-- A practice with made-up children in a district of its own: nothing of it is counted or referred, and emptying that
-- district, when it ends, removes all of it.
create table rehearsals (
    id uuid primary key,
    window_id uuid not null references windows (id),
    -- The practice's own district, which is used again, with its one sitting, which is gone when it has ended.
    practice_district_id uuid not null,
    sitting_id uuid not null,
    started_by uuid not null references users (id),
    started_at bigint not null,
    ended_at bigint
);
create index rehearsals_by_window on rehearsals (window_id);
alter table windows add column rehearsal boolean not null default false;
alter table schools add column rehearsal boolean not null default false;
