//! A posted form that carries a file (multipart), for the pages on which staff send one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Request};
use axum::response::Response;
use futures::StreamExt;
use server::ctx::Actor;
use server::http::admission::{self, Leave};
use tokio::sync::Semaphore;

use crate::site::{Site, bodies};
use crate::visit::{Posted, Visit, too_much, unreadable};

/// The largest file, with room for the form around it: the roster's own limit is what a person reads about.
const LARGEST: usize = (10 << 20) + (64 << 10) + 1;
/// How much of a body that is too large is read at all.
const FORGOTTEN: usize = 64 << 20;
/// Ten megabytes take minutes on a school's slow line.
const LONGEST_SENDING: Duration = Duration::from_secs(300);
/// Files that arrive at once; each is in memory.
const AT_ONCE: usize = 16;

static ARRIVING: Semaphore = Semaphore::const_new(AT_ONCE);

/// A form with a file whose token fits the visitor. The token stands before the file in the form, so a forged one is
/// refused with nothing kept.
#[derive(Debug)]
pub struct Upload {
    /// The form's fields.
    pub posted: Posted,
    /// The file's name as the browser tells it.
    pub name: String,
    /// What is in it; empty when none was chosen.
    pub bytes: Vec<u8>,
}

impl FromRequest<Site> for Upload {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Site) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, site).await?;
        let too_long = Arc::new(AtomicBool::new(false));
        let later = || admission::later(&parts.method, parts.uri.path());
        // Nobody works on it until it is here, so others may have its place meanwhile.
        let _away = parts.extensions.get::<Leave>().map(Leave::go);
        let (body, _arriving) = match visit.ctx.actor {
            Actor::Staff(_) => {
                let arriving = ARRIVING.try_acquire().map_err(|_| later())?;
                (limited(body, Arc::clone(&too_long)), Some(arriving))
            }
            // Whoever has no file to send is given no more time and room than for any other form.
            _ => (bodies::small(body).await.ok_or_else(later)?, None),
        };
        let mut request = Request::from_parts(parts, body);
        DefaultBodyLimit::disable().apply(&mut request);
        let read = tokio::time::timeout(LONGEST_SENDING, read(request, site)).await;
        match read {
            Ok(Err(_)) if too_long.load(Ordering::Relaxed) => Err(too_much(&visit)),
            Ok(Ok((fields, name, bytes))) => {
                Posted::checked(visit, fields).map(|posted| Self { posted, name, bytes })
            }
            // What is no form carries no token either, and that is said first.
            Ok(Err(NoForm)) => match Posted::checked(visit, Vec::new()) {
                Ok(posted) => Err(unreadable(&posted.visit)),
                Err(refused) => Err(refused),
            },
            Err(_) => Err(too_much(&visit)),
        }
    }
}

/// A body that breaks off after [`LARGEST`] bytes. What comes then is read and forgotten, up to a limit of its own: a
/// browser whose sending is cut off shows an error of its own in place of our sentence.
fn limited(body: Body, too_long: Arc<AtomicBool>) -> Body {
    let parts = futures::stream::unfold((body.into_data_stream(), 0), move |(mut parts, mut read)| {
        let too_long = Arc::clone(&too_long);
        async move {
            let part = parts.next().await?;
            let Ok(bytes) = &part else { return Some((part, (parts, read))) };
            read += bytes.len();
            if read <= LARGEST {
                return Some((part, (parts, read)));
            }
            too_long.store(true, Ordering::Relaxed);
            while let Some(Ok(more)) = parts.next().await {
                read += more.len();
                if read > FORGOTTEN {
                    break;
                }
            }
            Some((Err(axum::Error::new(std::io::Error::other("the file is too large"))), (parts, read)))
        }
    });
    Body::from_stream(parts)
}

struct NoForm;

async fn read(request: Request, site: &Site) -> Result<(Vec<(String, String)>, String, Vec<u8>), NoForm> {
    let mut form = Multipart::from_request(request, site).await.map_err(|_| NoForm)?;
    let (mut fields, mut name, mut bytes) = (Vec::new(), String::new(), Vec::new());
    let broken = |_| NoForm;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let key = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file) => {
                name = file;
                bytes = field.bytes().await.map_err(broken)?.to_vec();
            }
            None => fields.push((key, field.text().await.map_err(broken)?)),
        }
    }
    Ok((fields, name, bytes))
}
