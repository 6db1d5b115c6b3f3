//! `firstlight serve`: the default.

use server::jobs;
use server::services::accounts;
use tokio::signal::unix::{SignalKind, signal};

use super::Stop;
use crate::site;

/// Serves until it is told to stop, then finishes what is under way.
///
/// # Errors
/// When the database, the key or the address cannot be used.
pub async fn run() -> Result<(), Stop> {
    site::open_files::raise();
    let services = super::services().await?;
    let address = services.config().listen;
    let listener = site::listen(address).map_err(|e| {
        Stop::new(format!(
            "cannot listen on the address {address}: {e}; choose another with FIRSTLIGHT__HTTP__LISTEN"
        ))
    })?;
    let jobs = jobs::start(services.clone());
    let shown = services.config().public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    eprintln!("Firstlight serves on {shown} ({})", services.database());
    let ctx = server::ctx::Ctx::new(server::ctx::Actor::Console);
    if let Some(token) = accounts::first_run(&services, &ctx).await? {
        eprintln!(
            "nobody can sign in yet: set up the first administrator with this one-time link (three days)"
        );
        eprintln!("  {shown}/welcome/{}", token.reveal());
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let stopping = services.clone();
    let stop = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        stopping.stop();
        eprintln!("stopping: finishing what is under way");
    };
    site::serve(listener, site::router(services.clone()), stop).await?;
    jobs.abort();
    services.close().await;
    Ok(())
}
