//! Accounts, windows and the trail: what an administrator and an auditor see.

use totp_rs::Secret;

use super::{Services, require, sessions, staff};
use crate::ctx::{Actor, Ctx};
use crate::model::people::Role;
use crate::model::{DistrictId, SchoolId, UserId};
use crate::policy::{Action, Place};
use crate::store::audit;
pub use crate::store::audit::AuditRow;
pub use crate::store::users::UserLine;
use crate::store::users::{self, User, UserRole};
use crate::store::windows;
pub use crate::store::windows::{Window, WindowInstrument};
use crate::store::{Act, places};
use crate::{Error, Result};

/// What an administrator sees at a glance: no health data.
#[derive(Clone, Debug)]
pub struct Overview {
    /// The district's name.
    pub district: String,
    /// Windows, newest first, with what they ask.
    pub windows: Vec<(Window, Vec<WindowInstrument>)>,
    /// Accounts with their roles.
    pub people: Vec<UserLine>,
    /// Who signed the clinical settings, if anybody did.
    pub signed_by: Option<String>,
    /// The database product.
    pub database: &'static str,
}

/// The administrator's overview.
///
/// # Errors
/// [`Error::NotFound`] for anybody else.
pub async fn overview(services: &Services, ctx: &Ctx) -> Result<Overview> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeSetup, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    let mut with_instruments = Vec::new();
    for window in windows::list(&mut conn, district).await? {
        let asked = windows::instruments(&mut conn, window.id).await?;
        with_instruments.push((window, asked));
    }
    let clinical = &services.config.clinical;
    Ok(Overview {
        district: places::district_name(&mut conn, district).await?.unwrap_or_default(),
        windows: with_instruments,
        people: users::list(&mut conn, district).await?,
        signed_by: clinical
            .is_signed()
            .then(|| format!("{}, {}", clinical.sign_off.by, clinical.sign_off.on)),
        database: services.database(),
    })
}

/// The newest lines of the trail.
///
/// # Errors
/// [`Error::NotFound`] for anybody who is no auditor.
pub async fn trail(services: &Services, ctx: &Ctx, limit: i64) -> Result<Vec<AuditRow>> {
    let district = staff(ctx)?.district;
    require(ctx, Action::SeeAudit, Place::District(district))?;
    let mut conn = services.store.read(ctx).await?;
    Ok(audit::list(&mut conn, district, ctx.now.plus_seconds(1), limit).await?)
}

/// An account to add.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as named")]
pub struct NewUser {
    pub name: String,
    pub email: String,
    pub password: String,
    pub totp_secret: String,
    pub role: Role,
    /// The school's name, or none for the whole district.
    pub school: Option<String>,
    /// Makes the district of this name when there is none yet.
    pub district: Option<String>,
}

/// Adds an account from the server's terminal.
///
/// # Errors
/// [`Error::Invalid`] with what to change.
pub async fn add_user(services: &Services, ctx: &Ctx, new: NewUser) -> Result<UserId> {
    if !matches!(ctx.actor, Actor::Console) {
        return Err(Error::NotFound);
    }
    let email = new.email.trim().to_lowercase();
    if !email.contains('@') || email.len() > 254 {
        return Err(Error::invalid("email", "This is not an e-mail address."));
    }
    let name = new.name.trim().to_owned();
    if name.is_empty() {
        return Err(Error::invalid("name", "A name is needed."));
    }
    let password_hash = sessions::hash_password(&new.password)?;
    services
        .store
        .write(ctx, Act::new("user.add"), move |tx| {
            let (new, email, name, hash) = (new.clone(), email.clone(), name.clone(), password_hash.clone());
            Box::pin(async move {
                let ctx = tx.ctx();
                let district = match places::first_district(tx).await? {
                    Some((id, _)) => id,
                    None => {
                        let id = DistrictId(ctx.id());
                        let district = new.district.as_deref().unwrap_or("District");
                        places::add_district(tx, id, district).await?;
                        id
                    }
                };
                let school: Option<SchoolId> = match &new.school {
                    None => None,
                    Some(wanted) => {
                        let schools = places::list_schools(tx, district).await?;
                        let found = schools.iter().find(|s| s.name == *wanted).ok_or_else(|| {
                            let known: Vec<_> = schools.iter().map(|s| s.name.as_str()).collect();
                            Error::invalid(
                                "school",
                                format!("No school '{wanted}'; there are: {}", known.join(", ")),
                            )
                        })?;
                        Some(found.id)
                    }
                };
                if users::get_by_email(tx, &email).await?.is_some() {
                    return Err(Error::invalid("email", "This e-mail address has an account already."));
                }
                let id = UserId(ctx.id());
                tx.about("user", id.0);
                tx.detail(new.role.as_str());
                let user = User {
                    id,
                    district_id: district,
                    name,
                    email,
                    password_hash: hash,
                    totp_secret: new.totp_secret,
                    disabled_at: None,
                };
                users::add(tx, &user).await?;
                users::add_role(tx, &UserRole { user_id: id, role: new.role, school_id: school }).await?;
                Ok(id)
            })
        })
        .await
}

/// A fresh password (120 random bits) and a fresh secret for one-time codes.
///
/// # Errors
/// [`Error::TooMany`] when the system has no randomness to give.
pub fn fresh_sign_in() -> Result<(String, String)> {
    let mut bytes = [0u8; 35];
    getrandom::fill(&mut bytes).map_err(|_| Error::TooMany(1))?;
    let (password, secret) = bytes.split_at(15);
    Ok((
        Secret::from(password.to_vec()).to_base32().to_lowercase(),
        Secret::from(secret.to_vec()).to_base32(),
    ))
}
