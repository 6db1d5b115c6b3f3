//! Removes sign-ins that are over.

use crate::Result;
use crate::ctx::Ctx;
use crate::services::{Services, sessions};

pub(super) async fn purge(services: &Services, ctx: &Ctx) -> Result<u64> {
    sessions::remove_expired(services, ctx).await
}
