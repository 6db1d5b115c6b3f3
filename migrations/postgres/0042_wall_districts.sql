-- A second wall between districts that share one PostgreSQL (AZ-05). The program names the district it acts for on each
-- connection (`firstlight.district`); what belongs to another is then not there, whatever a query forgets to ask. Jobs,
-- commands and whoever has not signed in yet say '*'. A connection that says nothing sees nothing: a dump says '*' too
-- (server/ops/SCALING.md). Superusers and roles with BYPASSRLS walk through every wall of this kind, so the program's own
-- role should be neither.

-- A rehearsal's made-up children stand in a district of their own, which belongs to the one that rehearses.
alter table districts add column practice_of uuid references districts (id);
update districts set practice_of = p.home from (
    select distinct r.practice_district_id as practice, w.district_id as home
    from rehearsals r join windows w on w.id = r.window_id
) p where districts.id = p.practice;

do $$
declare
    wall record;
    own constant text := 'district_id in (select d.id from districts d where current_setting(''firstlight.district'', true) '
        'in (d.id::text, d.practice_of::text))';
begin
    for wall in select * from (values
        -- What names its district.
        ('schools', 'district'), ('children', 'district'), ('users', 'district'), ('windows', 'district'),
        ('releases', 'district'), ('settings', 'district'), ('rule_settings', 'district'),
        ('help_services', 'district'), ('data_keys', 'district'), ('legal_holds', 'district'), ('tombstones', 'district'),
        ('roster_uploads', 'district'), ('areas', 'district'), ('research_exports', 'district'),
        -- What the program did for nobody is the only district's, if there is only one.
        ('audit', 'district or nobody'),
        -- What belongs to a school: the few schools of a district are looked up once for many rows.
        ('classes', 'school_id > schools'), ('holidays', 'school_id > schools'), ('enrollments', 'school_id > schools'),
        ('duties', 'school_id > schools'), ('window_schools', 'school_id > schools'), ('sittings', 'school_id > schools'),
        ('administrations', 'school_id > schools'), ('referrals', 'school_id > schools'), ('concerns', 'school_id > schools'),
        ('duty_shifts', 'school_id > schools'), ('response_plans', 'school_id > schools'),
        -- To a window or a member of staff.
        ('window_instruments', 'window_id > windows'), ('window_grades', 'window_id > windows'),
        ('window_classes', 'window_id > windows'), ('consents', 'window_id > windows'), ('cards', 'window_id > windows'),
        ('notices', 'window_id > windows'), ('consent_events', 'window_id > windows'),
        ('consent_letters', 'window_id > windows'), ('family_letters', 'window_id > windows'),
        ('rehearsals', 'window_id > windows'), ('talk_requests', 'window_id > windows'),
        ('deletions_waiting', 'window_id > windows'), ('research_windows', 'window_id > windows'),
        ('user_roles', 'user_id > users'), ('area_roles', 'user_id > users'), ('absences', 'user_id > users'),
        ('saved_views', 'user_id > users'), ('bulk_acts', 'user_id > users'), ('recovery_codes', 'user_id > users'),
        ('invitations', 'user_id > users'), ('break_glass', 'user_id > users'), ('drafts', 'user_id > users'),
        ('passkeys', 'user_id > users'), ('identities', 'user_id > users'),
        -- To a child.
        ('guardians', 'child_id > children'), ('flags', 'child_id > children'), ('notes', 'child_id > children'),
        ('child_tags', 'child_id > children'),
        -- To a row of those above.
        ('responses', 'administration_id > administrations'), ('scores', 'administration_id > administrations'),
        ('hands', 'sitting_id > sittings'), ('sitting_absences', 'sitting_id > sittings'),
        ('referral_reasons', 'referral_id > referrals'), ('referral_events', 'referral_id > referrals'),
        ('contacts', 'referral_id > referrals'), ('follow_ups', 'referral_id > referrals'),
        ('outbox', 'referral_id > referrals'), ('closings', 'referral_id > referrals'),
        ('hand_overs', 'referral_id > referrals'), ('plans', 'referral_id > referrals'),
        ('assessments', 'referral_id > referrals'), ('outside_referrals', 'referral_id > referrals'),
        ('guardian_letters', 'referral_id > referrals'), ('mandatory_reports', 'referral_id > referrals'),
        ('rescreens', 'referral_id > referrals'), ('bulk_items', 'referral_id > referrals'),
        ('deliveries', 'alert_id > outbox'), ('outside_events', 'outside_id > outside_referrals'),
        ('service_links', 'outside_id > outside_referrals'), ('mandatory_words', 'report_id > mandatory_reports'),
        ('mandatory_sendings', 'report_id > mandatory_reports'), ('release_figures', 'release_id > releases'),
        ('release_tables', 'release_id > releases'), ('release_steps', 'release_id > releases'),
        ('audit_seals', 'audit_id > audit'),
        -- To one of two.
        ('sessions', 'user_id > users or child_id > children')
    ) as walls (name, belongs) loop
        -- The setting is read once for a statement; what follows it is not looked at where it says '*'.
        execute format(
            'create policy district_wall on %I using ((select current_setting(''firstlight.district'', true) = ''*'') or %s)',
            wall.name,
            case wall.belongs
                when 'district' then own
                when 'district or nobody' then own || ' or (district_id is null and (select count(*) = 1 and '
                    'bool_and(d.id::text = current_setting(''firstlight.district'', true)) from districts d '
                    'where d.practice_of is null))'
                else regexp_replace(
                    wall.belongs, '(\w+) > (\w+)', format('exists (select 1 from \2 o where o.id = %I.\1)', wall.name), 'g')
            end);
        execute format('alter table %I enable row level security', wall.name);
        -- The program owns its tables, and an owner would walk through.
        execute format('alter table %I force row level security', wall.name);
    end loop;
end $$;
