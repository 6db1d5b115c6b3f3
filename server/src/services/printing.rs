//! Documents as PDF, made where that holds no request up.

use super::{Services, outside, records};
use crate::ctx::Ctx;
use crate::documents::{CardSheet, Document, Press, PrintError};
use crate::model::ChildId;
use crate::policy::Action;
use crate::{Error, Result};
use std::sync::Arc;
use uuid::Uuid;

/// What of a child's file goes on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// The safety plan, to take home.
    Plan,
    /// What a colleague needs who takes the child over.
    HandOver,
    /// A mandatory report, for those alone who work on the child.
    Report,
}

/// The PDF of a sheet of a child's file. That it was made is on the trail before it is.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; else as [`Services::print`].
pub async fn print_of_child(
    services: &Services,
    ctx: &Ctx,
    child: ChildId,
    what: Printed,
    document: Document,
) -> Result<Vec<u8>> {
    let (act, action) = match what {
        Printed::Plan => ("plan.print", Action::SeeChild),
        Printed::HandOver => ("hand_over.print", Action::SeeChild),
        Printed::Report => ("report.print", Action::WorkReferrals),
    };
    let mut conn = services.store.read(ctx).await?;
    records::in_scope(&mut conn, ctx, child, action).await?;
    drop(conn);
    records::looked(services, ctx, act, "child", child.0).await?;
    services.print(document).await
}

/// The PDF of a letter to a service. That it was made is on the trail before it is.
///
/// # Errors
/// [`Error::NotFound`] outside the counselor's schools; else as [`Services::print`].
pub async fn print_letter(
    services: &Services,
    ctx: &Ctx,
    letter: Uuid,
    document: Document,
) -> Result<Vec<u8>> {
    let mut conn = services.store.read(ctx).await?;
    outside::within_scope(&mut conn, ctx, letter).await?;
    drop(conn);
    records::looked(services, ctx, "letter.print", "outside", letter).await?;
    services.print(document).await
}

impl Services {
    /// The PDF of a document.
    ///
    /// # Errors
    /// [`Error::Conflict`] with what to do, when letters of it are in no font.
    pub async fn print(&self, document: Document) -> Result<Vec<u8>> {
        self.pressed(move |press| press.print(&document)).await
    }

    /// The PDF of a sheet of cards.
    ///
    /// # Errors
    /// As [`Services::print`].
    pub async fn print_cards(&self, sheet: CardSheet) -> Result<Vec<u8>> {
        self.pressed(move |press| press.print_cards(&sheet)).await
    }

    /// A figure as PNG.
    ///
    /// # Errors
    /// As [`Services::print`].
    pub async fn png(&self, svg: String) -> Result<Vec<u8>> {
        self.pressed(move |press| press.png(&svg)).await
    }

    async fn pressed(
        &self,
        print: impl FnOnce(&Press) -> std::result::Result<Vec<u8>, PrintError> + Send + 'static,
    ) -> Result<Vec<u8>> {
        let press = Arc::clone(&self.press);
        match tokio::task::spawn_blocking(move || print(&press)).await {
            Ok(Ok(pdf)) => Ok(pdf),
            Ok(Err(error @ PrintError::NoFont(_))) => {
                Err(Error::Conflict(format!("The PDF was not made: {error}.")))
            }
            // What stands in a document is private, and the cause may quote it.
            Ok(Err(PrintError::Failed(_))) | Err(_) => {
                tracing::error!("a PDF could not be written");
                Err(Error::Conflict(
                    "The PDF could not be made. Print the page from your browser.".to_owned(),
                ))
            }
        }
    }
}
