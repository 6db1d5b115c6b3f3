//! Every route there is, with who may open it. The router is built from this table, so no route can be missing in it.

use axum::Router;
use axum::routing::{get, post};

use crate::site::Site;
use crate::{assets, pages};
use server::http::{health, metrics};
use server::model::people::Role;

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, signed in or not.
    Everybody,
    /// A child signed in with a card.
    Student,
    /// Members of staff with one of these roles.
    Staff(&'static [Role]),
    /// Any member of staff.
    AnyStaff,
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// `get` or `post`.
    pub method: &'static str,
    /// The path with its parameters.
    pub path: &'static str,
    /// Who may use it.
    pub who: Who,
}

macro_rules! routes {
    ($($method:ident $path:literal, $who:expr => $handler:path;)+) => {
        /// Every route.
        pub const ROUTES: &[Route] = &[$(Route { method: stringify!($method), path: $path, who: $who }),+];

        /// The router of all routes.
        pub fn router() -> Router<Site> {
            let router = Router::new();
            $(let router = router.route($path, $method($handler));)+
            router
        }
    };
}

const ADMINISTRATOR: Who = Who::Staff(&[Role::Administrator]);
const COUNSELOR: Who = Who::Staff(&[Role::Counselor]);
const DIRECTORY: Who = Who::Staff(&[Role::Counselor, Role::Administrator]);
const TEACHER: Who = Who::Staff(&[Role::Teacher]);
const DUTY: Who = Who::Staff(&[Role::Counselor, Role::SchoolLead, Role::Administrator]);
const CONSENT: Who = Who::Staff(&[Role::Administrator, Role::SchoolLead]);
const PROCTOR: Who = Who::Staff(&[Role::Proctor]);
const DISTRICT: Who = Who::Staff(&[Role::DistrictOfficer, Role::Analyst]);
const RESEARCH: Who = Who::Staff(&[Role::DistrictOfficer, Role::Analyst, Role::Administrator]);
const DECIDES: Who = Who::Staff(&[Role::DistrictOfficer, Role::Administrator]);

routes! {
    get "/", Who::Everybody => pages::student::entry::show;
    post "/card", Who::Everybody => pages::student::entry::sign_in;
    get "/c/{secret}", Who::Everybody => pages::student::card::scanned;
    get "/c", Who::Everybody => pages::student::card::show;
    post "/c", Who::Everybody => pages::student::card::sign_in;
    get "/talk", Who::Everybody => pages::student::talk::show;
    post "/talk", Who::Everybody => pages::student::talk::ask;
    post "/look", Who::Everybody => pages::student::look::choose;
    get "/help", Who::Everybody => pages::student::help::show;
    get "/learn", Who::Everybody => pages::student::learn::list;
    get "/learn/{topic}", Who::Everybody => pages::student::learn::show;
    get "/quiet", Who::Everybody => pages::student::quiet::show;
    get "/check-in", Who::Student => pages::student::check_in::show;
    post "/check-in/assent", Who::Student => pages::student::check_in::assent;
    get "/check-in/question/{number}", Who::Student => pages::student::question::show;
    post "/check-in/question/{number}", Who::Student => pages::student::question::answer;
    get "/check-in/practice", Who::Student => pages::student::practice::show;
    post "/check-in/practice", Who::Student => pages::student::practice::answer;
    get "/check-in/break/{number}", Who::Student => pages::student::sheets::rest;
    get "/check-in/audio/{number}/{part}", Who::Student => pages::student::recording::show;
    get "/check-in/sheets", Who::Student => pages::student::sheets::all;
    get "/check-in/forms", Who::Student => pages::student::device::forms;
    post "/check-in/answers", Who::Student => pages::student::device::answers;
    post "/check-in/here", Who::Student => pages::student::device::here;
    post "/check-in/hand-in", Who::Student => pages::student::device::hand_in;
    post "/check-in/finish", Who::Student => pages::student::finish::submit;
    get "/check-in/done", Who::Student => pages::student::finish::show;
    post "/check-in/friend", Who::Student => pages::student::finish::friend;
    post "/check-in/talk", Who::Student => pages::student::finish::talk;
    post "/check-in/hand", Who::Student => pages::student::help::raise_hand;
    post "/check-in/close", Who::Everybody => pages::student::finish::close;
    get "/all-done", Who::Everybody => pages::student::finish::all_done;

    get "/sign-in", Who::Everybody => pages::sign_in::show;
    post "/sign-in", Who::Everybody => pages::sign_in::password;
    get "/sign-in/code", Who::Everybody => pages::second_step::show;
    post "/sign-in/code", Who::Everybody => pages::second_step::code;
    post "/sign-in/passkey", Who::Everybody => pages::second_step::passkey;
    post "/sign-in/passkey/challenge", Who::Everybody => pages::passkeys::ask_sign_in;
    post "/sign-in/with", Who::Everybody => pages::sign_in_with::go;
    get "/sign-in/with/back", Who::Everybody => pages::sign_in_with::back;
    post "/sign-in/with/back", Who::Everybody => pages::sign_in_with::finish;
    post "/sign-in/with/out", Who::Everybody => pages::sign_in_with::signed_out;
    post "/sign-out", Who::Everybody => pages::sign_in::sign_out;
    get "/home", Who::AnyStaff => pages::home::show;

    get "/queue", COUNSELOR => pages::counselor::queue::show;
    get "/queue/closed", COUNSELOR => pages::counselor::closed::show;
    post "/queue/bulk", COUNSELOR => pages::counselor::queue::bulk;
    post "/queue/undo", COUNSELOR => pages::counselor::queue::undo;
    post "/queue/views", COUNSELOR => pages::counselor::queue::views;
    post "/referrals/{id}/claim", COUNSELOR => pages::counselor::queue::claim;
    get "/children/{id}", COUNSELOR => pages::counselor::child::show;
    get "/children/{id}/answers/{administration}", COUNSELOR => pages::counselor::answers::show;
    post "/referrals/{id}/contact", COUNSELOR => pages::counselor::work::contact;
    post "/referrals/{id}/note", COUNSELOR => pages::counselor::work::note;
    post "/referrals/{id}/step", COUNSELOR => pages::counselor::work::step;
    post "/referrals/{id}/close", COUNSELOR => pages::counselor::work::close;
    post "/referrals/{id}/confirm", COUNSELOR => pages::counselor::work::confirm;
    post "/referrals/{id}/priority", COUNSELOR => pages::counselor::work::priority;
    post "/referrals/{id}/snooze", COUNSELOR => pages::counselor::work::snooze;
    post "/referrals/{id}/reopen", COUNSELOR => pages::counselor::work::reopen;
    post "/referrals/{id}/follow-up", COUNSELOR => pages::counselor::work::follow_up;
    post "/referrals/{id}/offer", COUNSELOR => pages::counselor::work::offer;
    post "/referrals/{id}/offer/answer", COUNSELOR => pages::counselor::work::answer_offer;
    post "/referrals/{id}/rescreen", COUNSELOR => pages::counselor::rescreens::plan;
    post "/rescreens/{rescreen}/card", COUNSELOR => pages::counselor::rescreens::card;
    post "/rescreens/{rescreen}/withdraw", COUNSELOR => pages::counselor::rescreens::withdraw;
    get "/referrals/{id}/plan", COUNSELOR => pages::counselor::plan::edit;
    post "/referrals/{id}/plan", COUNSELOR => pages::counselor::plan::save;
    get "/children/{id}/plan", COUNSELOR => pages::counselor::plan::sheet;
    get "/referrals/{id}/report", COUNSELOR => pages::counselor::report::edit;
    post "/referrals/{id}/report", COUNSELOR => pages::counselor::report::write;
    get "/reports/{report}", COUNSELOR => pages::counselor::report::show;
    post "/reports/{report}/sent", COUNSELOR => pages::counselor::report::sent;
    post "/reports/{report}/against", COUNSELOR => pages::counselor::report::against;
    get "/children/{id}/correct/{kind}/{row}", COUNSELOR => pages::counselor::correct::show;
    post "/children/{id}/correct/{kind}/{row}", COUNSELOR => pages::counselor::correct::save;
    get "/children/{id}/move", COUNSELOR => pages::counselor::transfer::show;
    post "/children/{id}/move", COUNSELOR => pages::counselor::transfer::go;
    post "/children/{id}/drafts/{form}", COUNSELOR => pages::counselor::drafts::keep;
    post "/children/{id}/drafts/{form}/discard", COUNSELOR => pages::counselor::drafts::discard;
    get "/reports/{report}/pdf", COUNSELOR => pages::counselor::report::pdf;
    get "/children/{id}/plan/pdf", COUNSELOR => pages::counselor::plan::pdf;
    get "/children/{id}/hand-over", COUNSELOR => pages::counselor::hand_over::show;
    get "/children/{id}/hand-over/pdf", COUNSELOR => pages::counselor::hand_over::pdf;
    get "/children/{id}/looks", COUNSELOR => pages::counselor::assess::looks;
    get "/referrals/{id}/assessment", COUNSELOR => pages::counselor::assess::edit;
    post "/referrals/{id}/assessment", COUNSELOR => pages::counselor::assess::save;
    post "/referrals/{id}/tag", COUNSELOR => pages::counselor::assess::tag;
    get "/referrals/{id}/outside", COUNSELOR => pages::counselor::outside::edit;
    post "/referrals/{id}/outside", COUNSELOR => pages::counselor::outside::send;
    get "/outside/{outside}/letter", COUNSELOR => pages::counselor::outside::letter;
    get "/outside/{outside}/letter/pdf", COUNSELOR => pages::counselor::outside::letter_pdf;
    post "/outside/{outside}/link", COUNSELOR => pages::counselor::outside::renew;
    post "/outside/{outside}/news", COUNSELOR => pages::counselor::outside::news;
    get "/referrals/{id}/guardian-letter", COUNSELOR => pages::counselor::guardian_letter::edit;
    post "/referrals/{id}/guardian-letter", COUNSELOR => pages::counselor::guardian_letter::make;
    get "/guardian-letters/{letter}", COUNSELOR => pages::counselor::guardian_letter::show;
    get "/guardian-letters/{letter}/pdf", COUNSELOR => pages::counselor::guardian_letter::pdf;
    get "/guardian-letters/{letter}/review", COUNSELOR => pages::counselor::guardian_letter::review;
    post "/guardian-letters/{letter}/review", COUNSELOR => pages::counselor::guardian_letter::decide;
    get "/letters/{token}", Who::Everybody => pages::service_link::show;
    post "/letters/{token}", Who::Everybody => pages::service_link::answer;
    get "/directory", DIRECTORY => pages::counselor::directory::show;
    post "/directory", DIRECTORY => pages::counselor::directory::add;
    post "/directory/{service}/retire", DIRECTORY => pages::counselor::directory::retire;
    get "/concerns", TEACHER => pages::teacher::concern::show;
    post "/concerns", TEACHER => pages::teacher::concern::send;
    get "/ratings", TEACHER => pages::teacher::ratings::show;
    get "/ratings/{window}/{class}/{instrument}", TEACHER => pages::teacher::grid::show;
    post "/ratings/{window}/{class}/{instrument}", TEACHER => pages::teacher::grid::save;
    post "/ratings/{window}/{class}/{instrument}/cell", TEACHER => pages::teacher::grid::cell;
    get "/rules", ADMINISTRATOR => pages::admin::rules::show;
    post "/rules/try", ADMINISTRATOR => pages::admin::rule_trial::show;
    post "/rules/{rule}", ADMINISTRATOR => pages::admin::rules::set;

    get "/alerts", Who::AnyStaff => pages::staff::alerts::show;
    get "/alerts/events", Who::AnyStaff => pages::staff::alert_events::follow;
    get "/alerts/review", DUTY => pages::staff::review::show;
    get "/duty", DUTY => pages::staff::duty::show;
    post "/duty/{id}/shifts", DUTY => pages::staff::duty::add;
    post "/duty/{id}/shifts/{shift}/remove", DUTY => pages::staff::duty::remove;
    post "/duty/{id}/absences", DUTY => pages::staff::duty::away;
    post "/duty/{id}/absences/{absence}/end", DUTY => pages::staff::duty::back;

    get "/break-glass", Who::Staff(&[Role::Counselor, Role::SchoolLead]) => pages::counselor::break_glass::show;
    post "/break-glass", COUNSELOR => pages::counselor::break_glass::open;
    get "/cover", Who::AnyStaff => pages::cover::show;
    post "/cover", Who::AnyStaff => pages::cover::take_off;
    post "/cover/here", Who::AnyStaff => pages::cover::here;
    get "/confirm", Who::AnyStaff => pages::second_step::show_again;
    post "/confirm", Who::AnyStaff => pages::second_step::code_again;
    post "/confirm/passkey", Who::AnyStaff => pages::second_step::passkey_again;
    post "/confirm/passkey/challenge", Who::AnyStaff => pages::passkeys::ask_again;
    get "/account", Who::AnyStaff => pages::account::show;
    post "/account/devices/end", Who::AnyStaff => pages::account::end_device;
    post "/account/passkeys", Who::AnyStaff => pages::passkeys::add;
    post "/account/passkeys/challenge", Who::AnyStaff => pages::passkeys::ask_add;
    post "/account/passkeys/remove", Who::AnyStaff => pages::passkeys::remove;
    post "/account/recovery-codes", Who::AnyStaff => pages::account::renew_codes;
    get "/welcome/{token}", Who::Everybody => pages::welcome::show;
    post "/welcome/{token}", Who::Everybody => pages::welcome::accept;

    get "/consent", CONSENT => pages::consent::board::list;
    get "/consent/windows/{id}", CONSENT => pages::consent::board::show;
    post "/consent/windows/{id}/notice", ADMINISTRATOR => pages::consent::board::publish;
    post "/consent/windows/{id}/returns", CONSENT => pages::consent::board::returns;
    get "/consent/windows/{id}/classes/{class}", CONSENT => pages::consent::class::show;
    post "/consent/windows/{id}/classes/{class}/letters", CONSENT => pages::consent::class::print;
    post "/consent/windows/{id}/classes/{class}/children/{child}", CONSENT => pages::consent::class::record;
    get "/consent/windows/{id}/classes/{class}/forms", CONSENT => pages::consent::forms::show;
    post "/consent/windows/{id}/classes/{class}/forms", CONSENT => pages::consent::forms::print;
    post "/consent/windows/{id}/classes/{class}/forms/{child}", CONSENT => pages::consent::forms::withdraw;
    get "/f/{secret}", Who::Everybody => pages::family::scanned;
    get "/family", Who::Everybody => pages::family::show;
    get "/family/check", Who::Everybody => pages::family::check;
    post "/family/hand-in", Who::Everybody => pages::family::hand_in;
    get "/family/{number}", Who::Everybody => pages::family::question;
    post "/family/{number}", Who::Everybody => pages::family::answer;
    get "/consent/letter/{token}", Who::Everybody => pages::consent::guardian::show;
    post "/consent/letter/{token}", Who::Everybody => pages::consent::guardian::answer;

    get "/sittings", PROCTOR => pages::school::sittings::show;
    get "/sittings/{id}", PROCTOR => pages::school::board::show;
    get "/sittings/{id}/events", PROCTOR => pages::school::board_events::follow;
    post "/sittings/{id}/open", PROCTOR => pages::school::board::open;
    post "/sittings/{id}/close", PROCTOR => pages::school::board::close;
    post "/sittings/{id}/extend", PROCTOR => pages::school::board::extend;
    post "/sittings/{id}/absent/{child}", PROCTOR => pages::school::board::absent;
    get "/make-ups", PROCTOR => pages::school::make_up::show;
    post "/sittings/{id}/make-up", PROCTOR => pages::school::make_up::plan;
    get "/sittings/{id}/cards", PROCTOR => pages::school::cards::show;
    post "/sittings/{id}/cards", PROCTOR => pages::school::cards::print;
    post "/sittings/{id}/start/{child}", PROCTOR => pages::school::board::start_here;
    post "/sittings/{id}/hands/{child}/lower", PROCTOR => pages::school::board::lower_hand;
    get "/school", Who::Staff(&[Role::SchoolLead]) => pages::school::overview::show;

    get "/school/releases", Who::Staff(&[Role::SchoolLead]) => pages::school::releases::show;
    post "/school/releases/{id}/schools/{school}", Who::Staff(&[Role::SchoolLead]) => pages::school::releases::say;

    get "/district", DISTRICT => pages::district::releases::newest;
    get "/district/releases/{id}", DISTRICT => pages::district::releases::show;
    get "/district/releases/{id}/{file}", DISTRICT => pages::district::releases::download;
    get "/district/schools", Who::Staff(&[Role::DistrictOfficer]) => pages::district::schools::show;
    post "/district/releases/{id}/publish", Who::Staff(&[Role::DistrictOfficer]) => pages::district::releases::publish;
    post "/district/windows/{id}/release", Who::Staff(&[Role::DistrictOfficer]) => pages::district::releases::build;

    get "/district/research", RESEARCH => pages::district::research::show;
    post "/district/research", DISTRICT => pages::district::research::ask;
    post "/district/research/{export}", DECIDES => pages::district::research::decide;
    post "/district/research/{export}/files", DISTRICT => pages::district::research::take;

    get "/setup", ADMINISTRATOR => pages::admin::overview::show;
    get "/setup/windows/{id}/capacity", ADMINISTRATOR => pages::admin::capacity::show;
    post "/setup/windows/{id}/{state}", Who::Staff(&[Role::Administrator, Role::DistrictOfficer]) => pages::admin::window::move_on;
    get "/setup/windows/new", ADMINISTRATOR => pages::admin::window_draft::new;
    post "/setup/windows", ADMINISTRATOR => pages::admin::window_draft::add;
    get "/setup/windows/{id}", ADMINISTRATOR => pages::admin::window::show;
    get "/setup/windows/{id}/edit", ADMINISTRATOR => pages::admin::window_draft::edit;
    post "/setup/windows/{id}/edit", ADMINISTRATOR => pages::admin::window_draft::change;
    post "/setup/windows/{id}/schools/{school}", ADMINISTRATOR => pages::admin::window::plan;
    get "/setup/windows/{id}/rehearsal", ADMINISTRATOR => pages::admin::rehearsal::show;
    post "/setup/windows/{id}/rehearsal", ADMINISTRATOR => pages::admin::rehearsal::begin;
    post "/setup/windows/{id}/rehearsal/end", ADMINISTRATOR => pages::admin::rehearsal::end;
    get "/setup/calendar", ADMINISTRATOR => pages::admin::calendar::show;
    post "/setup/calendar", ADMINISTRATOR => pages::admin::calendar::add;
    post "/setup/calendar/remove", ADMINISTRATOR => pages::admin::calendar::remove;
    get "/setup/places", ADMINISTRATOR => pages::admin::places::show;
    post "/setup/places", ADMINISTRATOR => pages::admin::places::add;
    post "/setup/places/{area}", ADMINISTRATOR => pages::admin::places::change;
    post "/setup/places/{area}/remove", ADMINISTRATOR => pages::admin::places::remove;
    post "/setup/schools/{school}", ADMINISTRATOR => pages::admin::places::place;
    get "/setup/people", ADMINISTRATOR => pages::admin::people::show;
    post "/setup/people/invite", ADMINISTRATOR => pages::admin::people::invite;
    post "/setup/people/{id}/{change}", ADMINISTRATOR => pages::admin::people::change;
    get "/setup/retention", ADMINISTRATOR => pages::admin::retention::show;
    post "/setup/retention", ADMINISTRATOR => pages::admin::retention::ask;
    get "/setup/retention/change", DECIDES => pages::admin::retention::change::show;
    post "/setup/retention/change/{change}", DECIDES => pages::admin::retention::change::decide;
    post "/setup/retention/holds", ADMINISTRATOR => pages::admin::retention::hold;
    post "/setup/retention/holds/{hold}/release", ADMINISTRATOR => pages::admin::retention::release;
    post "/setup/retention/erase", ADMINISTRATOR => pages::admin::retention::erase;
    post "/setup/retention/proof", ADMINISTRATOR => pages::admin::retention::prove;
    get "/setup/roster", ADMINISTRATOR => pages::admin::roster::show;
    post "/setup/roster", ADMINISTRATOR => pages::admin::roster::send;
    get "/setup/roster/{upload}", ADMINISTRATOR => pages::admin::roster::look;
    get "/setup/roster/{upload}/rejected.csv", ADMINISTRATOR => pages::admin::roster::rejected;
    post "/setup/roster/{upload}/columns", ADMINISTRATOR => pages::admin::roster::columns;
    post "/setup/roster/{upload}/take-over", ADMINISTRATOR => pages::admin::roster::take_over;
    post "/setup/roster/{upload}/discard", ADMINISTRATOR => pages::admin::roster::discard;
    get "/trail", Who::Staff(&[Role::Auditor]) => pages::admin::trail::show;
    get "/trail/looks", Who::Staff(&[Role::Auditor]) => pages::admin::looks::show;
    get "/trail/children/{id}", Who::Staff(&[Role::Auditor]) => pages::admin::ledger::show;
    get "/trail/children/{id}/ledger", Who::Staff(&[Role::Auditor]) => pages::admin::ledger::download;

    get "/assets/{*path}", Who::Everybody => assets::asset;
    get "/pkg/{*path}", Who::Everybody => assets::package;
    get "/healthz", Who::Everybody => health::alive;
    get "/readyz", Who::Everybody => health::ready;
    get "/metrics", Who::Everybody => metrics::page;
}
