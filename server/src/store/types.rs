//! How the model's types travel to and from a column: written once for every database.

use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Type};
use uuid::Uuid;

use crate::model::administration::{AdministrationState, TalkWish};
use crate::model::draft::DraftForm;
use crate::model::mandatory::{ReportHow, ReportPart};
use crate::model::outside::{Consent, OutsideState, System};
use crate::model::people::{Role, Sex};
use crate::model::referral::{
    ContactHow, ContactWith, Danger, DistressTag, Outcome, Priority, ReferralState, Urgency,
};
use crate::model::release::ReleaseStep;
use crate::model::retention::EraseWhy;
use crate::model::window::{ConsentBy, ConsentMode, ConsentStatus, SittingState, WindowState};
use crate::model::{
    AdministrationId, AreaId, ChildId, ClassId, Day, DistrictId, Instant, PasskeyId, Private, ReferralId,
    ReleaseId, SchoolId, SittingId, UserId, WindowId,
};

/// One bound value. A null keeps its type, because PostgreSQL wants to know it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each variant is the column type it binds")]
pub enum Val {
    Int(i64),
    Real(f64),
    Text(String),
    Bool(bool),
    Id(Uuid),
    Bytes(Vec<u8>),
    NoInt,
    NoReal,
    NoText,
    NoBool,
    NoId,
    NoBytes,
}

/// The values of one statement, in order: `args![child, window, ctx.now]`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Val::from($value)),*] };
}
pub(crate) use args;

/// Places for so many values from a number on: `$3, $4, $5`.
pub(super) fn places(from: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for n in from..from + count {
        if n > from {
            text.push_str(", ");
        }
        text.push('$');
        text.push_str(&n.to_string());
    }
    text
}

/// The values of a list, the last one repeated up to a power of two, so that few different texts of a statement exist: a
/// connection keeps a limited number of prepared ones.
pub(super) fn padded<T: Clone + Into<Val>>(values: &[T]) -> Vec<Val> {
    let Some(last) = values.last() else { return Vec::new() };
    let missing = values.len().next_power_of_two() - values.len();
    values.iter().chain(std::iter::repeat_n(last, missing)).map(|value| value.clone().into()).collect()
}

/// The values of a list, each once.
pub(super) fn distinct<T: Copy + PartialEq>(values: &[T]) -> Vec<T> {
    // A handful of windows or sittings, however many children.
    let mut once = Vec::new();
    for value in values {
        if !once.contains(value) {
            once.push(*value);
        }
    }
    once
}

macro_rules! from {
    ($($from:ty => |$x:ident| $make:expr;)+) => {$(
        impl From<$from> for Val { fn from($x: $from) -> Self { $make } }
    )+};
}

from! {
    i64 => |x| Val::Int(x);
    i32 => |x| Val::Int(x.into());
    u32 => |x| Val::Int(x.into());
    u8 => |x| Val::Int(x.into());
    f64 => |x| Val::Real(x);
    bool => |x| Val::Bool(x);
    &str => |x| Val::Text(x.to_owned());
    String => |x| Val::Text(x);
    &String => |x| Val::Text(x.clone());
    Private<String> => |x| Val::Text(x.reveal().clone());
    &Private<String> => |x| Val::Text(x.reveal().clone());
    Uuid => |x| Val::Id(x);
    Vec<u8> => |x| Val::Bytes(x);
    Instant => |x| Val::Int(x.millis());
    Day => |x| Val::Text(x.to_string());
    Option<i64> => |x| x.map_or(Val::NoInt, Val::Int);
    Option<i32> => |x| x.map_or(Val::NoInt, |x| Val::Int(x.into()));
    Option<f64> => |x| x.map_or(Val::NoReal, Val::Real);
    Option<bool> => |x| x.map_or(Val::NoBool, Val::Bool);
    Option<String> => |x| x.map_or(Val::NoText, Val::Text);
    Option<&str> => |x| x.map_or(Val::NoText, |x| Val::Text(x.to_owned()));
    Option<Vec<u8>> => |x| x.map_or(Val::NoBytes, Val::Bytes);
    Option<Uuid> => |x| x.map_or(Val::NoId, Val::Id);
    Option<Instant> => |x| x.map_or(Val::NoInt, |x| Val::Int(x.millis()));
    Option<Day> => |x| x.map_or(Val::NoText, |x| Val::Text(x.to_string()));
}

macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        impl<DB: Database> Type<DB> for $name where Uuid: Type<DB> {
            fn type_info() -> DB::TypeInfo { <Uuid as Type<DB>>::type_info() }
            fn compatible(ty: &DB::TypeInfo) -> bool { <Uuid as Type<DB>>::compatible(ty) }
        }
        impl<'r, DB: Database> Decode<'r, DB> for $name where Uuid: Decode<'r, DB> {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self(<Uuid as Decode<'r, DB>>::decode(value)?))
            }
        }
        impl From<$name> for Val { fn from(x: $name) -> Self { Val::Id(x.0) } }
        impl From<Option<$name>> for Val {
            fn from(x: Option<$name>) -> Self { x.map_or(Val::NoId, |x| Val::Id(x.0)) }
        }
    )+};
}

ids!(
    DistrictId,
    SchoolId,
    ClassId,
    ChildId,
    UserId,
    WindowId,
    SittingId,
    AdministrationId,
    ReferralId,
    ReleaseId,
    AreaId,
    PasskeyId
);

macro_rules! words {
    ($($name:ident),+ $(,)?) => {$(
        impl<DB: Database> Type<DB> for $name where String: Type<DB> {
            fn type_info() -> DB::TypeInfo { <String as Type<DB>>::type_info() }
            fn compatible(ty: &DB::TypeInfo) -> bool { <String as Type<DB>>::compatible(ty) }
        }
        impl<'r, DB: Database> Decode<'r, DB> for $name where String: Decode<'r, DB> {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(<String as Decode<'r, DB>>::decode(value)?.parse()?)
            }
        }
        impl From<$name> for Val { fn from(x: $name) -> Self { Val::Text(x.as_str().to_owned()) } }
        impl From<Option<$name>> for Val {
            fn from(x: Option<$name>) -> Self { x.map_or(Val::NoText, |x| Val::Text(x.as_str().to_owned())) }
        }
    )+};
}

words!(
    Role,
    Sex,
    WindowState,
    SittingState,
    ConsentMode,
    ConsentStatus,
    ConsentBy,
    AdministrationState,
    TalkWish,
    Priority,
    ReferralState,
    Outcome,
    ContactWith,
    ContactHow,
    Danger,
    DistressTag,
    Urgency,
    System,
    Consent,
    OutsideState,
    ReleaseStep,
    EraseWhy,
    ReportHow,
    ReportPart,
    DraftForm
);

impl<DB: Database> Type<DB> for Instant
where
    i64: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <i64 as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <i64 as Type<DB>>::compatible(ty)
    }
}
impl<'r, DB: Database> Decode<'r, DB> for Instant
where
    i64: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::from_millis(<i64 as Decode<'r, DB>>::decode(value)?))
    }
}

impl<DB: Database> Type<DB> for Day
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}
impl<'r, DB: Database> Decode<'r, DB> for Day
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(<String as Decode<'r, DB>>::decode(value)?.parse()?)
    }
}

impl<DB: Database> Type<DB> for Private<String>
where
    String: Type<DB>,
{
    fn type_info() -> DB::TypeInfo {
        <String as Type<DB>>::type_info()
    }
    fn compatible(ty: &DB::TypeInfo) -> bool {
        <String as Type<DB>>::compatible(ty)
    }
}
impl<'r, DB: Database> Decode<'r, DB> for Private<String>
where
    String: Decode<'r, DB>,
{
    fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self::new(<String as Decode<'r, DB>>::decode(value)?))
    }
}
