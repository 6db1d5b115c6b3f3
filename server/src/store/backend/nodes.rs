//! What several nodes on one database server need of it, so that none waits for another. An embedded database has one writer,
//! and needs nothing.

use super::{Conn, Inner};
use crate::store::{StoreError, args};

impl Conn {
    /// What the query of a work queue ends with: rows that another node is taking are passed over.
    pub(in crate::store) fn passing_over_taken(&self) -> &'static str {
        match self.inner {
            Inner::Postgres(_) => " for update skip locked",
            Inner::Writer(_) | Inner::Reader(_) => "",
        }
    }

    /// Whether this transaction alone does a piece of work, by its number, until it ends; false at once where another does.
    pub(in crate::store) async fn is_alone_at(&mut self, work: i64) -> Result<bool, StoreError> {
        if matches!(self.inner, Inner::Postgres(_)) {
            let locked: Option<(bool,)> =
                self.first("select pg_try_advisory_xact_lock($1)", args![work]).await?;
            return Ok(locked.is_some_and(|(locked,)| locked));
        }
        Ok(true)
    }
}
