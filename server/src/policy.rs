//! The whole access policy on one screen: pure, deny by default.
//!
//! It answers one question: may this actor do this, at this place? Whether the place exists, and whether the actor
//! learns that it does, is the caller's business: a refusal becomes "not found".

use crate::ctx::Actor;
use crate::model::people::Role;
use crate::model::{DistrictId, SchoolId};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Answer the questions of one's own card.
    AnswerOwn,
    /// Open and close sittings and see who has finished.
    RunSitting,
    /// See the queue and work on referrals.
    WorkReferrals,
    /// See a child's record: scores, flags, contacts.
    SeeChild,
    /// See single answers.
    SeeAnswers,
    /// Send a child to another school of the district.
    MoveChild,
    /// See how many referrals are open and overdue, without a child.
    SeeSchoolCounts,
    /// See released figures.
    SeeReleases,
    /// Build a release.
    BuildRelease,
    /// Say whether a release fits how the screening of one's school went.
    ConfirmRelease,
    /// See how windows go across schools: no child, no result.
    SeeLogistics,
    /// See accounts, windows and settings.
    SeeSetup,
    /// Change the state of a window.
    RunWindow,
    /// Look at a child of another school of the district, with a reason and for an hour.
    BreakGlass,
    /// See who of other schools looked at children of one's own.
    SeeLooks,
    /// Invite people, change roles, disable and reset accounts.
    ManageAccounts,
    /// Read the audit trail.
    SeeAudit,
    /// Set who is on duty and who is away.
    SetDuty,
    /// Tell the counselors about a child one worries about.
    ReportConcern,
    /// Rate the children of a class.
    RateClass,
    /// Switch referral rules and set their priorities.
    SetRules,
    /// Keep the directory of services to refer to.
    KeepDirectory,
    /// Set how long data are kept, set and release legal holds, erase a child.
    ManageRetention,
    /// Approve or refuse other periods that somebody else asked for.
    DecideRetention,
    /// Take over the roster of the district.
    ImportRoster,
    /// Prepare windows and the calendars of schools.
    PrepareWindow,
    /// Record consent and print letters to guardians.
    KeepConsent,
    /// Ask for answers without names for research, and take them once somebody else has approved.
    AskResearch,
    /// Approve or refuse what somebody else asked for.
    DecideResearch,
}

impl Action {
    /// Every action, for the access table.
    pub const ALL: [Self; 29] = [
        Self::AnswerOwn,
        Self::RunSitting,
        Self::WorkReferrals,
        Self::SeeChild,
        Self::SeeAnswers,
        Self::MoveChild,
        Self::SeeSchoolCounts,
        Self::SeeReleases,
        Self::BuildRelease,
        Self::ConfirmRelease,
        Self::SeeLogistics,
        Self::SeeSetup,
        Self::RunWindow,
        Self::BreakGlass,
        Self::SeeLooks,
        Self::ManageAccounts,
        Self::SeeAudit,
        Self::SetDuty,
        Self::ReportConcern,
        Self::RateClass,
        Self::SetRules,
        Self::KeepDirectory,
        Self::ManageRetention,
        Self::DecideRetention,
        Self::ImportRoster,
        Self::PrepareWindow,
        Self::KeepConsent,
        Self::AskResearch,
        Self::DecideResearch,
    ];

    /// The roles of staff that may.
    fn roles(self) -> &'static [Role] {
        match self {
            Self::AnswerOwn => &[],
            Self::RunSitting => &[Role::Proctor],
            Self::SeeLooks => &[Role::Counselor, Role::SchoolLead],
            Self::BreakGlass | Self::WorkReferrals | Self::SeeChild | Self::SeeAnswers | Self::MoveChild => {
                &[Role::Counselor]
            }
            Self::SeeSchoolCounts | Self::ConfirmRelease => &[Role::SchoolLead],
            Self::SeeReleases => &[Role::DistrictOfficer, Role::Analyst],
            Self::AskResearch => &[Role::DistrictOfficer, Role::Analyst],
            Self::DecideResearch | Self::DecideRetention => &[Role::DistrictOfficer, Role::Administrator],
            Self::BuildRelease | Self::SeeLogistics => &[Role::DistrictOfficer],
            Self::ManageAccounts | Self::SeeSetup => &[Role::Administrator],
            Self::RunWindow => &[Role::Administrator, Role::DistrictOfficer],
            Self::SeeAudit => &[Role::Auditor],
            Self::SetDuty => &[Role::Counselor, Role::SchoolLead, Role::Administrator],
            Self::ReportConcern | Self::RateClass => &[Role::Teacher],
            Self::SetRules | Self::ManageRetention | Self::ImportRoster | Self::PrepareWindow => {
                &[Role::Administrator]
            }
            Self::KeepConsent => &[Role::Administrator, Role::SchoolLead],
            Self::KeepDirectory => &[Role::Counselor, Role::Administrator],
        }
    }
}

/// Where somebody wants to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Anything of the district as a whole: held only by a role without a school.
    District(DistrictId),
    /// One school of a district.
    School(DistrictId, SchoolId),
    /// At least one place of one's own: may the page be opened at all?
    Anywhere,
}

/// Whether `actor` may do `action` at `place`.
pub fn allow(actor: &Actor, action: Action, place: Place) -> bool {
    match actor {
        Actor::Nobody => false,
        Actor::Console | Actor::Job(_) => action != Action::AnswerOwn,
        Actor::Student(_) => action == Action::AnswerOwn,
        Actor::Staff(staff) => staff.grants.iter().any(|grant| {
            action.roles().contains(&grant.role)
                && match place {
                    Place::Anywhere => true,
                    Place::District(district) => district == staff.district && grant.school.is_none(),
                    Place::School(district, school) => {
                        district == staff.district && grant.school.is_none_or(|own| own == school)
                    }
                }
        }),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Action, Place, allow};
    use crate::ctx::{Actor, Grant, Staff, Student};
    use crate::model::people::Role;
    use crate::model::{ChildId, DistrictId, SchoolId, SittingId, UserId, WindowId};

    const HERE: DistrictId = DistrictId(Uuid::from_u128(1));
    const ELSEWHERE: DistrictId = DistrictId(Uuid::from_u128(2));
    const OWN: SchoolId = SchoolId(Uuid::from_u128(10));
    const SIBLING: SchoolId = SchoolId(Uuid::from_u128(11));

    fn staff(role: Role, school: Option<SchoolId>) -> Actor {
        Actor::Staff(Staff {
            user: UserId(Uuid::from_u128(100)),
            district: HERE,
            name: String::new(),
            grants: vec![Grant { role, school }],
        })
    }

    /// The reviewed table: who may do what at the own school. Everything else is denied.
    const TABLE: &[(Action, &[Role])] = &[
        (Action::AnswerOwn, &[]),
        (Action::RunSitting, &[Role::Proctor]),
        (Action::WorkReferrals, &[Role::Counselor]),
        (Action::SeeChild, &[Role::Counselor]),
        (Action::SeeAnswers, &[Role::Counselor]),
        (Action::MoveChild, &[Role::Counselor]),
        (Action::SeeSchoolCounts, &[Role::SchoolLead]),
        (Action::SeeReleases, &[Role::DistrictOfficer, Role::Analyst]),
        (Action::BuildRelease, &[Role::DistrictOfficer]),
        (Action::ConfirmRelease, &[Role::SchoolLead]),
        (Action::SeeLogistics, &[Role::DistrictOfficer]),
        (Action::SeeSetup, &[Role::Administrator]),
        (Action::RunWindow, &[Role::Administrator, Role::DistrictOfficer]),
        (Action::BreakGlass, &[Role::Counselor]),
        (Action::SeeLooks, &[Role::Counselor, Role::SchoolLead]),
        (Action::ManageAccounts, &[Role::Administrator]),
        (Action::SeeAudit, &[Role::Auditor]),
        (Action::SetDuty, &[Role::Counselor, Role::SchoolLead, Role::Administrator]),
        (Action::ReportConcern, &[Role::Teacher]),
        (Action::RateClass, &[Role::Teacher]),
        (Action::SetRules, &[Role::Administrator]),
        (Action::ImportRoster, &[Role::Administrator]),
        (Action::PrepareWindow, &[Role::Administrator]),
        (Action::KeepConsent, &[Role::Administrator, Role::SchoolLead]),
        (Action::KeepDirectory, &[Role::Counselor, Role::Administrator]),
        (Action::ManageRetention, &[Role::Administrator]),
        (Action::DecideRetention, &[Role::DistrictOfficer, Role::Administrator]),
        (Action::AskResearch, &[Role::DistrictOfficer, Role::Analyst]),
        (Action::DecideResearch, &[Role::DistrictOfficer, Role::Administrator]),
    ];

    #[test]
    fn each_role_may_do_what_the_table_says_at_its_own_school_and_nothing_elsewhere_az_02() {
        let mut cells = 0;
        for action in Action::ALL {
            let may = TABLE.iter().find(|(a, _)| *a == action).expect("every action has a row").1;
            for role in Role::ALL {
                let own = staff(*role, Some(OWN));
                assert_eq!(
                    allow(&own, action, Place::School(HERE, OWN)),
                    may.contains(role),
                    "{action:?} {role:?}"
                );
                assert!(
                    !allow(&own, action, Place::School(HERE, SIBLING)),
                    "{action:?} {role:?} sibling school"
                );
                assert!(!allow(&own, action, Place::District(HERE)), "{action:?} {role:?} whole district");
                let wide = staff(*role, None);
                assert_eq!(allow(&wide, action, Place::School(HERE, SIBLING)), may.contains(role));
                assert!(
                    !allow(&wide, action, Place::School(ELSEWHERE, OWN)),
                    "{action:?} {role:?} other district"
                );
                assert!(
                    !allow(&wide, action, Place::District(ELSEWHERE)),
                    "{action:?} {role:?} other district"
                );
                cells += 6;
            }
        }
        println!("{cells} cells of the access policy checked");
    }

    /// Each role counts where it is held and nowhere else, and without any role there is nothing.
    #[test]
    fn two_roles_at_two_schools_do_not_mix_and_no_role_is_nothing_az_10() {
        let with = |grants: Vec<Grant>| {
            let Actor::Staff(one) = staff(Role::Teacher, None) else { unreachable!() };
            Actor::Staff(Staff { grants, ..one })
        };
        let counselor = Grant { role: Role::Counselor, school: Some(OWN) };
        let teacher = Grant { role: Role::Teacher, school: Some(SIBLING) };
        for grants in [vec![counselor, teacher], vec![teacher, counselor]] {
            let both = with(grants);
            for (action, own, sibling) in [(Action::SeeChild, true, false), (Action::RateClass, false, true)]
            {
                assert_eq!(allow(&both, action, Place::School(HERE, OWN)), own, "{action:?}");
                assert_eq!(allow(&both, action, Place::School(HERE, SIBLING)), sibling, "{action:?}");
                assert!(allow(&both, action, Place::Anywhere), "{action:?}");
            }
        }
        for action in Action::ALL {
            assert!(!allow(&with(Vec::new()), action, Place::Anywhere), "{action:?}");
        }
    }

    #[test]
    fn the_terminal_and_jobs_do_everything_but_answer_for_a_child_az_10() {
        let everywhere = [Place::Anywhere, Place::District(ELSEWHERE), Place::School(ELSEWHERE, SIBLING)];
        for action in Action::ALL {
            for actor in [Actor::Console, Actor::Job("purge")] {
                for place in everywhere {
                    assert_eq!(
                        allow(&actor, action, place),
                        action != Action::AnswerOwn,
                        "{actor:?} {action:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_page_without_a_place_opens_for_the_roles_of_the_table_and_for_a_role_held_anywhere_az_10() {
        for (action, may) in TABLE {
            for role in Role::ALL {
                for school in [None, Some(OWN)] {
                    assert_eq!(
                        allow(&staff(*role, school), *action, Place::Anywhere),
                        may.contains(role),
                        "{action:?} {role:?}"
                    );
                }
                assert_eq!(
                    allow(&staff(*role, None), *action, Place::District(HERE)),
                    may.contains(role),
                    "{action:?} {role:?} for the district"
                );
            }
        }
    }

    #[test]
    fn a_child_may_only_answer_and_nobody_may_do_nothing_az_01() {
        let child = Actor::Student(Student {
            district: HERE,
            child: ChildId(Uuid::nil()),
            window: WindowId(Uuid::nil()),
            sitting: SittingId(Uuid::nil()),
        });
        for action in Action::ALL {
            assert_eq!(allow(&child, action, Place::Anywhere), action == Action::AnswerOwn);
            assert!(!allow(&Actor::Nobody, action, Place::Anywhere));
        }
    }
}
