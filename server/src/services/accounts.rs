//! Accounts of staff: invited by a one-time link, kept by a second factor, ended at once when they are disabled.

use super::areas::{self, Tree};
use super::sessions::{Token, end_other_sessions, fresh_token, hash_password, hash_token};
use super::{Services, passwords, require, require_fresh, setup, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::people::{Role, Scope};
use crate::model::{AreaId, DistrictId, SchoolId, UserId};
use crate::policy::{Action, Place};
pub use crate::store::accounts::Account;
use crate::store::accounts::{self, Invitation};
use crate::store::users::{self, User, UserRole};
use crate::store::{Act, Tx, areas as area_rows, identities, passkeys, places};
use crate::{Error, Result};

/// How long a one-time link works, in seconds: three days, over a weekend.
const LINK_SECONDS: i64 = 3 * 24 * 3600;
/// The first account has no e-mail address of its own until its link is used.
const NO_ADDRESS: &str = "@first-run.invalid";
/// How many recovery codes there are.
const CODES: usize = 10;

/// An account with its roles, for the administrator's list.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct AccountLine {
    pub account: Account,
    pub roles: Vec<Held>,
}

/// A role with the place it holds for.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Held {
    pub role: Role,
    pub scope: Scope,
    pub place: String,
}

/// The district's accounts, and its places to choose from.
///
/// # Errors
/// [`Error::NotFound`] for anybody but an administrator of the district.
pub async fn list(services: &Services, ctx: &Ctx) -> Result<(Vec<AccountLine>, Tree)> {
    let district = staff(ctx)?.district;
    require(ctx, Action::ManageAccounts, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let levels = area_rows::list(&mut conn, district).await?;
    let schools = area_rows::schools(&mut conn, district).await?;
    let mut lines = Vec::new();
    for account in accounts::list(&mut conn, district, ctx.now).await? {
        let school = |id: SchoolId| {
            let name = schools.iter().find(|s| s.id == id).map(|s| s.name.clone());
            (Scope::School(id), name.unwrap_or_default())
        };
        let area = |id: AreaId| {
            let name = levels.iter().find(|a| a.id == id).map(|a| a.name.clone());
            (Scope::Area(id), format!("all schools of {}", name.unwrap_or_default()))
        };
        let district = || (Scope::District, "whole district".to_owned());
        let own = users::own_roles(&mut conn, account.id).await?.into_iter();
        let own = own.map(|r| (r.role, r.school_id.map_or_else(district, school)));
        let wide = area_rows::held(&mut conn, account.id).await?.into_iter();
        let wide = wide.map(|(role, id)| (role, area(id)));
        let roles = own.chain(wide).map(|(role, (scope, place))| Held { role, scope, place }).collect();
        lines.push(AccountLine { account, roles });
    }
    Ok((lines, areas::tree(levels, schools)))
}

/// Invites somebody with one role; the link is shown once and works for three days.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Invalid`] with what to change.
pub async fn invite(
    services: &Services,
    ctx: &Ctx,
    name: &str,
    email: &str,
    role: Role,
    scope: Scope,
) -> Result<Token> {
    let district = staff(ctx)?.district;
    require(ctx, Action::ManageAccounts, Place::District(district))?;
    require_fresh(ctx)?;
    let (name, email) = (checked_name(name)?, checked_email(email)?);
    let token = fresh_token()?;
    let (_, secret) = setup::fresh_sign_in()?;
    let stored = token.clone();
    services
        .store
        .write(ctx, Act::new("user.invite"), move |tx| {
            let (name, email, secret, token) = (name.clone(), email.clone(), secret.clone(), stored.clone());
            Box::pin(async move {
                if users::get_by_email(tx, &email).await?.is_some() {
                    return Err(Error::invalid("email", "This e-mail address has an account already."));
                }
                let id = UserId(tx.ctx().id());
                tx.about("user", id.0);
                tx.detail(role.as_str());
                add_without_password(tx, id, district, name, email).await?;
                give(tx, district, id, role, scope).await?;
                add_link(tx, id, secret, &token).await
            })
        })
        .await?;
    Ok(token)
}

/// Gives a role for a place of the district.
async fn give(tx: &mut Tx, district: DistrictId, user: UserId, role: Role, scope: Scope) -> Result<()> {
    let school_id = match scope {
        Scope::Area(area) => {
            areas::known(tx, district, Some(area)).await?;
            area_rows::grant(tx, user, role, area).await?;
            return Ok(area_rows::spread(tx, district).await?);
        }
        Scope::School(school) => {
            let known = places::list_schools(tx, district).await?.iter().any(|s| s.id == school);
            if !known {
                return Err(Error::NotFound);
            }
            Some(school)
        }
        Scope::District => None,
    };
    let held = users::own_roles(tx, user).await?;
    if held.iter().all(|r| r.role != role || r.school_id != school_id) {
        users::add_role(tx, &UserRole { user_id: user, role, school_id }).await?;
    }
    Ok(())
}

/// Takes a role away; false when it was not held.
async fn take(tx: &mut Tx, district: DistrictId, user: UserId, role: Role, scope: Scope) -> Result<bool> {
    let held = match scope {
        Scope::Area(area) => area_rows::revoke(tx, user, role, area).await?,
        Scope::School(school) => accounts::remove_role(tx, user, role, Some(school)).await?,
        Scope::District => accounts::remove_role(tx, user, role, None).await?,
    };
    // Another role, held for an area, may still reach the same school.
    area_rows::spread(tx, district).await?;
    Ok(held)
}

async fn add_without_password(
    tx: &mut Tx,
    id: UserId,
    district_id: DistrictId,
    name: String,
    email: String,
) -> Result<()> {
    // No password verifies against an empty hash: the account exists, and nobody can sign in to it yet.
    let (password_hash, totp_secret) = (String::new(), String::new());
    let user = User { id, district_id, name, email, password_hash, totp_secret, disabled_at: None };
    Ok(users::add(tx, &user).await?)
}

async fn add_link(tx: &mut Tx, user: UserId, totp_secret: String, token: &Token) -> Result<()> {
    let expires_at = tx.ctx().now.plus_seconds(LINK_SECONDS);
    let invitation = Invitation { user_id: user, totp_secret, expires_at, used_at: None };
    Ok(accounts::invite(tx, hash_token(token.reveal()), &invitation).await?)
}

/// What an administrator does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nobody signs in to it any more; all its sign-ins end.
    Disable,
    /// It may sign in again.
    Enable,
    /// All its sign-ins end.
    SignOut,
    /// Its passkeys are gone and all its sign-ins end: the device they are on was lost (KEY-04).
    RemovePasskeys,
    /// It gets one more role.
    AddRole(Role, Scope),
    /// It loses a role, at once and on every device.
    RemoveRole(Role, Scope),
}

impl Change {
    fn action(self) -> &'static str {
        match self {
            Self::Disable => "user.disable",
            Self::Enable => "user.enable",
            Self::SignOut => "user.sign_out",
            Self::RemovePasskeys => "passkey.remove_all",
            Self::AddRole(..) => "user.role.add",
            Self::RemoveRole(..) => "user.role.remove",
        }
    }
}

/// Changes an account of the own district.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor; [`Error::Conflict`] for the administrator's own account, so that no
/// district locks itself out.
pub async fn change(services: &Services, ctx: &Ctx, user: UserId, change: Change) -> Result<()> {
    let (me, district) = administrator(ctx)?;
    let own_way_out = matches!(
        change,
        Change::Disable | Change::RemovePasskeys | Change::RemoveRole(Role::Administrator, _)
    );
    if user == me && own_way_out {
        return Err(Error::Conflict("Another administrator has to do this to your account.".to_owned()));
    }
    services
        .store
        .write(ctx, Act::new(change.action()), move |tx| {
            Box::pin(async move {
                tx.about("user", user.0);
                own(tx, user, district).await?;
                let now = tx.ctx().now;
                match change {
                    Change::Disable => {
                        accounts::set_disabled(tx, user, Some(now)).await?;
                        accounts::end_sessions(tx, user).await?;
                    }
                    Change::Enable => accounts::set_disabled(tx, user, None).await?,
                    Change::SignOut => drop(accounts::end_sessions(tx, user).await?),
                    Change::RemovePasskeys => {
                        passkeys::remove_all(tx, user).await?;
                        accounts::end_sessions(tx, user).await?;
                    }
                    Change::AddRole(role, scope) => {
                        tx.detail(role.as_str());
                        give(tx, district, user, role, scope).await?;
                    }
                    Change::RemoveRole(role, scope) => {
                        tx.detail(role.as_str());
                        if !take(tx, district, user, role, scope).await? {
                            return Err(Error::Conflict("This role is not held any more.".to_owned()));
                        }
                    }
                }
                Ok(())
            })
        })
        .await
}

/// Takes password and second factors away, ends every sign-in, and gives a one-time link for new ones.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor.
pub async fn reset(services: &Services, ctx: &Ctx, user: UserId) -> Result<Token> {
    let (_, district) = administrator(ctx)?;
    let token = fresh_token()?;
    let (_, secret) = setup::fresh_sign_in()?;
    let stored = token.clone();
    services
        .store
        .write(ctx, Act::new("user.reset"), move |tx| {
            let (secret, token) = (secret.clone(), stored.clone());
            Box::pin(async move {
                tx.about("user", user.0);
                let found = own(tx, user, district).await?;
                accounts::set_factors(tx, user, &found.email, "", "").await?;
                accounts::set_recovery_codes(tx, user, &[]).await?;
                passkeys::remove_all(tx, user).await?;
                identities::remove_all(tx, user).await?;
                accounts::end_sessions(tx, user).await?;
                add_link(tx, user, secret, &token).await
            })
        })
        .await?;
    Ok(token)
}

fn administrator(ctx: &Ctx) -> Result<(UserId, DistrictId)> {
    let me = staff(ctx)?;
    require(ctx, Action::ManageAccounts, Place::District(me.district))?;
    require_fresh(ctx)?;
    Ok((me.user, me.district))
}

async fn own(tx: &mut Tx, user: UserId, district: DistrictId) -> Result<User> {
    users::get(tx, user).await?.filter(|u| u.district_id == district).ok_or(Error::NotFound)
}

/// What the page behind a one-time link shows.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Welcome {
    pub name: String,
    /// Empty where the person has to give one.
    pub email: String,
    pub totp_secret: String,
}

/// Whom a one-time link is for; nobody when it was used, is too old, or never was.
///
/// # Errors
/// [`Error::NotFound`] then.
pub async fn welcome(services: &Services, ctx: &Ctx, token: &str) -> Result<Welcome> {
    let mut conn = services.store.read(ctx).await?;
    let found = accounts::invitation(&mut conn, hash_token(token)).await?;
    let valid = found.filter(|i| i.used_at.is_none() && ctx.now < i.expires_at).ok_or(Error::NotFound)?;
    let user = users::get(&mut conn, valid.user_id).await?.ok_or(Error::NotFound)?;
    let email = if user.email.ends_with(NO_ADDRESS) { String::new() } else { user.email };
    Ok(Welcome { name: user.name, email, totp_secret: valid.totp_secret })
}

/// Gives the account of a one-time link its password and second factor, and returns its recovery codes, shown once.
///
/// # Errors
/// [`Error::Invalid`] with what to change; [`Error::NotFound`] for a link that works no more.
pub async fn accept(
    services: &Services,
    ctx: &Ctx,
    token: &str,
    email: &str,
    password: &str,
    code: &str,
) -> Result<Vec<String>> {
    let welcome = welcome(services, ctx, token).await?;
    let email = if welcome.email.is_empty() { checked_email(email)? } else { welcome.email.clone() };
    passwords::check(password, &[&email, &welcome.name])?;
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    if super::second_factor::totp_step(&welcome.totp_secret, &digits, ctx.now).is_none() {
        return Err(Error::invalid("code", "That code is not right. Enter the one your app shows now."));
    }
    let password_hash = hash_password(password)?;
    let codes = fresh_codes()?;
    let hashes: Vec<_> = codes.iter().map(|code| services.keys.recovery_hash(&plain(code))).collect();
    let (hash, secret) = (hash_token(token), welcome.totp_secret);
    services
        .store
        .write(ctx, Act::new("user.welcome"), move |tx| {
            let (hash, email, password_hash, secret, hashes) =
                (hash.clone(), email.clone(), password_hash.clone(), secret.clone(), hashes.clone());
            Box::pin(async move {
                let invitation = accounts::invitation(tx, hash.clone()).await?.ok_or(Error::NotFound)?;
                if !accounts::take_invitation(tx, hash).await? {
                    return Err(Error::NotFound);
                }
                let user = invitation.user_id;
                tx.about("user", user.0);
                let other = users::get_by_email(tx, &email).await?;
                if other.is_some_and(|other| other.id != user) {
                    return Err(Error::invalid("email", "This e-mail address has an account already."));
                }
                accounts::set_factors(tx, user, &email, &password_hash, &secret).await?;
                accounts::set_recovery_codes(tx, user, &hashes).await?;
                Ok(())
            })
        })
        .await?;
    Ok(codes)
}

/// On a database where nobody can sign in yet: makes the district and its first administrator, and returns the
/// one-time link's token. There is no default password.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn first_run(services: &Services, ctx: &Ctx) -> Result<Option<Token>> {
    if !matches!(ctx.actor, Actor::Console) {
        return Err(Error::NotFound);
    }
    {
        let mut conn = services.store.read(ctx).await?;
        if accounts::count_usable(&mut conn).await? > 0 {
            return Ok(None);
        }
    }
    let token = fresh_token()?;
    let (_, secret) = setup::fresh_sign_in()?;
    let stored = token.clone();
    let made = services
        .store
        .write(ctx, Act::new("user.first_run"), move |tx| {
            let (secret, token) = (secret.clone(), stored.clone());
            Box::pin(async move {
                if accounts::count_usable(tx).await? > 0 {
                    return Ok(false);
                }
                let district = match places::first_district(tx).await? {
                    Some((id, _)) => id,
                    None => {
                        let id = DistrictId(tx.ctx().id());
                        places::add_district(tx, id, "Our district").await?;
                        id
                    }
                };
                let email = format!("administrator{NO_ADDRESS}");
                // A second start before the link was used: the same account, a new link.
                let id = match users::get_by_email(tx, &email).await? {
                    Some(user) => user.id,
                    None => {
                        let id = UserId(tx.ctx().id());
                        add_without_password(tx, id, district, "Administrator".to_owned(), email).await?;
                        let role = UserRole { user_id: id, role: Role::Administrator, school_id: None };
                        users::add_role(tx, &role).await?;
                        id
                    }
                };
                tx.about("user", id.0);
                add_link(tx, id, secret, &token).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(made.then_some(token))
}

/// What a person sees of their own account.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Own {
    pub name: String,
    pub codes_left: i64,
    pub devices: Vec<Device>,
}

/// One of one's own sign-ins.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct Device {
    /// Names it in a form; it opens nothing.
    pub handle: String,
    pub device: String,
    pub since: crate::model::Instant,
    pub seen: crate::model::Instant,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// One's own account: recovery codes left, and where one is signed in (AUT-12).
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no staff.
pub async fn own_account(services: &Services, ctx: &Ctx, session: &str) -> Result<Own> {
    let me = staff(ctx)?;
    let mut conn = services.store.read(ctx).await?;
    let this = hash_token(session);
    let devices = accounts::devices(&mut conn, me.user, ctx.now).await?;
    Ok(Own {
        name: me.name.clone(),
        codes_left: accounts::count_recovery_codes(&mut conn, me.user).await?,
        devices: devices
            .into_iter()
            .map(|d| Device {
                handle: handle(&d.token_hash),
                is_this: d.token_hash == this,
                device: d.device,
                since: d.created_at,
                seen: d.seen_at,
            })
            .collect(),
    })
}

fn handle(token_hash: &[u8]) -> String {
    crate::config::hex(&hash_token(&crate::config::hex(token_hash))[..8])
}

/// Ends one of one's own sign-ins.
///
/// # Errors
/// [`Error::NotFound`] when there is none of this handle.
pub async fn end_device(services: &Services, ctx: &Ctx, wanted: &str) -> Result<()> {
    let me = staff(ctx)?.user;
    let wanted = wanted.to_owned();
    services
        .store
        .write(ctx, Act::new("session.end_device"), move |tx| {
            let wanted = wanted.clone();
            Box::pin(async move {
                tx.about("user", me.0);
                let now = tx.ctx().now;
                let devices = accounts::devices(tx, me, now).await?;
                let found = devices.into_iter().find(|d| handle(&d.token_hash) == wanted);
                let found = found.ok_or(Error::NotFound)?;
                Ok(crate::store::sessions::remove(tx, found.token_hash).await?)
            })
        })
        .await
}

/// Fresh recovery codes in place of the old ones, shown once; every other sign-in ends.
///
/// # Errors
/// [`Error::StepUp`] without a fresh second factor.
pub async fn renew_codes(services: &Services, ctx: &Ctx, session: &str) -> Result<Vec<String>> {
    let me = staff(ctx)?.user;
    require_fresh(ctx)?;
    let codes = fresh_codes()?;
    let hashes: Vec<_> = codes.iter().map(|code| services.keys.recovery_hash(&plain(code))).collect();
    let session = session.to_owned();
    services
        .store
        .write(ctx, Act::new("user.recovery_codes"), move |tx| {
            let (hashes, session) = (hashes.clone(), session.clone());
            Box::pin(async move {
                tx.about("user", me.0);
                accounts::set_recovery_codes(tx, me, &hashes).await?;
                end_other_sessions(tx, me, &session).await
            })
        })
        .await?;
    Ok(codes)
}

/// Ten codes of fifty random bits, written in two halves: `k3h7q-9xw2m`.
fn fresh_codes() -> Result<Vec<String>> {
    const LETTERS: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz0";
    let mut bytes = [0u8; CODES * 10];
    getrandom::fill(&mut bytes).map_err(|_| Error::TooMany(1))?;
    let letters: Vec<char> =
        bytes.iter().filter_map(|b| LETTERS.get(usize::from(b % 32)).map(|l| char::from(*l))).collect();
    Ok(letters
        .chunks(10)
        .map(|code| {
            let (first, second) = code.split_at(code.len() / 2);
            format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>())
        })
        .collect())
}

/// A recovery code as it is compared: lower case, no dash, no space.
pub(super) fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

fn checked_name(name: &str) -> Result<String> {
    let name = name.trim();
    let fine = !name.is_empty() && name.chars().count() <= 120 && !name.chars().any(char::is_control);
    if fine {
        Ok(name.to_owned())
    } else {
        Err(Error::invalid("name", "A name is needed, of at most 120 letters."))
    }
}

fn checked_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let fine = email.len() <= 254
        && !email.ends_with(NO_ADDRESS)
        && email.chars().all(|c| !c.is_whitespace() && !c.is_control())
        && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if fine { Ok(email) } else { Err(Error::invalid("email", "This is not an e-mail address.")) }
}
