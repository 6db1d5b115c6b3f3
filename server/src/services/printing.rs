//! Documents as PDF, made where that holds no request up.

use super::Services;
use crate::documents::{CardSheet, Document, Press, PrintError};
use crate::{Error, Result};
use std::sync::Arc;

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
