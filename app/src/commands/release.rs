//! `firstlight release build | audit | export`: for scripts; what is being done goes to the error output, what was done
//! to the output.

use std::path::Path;

use server::ctx::{Actor, Ctx};
use server::model::{ReleaseId, WindowId};
use server::services::{Services, release_files, releases};

use super::Stop;

/// An audit that fails ends with this code, so that a script can tell it from a wrong address of the database.
const FAILED_AUDIT: u8 = 4;

fn tell(what: &str) {
    eprintln!("  {what} …");
}

/// Runs work over the services and closes them whatever it says.
async fn with_services<T>(work: impl AsyncFnOnce(&Services, &Ctx) -> Result<T, Stop>) -> Result<T, Stop> {
    let services = super::services().await?;
    let done = work(&services, &Ctx::new(Actor::Console)).await;
    services.close().await;
    done
}

/// Builds the release of a window, or of every closed window that has none.
///
/// # Errors
/// When a window cannot be released; then nothing is published and the line says why.
pub async fn build(window: Option<WindowId>) -> Result<(), Stop> {
    with_services(async |services, ctx| {
        let windows = match window {
            Some(window) => vec![window],
            None => releases::waiting(services, ctx).await?,
        };
        if windows.is_empty() {
            println!("no closed window waits for a release");
        }
        for window in windows {
            let id = releases::build(services, ctx, window, tell)
                .await
                .map_err(|error| no_such("window", error))?;
            let page = releases::summary(services, ctx, id).await?;
            println!("release {} of {} built: {id}", page.number, page.window_name);
        }
        Ok(())
    })
    .await
}

/// Audits a release, or all of them.
///
/// # Errors
/// With code 4, naming the cell, when a hidden cell can be confined too closely.
pub async fn audit(release: Option<ReleaseId>) -> Result<(), Stop> {
    with_services(async |services, ctx| {
        let list = match release {
            Some(id) => vec![releases::summary(services, ctx, id).await.map_err(|e| no_such("release", e))?],
            None => releases::list(services, ctx).await?,
        };
        if list.is_empty() {
            println!("there is no release to audit");
        }
        for release in list {
            let found = releases::audit(services, ctx, release.id, tell).await.map_err(|error| match error {
                server::Error::Conflict(why) => {
                    Stop { line: format!("{}: {why}", release.window_name), code: FAILED_AUDIT }
                }
                other => other.into(),
            })?;
            let width = found.narrowest.map_or_else(String::new, |width| {
                format!("; the closest that a hidden one can be confined to is {} neighbouring values", width.saturating_add(1))
            });
            println!(
                "release {} of {}: {} cells, {} hidden{width}",
                release.number, release.window_name, found.cells, found.hidden
            );
            if found.changed > 0 {
                println!(
                    "  {} printed counts would be printed differently today (corrections and erasures since): the audit \
                     speaks of today's counts under the frozen pattern",
                    found.changed
                );
            }
        }
        Ok(())
    })
    .await
}

/// Writes every file of a release into a folder.
///
/// # Errors
/// When there is no such release, or the folder cannot be written.
pub async fn export(release: Option<ReleaseId>, folder: &Path) -> Result<(), Stop> {
    with_services(async |services, ctx| {
        let id = match release {
            Some(id) => id,
            None => releases::list(services, ctx).await?.first().map(|r| r.id).ok_or_else(|| {
                Stop::new("there is no release yet; build one with 'firstlight release build'")
            })?,
        };
        let page = releases::get(services, ctx, id).await.map_err(|error| no_such("release", error))?;
        let cannot =
            |error: std::io::Error| Stop::new(format!("{} cannot be written: {error}", folder.display()));
        std::fs::create_dir_all(folder).map_err(cannot)?;
        let mut written = 0;
        for name in release_files::names(&page) {
            tell(&name);
            let file = release_files::file(services, &page, &name).await?;
            std::fs::write(folder.join(&file.name), &file.bytes).map_err(cannot)?;
            written += 1;
        }
        println!(
            "{written} files of release {} of {} in {}",
            page.release.number,
            page.release.window_name,
            folder.display()
        );
        Ok(())
    })
    .await
}

/// What to do when an id names nothing.
fn no_such(what: &str, error: server::Error) -> Stop {
    match error {
        server::Error::NotFound => Stop::new(format!("there is no {what} with this id")),
        other => other.into(),
    }
}
