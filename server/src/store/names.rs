//! The names of children in rows of any kind: sealed in the database, and put in order here, where they can be read.

use super::{Conn, StoreError, child_keys};
use crate::model::{ChildId, Private};
use crate::seal::field::{Place, Sealer, Unopened};

/// A row with names of a child.
pub(crate) trait Named {
    /// Whose they are.
    fn child(&self) -> ChildId;
    /// Each with its column.
    fn names(&mut self) -> impl Iterator<Item = (&'static str, &mut Private<String>)>;
    /// What a list of names is ordered by.
    fn order(&self) -> [&str; 2];
}

/// Says which fields of a row hold a child's id and names: `named!(Pupil, id, given_name, family_name)`.
macro_rules! named {
    ($row:ty, $child:ident, $given:ident) => {
        impl $crate::store::names::Named for $row {
            fn child(&self) -> $crate::model::ChildId {
                self.$child
            }
            fn names(&mut self) -> impl Iterator<Item = (&'static str, &mut $crate::model::Private<String>)> {
                [($crate::store::names::GIVEN, &mut self.$given)].into_iter()
            }
            fn order(&self) -> [&str; 2] {
                [self.$given.reveal(), ""]
            }
        }
    };
    ($row:ty, $child:ident, $given:ident, $family:ident) => {
        impl $crate::store::names::Named for $row {
            fn child(&self) -> $crate::model::ChildId {
                self.$child
            }
            fn names(&mut self) -> impl Iterator<Item = (&'static str, &mut $crate::model::Private<String>)> {
                let given = ($crate::store::names::GIVEN, &mut self.$given);
                [given, ($crate::store::names::FAMILY, &mut self.$family)].into_iter()
            }
            fn order(&self) -> [&str; 2] {
                [self.$given.reveal(), self.$family.reveal()]
            }
        }
    };
}
pub(crate) use named;

pub(crate) const GIVEN: &str = "children.given_name";
pub(crate) const FAMILY: &str = "children.family_name";

/// The rows with readable names. A name from before there were keys is shown as it is.
///
/// # Errors
/// [`StoreError::Sealed`] when one was moved or changed.
pub(super) async fn open<T: Named>(conn: &mut Conn, mut rows: Vec<T>) -> Result<Vec<T>, StoreError> {
    let children: Vec<ChildId> = rows.iter().map(Named::child).collect();
    let keys = child_keys::keys(conn, &children).await?;
    for row in &mut rows {
        let child = row.child().0;
        for (column, name) in row.names() {
            if Sealer::child_of(name.reveal()).is_some() {
                let key = keys.get(&child).ok_or(Unopened)?;
                *name = key.open(Place { column, row: child }, name.reveal())?.into();
            }
        }
    }
    Ok(rows)
}

/// The same of one row.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_one<T: Named>(conn: &mut Conn, row: Option<T>) -> Result<Option<T>, StoreError> {
    Ok(open(conn, row.into_iter().collect()).await?.pop())
}

/// The rows with readable names, by given name, family name and id; within groups of neighbours where they come in some.
///
/// # Errors
/// As [`open`].
pub(super) async fn by_name<T: Named>(
    conn: &mut Conn,
    rows: Vec<T>,
    together: impl Fn(&T, &T) -> bool,
) -> Result<Vec<T>, StoreError> {
    let mut rows = open(conn, rows).await?;
    for group in rows.chunk_by_mut(together) {
        group.sort_by(|a, b| (a.order(), a.child().0).cmp(&(b.order(), b.child().0)));
    }
    Ok(rows)
}
