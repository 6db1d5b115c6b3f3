-- Levels between a district and its schools, as many as there are: counties, towns, networks of schools.

create table areas (
    id uuid primary key,
    district_id uuid not null references districts (id),
    -- Null for those that stand right below the district.
    parent_id uuid references areas (id),
    name text not null,
    created_at bigint not null
);
create index areas_by_district on areas (district_id);

alter table schools add column area_id uuid references areas (id);

-- A role for all schools of an area, today's and tomorrow's.
create table area_roles (
    user_id uuid not null references users (id),
    role text not null check (role in ('teacher', 'proctor', 'counselor', 'school_lead', 'district_officer',
        'analyst', 'administrator', 'auditor')),
    area_id uuid not null references areas (id),
    unique (user_id, role, area_id)
);

-- What such a role comes to, school by school: everything that asks who may what at a school asks user_roles.
-- Null where the role was given for the school, or the district, itself.
alter table user_roles add column area_id uuid references areas (id);
