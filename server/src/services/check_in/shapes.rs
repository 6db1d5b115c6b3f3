//! What types of `questionnaires` look like as JSON, for the description of the routes: that crate stays free of anything
//! about HTTP. A test compares them with what the routes really send.

#![expect(dead_code, reason = "read by the derive alone; the fields are those of the types they stand for")]

use utoipa::ToSchema;

/// What was answered: a choice by its code, or that the child does not want to answer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Told {
    Code(i32),
    Declined,
}

/// A form as it is asked: no band, no cut-off, no key.
#[derive(ToSchema)]
pub struct Sheet {
    instrument: String,
    version: u32,
    language: String,
    title: String,
    instructions: Option<String>,
    recall: Option<String>,
    items: Vec<SheetItem>,
    copyright: String,
    citation: String,
}

/// A question.
#[derive(ToSchema)]
pub struct SheetItem {
    id: String,
    text: String,
    lead_in: Option<String>,
    choices: Vec<SheetChoice>,
    /// Where it is asked only after certain answers.
    #[schema(required = false, nullable = false)]
    show_when: Option<Due>,
}

/// An answer to choose.
#[derive(ToSchema)]
pub struct SheetChoice {
    code: i32,
    label: String,
}

/// After which answers a question is asked.
#[derive(ToSchema)]
pub struct Due {
    any_of: Vec<String>,
    codes: Vec<i32>,
    or_declined: bool,
}
