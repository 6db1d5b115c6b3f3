//! The trail's chain: sealing what was committed, signed checkpoints outside the database, and finding every edit,
//! deletion, reorder and cut (AUD-02).
//!
//! Each act's row is committed with the act. A job seals what waits every few seconds: the code of a link is an HMAC
//! over the link before, its number and the row. Whoever changes the database without the key breaks a link; whoever
//! cuts the chain's end falls behind the last checkpoint, a signed line in a file outside the database.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;

use ed25519_dalek::{Signature, Signer, Verifier};
use uuid::Uuid;

use super::Services;
use crate::config::{Keys, from_hex, hex};
use crate::ctx::Ctx;
use crate::store::audit_chain::{self, Added, Head, Line};
use crate::store::{Act, StoreError};
use crate::{Error, Result};

/// How many acts one transaction seals: few enough that no child's answer waits for it noticeably.
const BATCH: i64 = 200;

/// Seals what waits and tells how many acts that were. Where another node is at it, this one leaves it.
///
/// # Errors
/// [`Error::Store`] when the database refuses it.
pub async fn seal(services: &Services, ctx: &Ctx) -> Result<u64> {
    let mut sealed = 0;
    loop {
        let keys = services.keys.clone();
        let batch = services
            .store
            .write(ctx, Act::recorded_in_itself("audit.seal"), move |tx| {
                let keys = keys.clone();
                Box::pin(async move {
                    if !audit_chain::may_seal(tx).await? {
                        return Ok(0);
                    }
                    let waiting = audit_chain::waiting(tx, BATCH).await?;
                    let mut heads: Vec<Head> = Vec::new();
                    let mut links = Vec::with_capacity(waiting.len());
                    for act in &waiting {
                        let chain = act.line.district_id.map_or(Uuid::nil(), |d| d.0);
                        let at = match heads.iter().position(|h| h.chain == chain) {
                            Some(at) => at,
                            None => {
                                let first = Head { chain, seq: 0, code: Vec::new() };
                                heads.push(audit_chain::head(tx, chain).await?.unwrap_or(first));
                                heads.len() - 1
                            }
                        };
                        let Some(head) = heads.get_mut(at) else { continue };
                        let code = link_code(&keys, chain, head.seq + 1, &head.code, act.audit_id, &act.line);
                        *head = Head { chain, seq: head.seq + 1, code };
                        links.push(Added { head: head.clone(), audit_id: act.audit_id });
                    }
                    audit_chain::add(tx, links).await?;
                    Ok(waiting.len() as u64)
                })
            })
            .await;
        match batch {
            // A batch that is not full was all there was; what was committed since waits for the next round.
            Ok(n) if n < BATCH.unsigned_abs() => return Ok(sealed + n),
            Ok(n) => sealed += n,
            // A node of a version without that lock has sealed the same acts in this moment: its links stand.
            Err(Error::Store(StoreError::Constraint(_))) => return Ok(sealed),
            Err(error) => return Err(error),
        }
    }
}

fn link_code(keys: &Keys, chain: Uuid, seq: i64, before: &[u8], id: Uuid, line: &Line) -> Vec<u8> {
    let mut message = Vec::with_capacity(256);
    let mut put = |bytes: Option<&[u8]>| {
        // The length first, so that no two rows give the same message; an absent value is no empty one.
        match bytes {
            None => message.push(0),
            Some(bytes) => {
                message.push(1);
                message.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
                message.extend_from_slice(bytes);
            }
        }
    };
    put(Some(chain.as_bytes()));
    put(Some(&seq.to_be_bytes()));
    put(Some(before));
    put(Some(id.as_bytes()));
    put(line.at.map(|at| at.millis().to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice));
    put(line.district_id.as_ref().map(|d| d.0.as_bytes().as_slice()));
    put(line.request_id.as_ref().map(|id| id.as_bytes().as_slice()));
    put(line.actor_kind.as_ref().map(String::as_bytes));
    put(line.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    put(line.action.as_ref().map(String::as_bytes));
    put(line.subject_kind.as_ref().map(String::as_bytes));
    put(line.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
    put(line.detail.as_ref().map(String::as_bytes));
    keys.link_code(&message)
}

/// Adds a signed line for the end of each chain to the file of checkpoints.
///
/// # Errors
/// [`Error::Conflict`] when the file cannot be written.
pub async fn checkpoint(services: &Services, ctx: &Ctx) -> Result<()> {
    let heads = {
        let mut conn = services.store.read(ctx).await?;
        audit_chain::heads(&mut conn).await?
    };
    let mut lines = String::new();
    for head in heads {
        let text = signed_text(&head.chain.to_string(), head.seq, &hex(&head.code), ctx.now.millis());
        let signature = hex(&services.keys.checkpoints().sign(text.as_bytes()).to_bytes());
        lines.push_str(&format!("{text} {signature}\n"));
    }
    let path = services.config.checkpoints.clone();
    let written = tokio::task::spawn_blocking(move || append(&path, &lines)).await;
    written.map_err(|_| Error::Store(StoreError::Panicked))?.map_err(|e| {
        Error::Conflict(format!(
            "cannot add to the checkpoints {}: {e}",
            services.config.checkpoints.display()
        ))
    })
}

fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|f| !f.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// What a checkpoint signs: chain, number, code and instant, in one line of text.
fn signed_text(chain: &str, seq: i64, code: &str, at: i64) -> String {
    format!("1 {chain} {seq} {code} {at}")
}

/// Something about the trail that cannot have come about by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row, or its link, says something else than when it was sealed.
    Changed(Uuid, i64),
    /// A sealed row is gone.
    Removed(Uuid, i64),
    /// Links are missing before this number.
    Gap(Uuid, i64),
    /// The chain ends before a checkpoint, or says something else there.
    Cut(Uuid, i64),
    /// A row that was never committed with an act.
    Stray(Uuid),
    /// A line of the checkpoints' file that this key did not sign.
    Checkpoint(usize),
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed(chain, seq) => write!(f, "chain {chain}, line {seq}: changed after it was sealed"),
            Self::Removed(chain, seq) => write!(f, "chain {chain}, line {seq}: removed"),
            Self::Gap(chain, seq) => write!(f, "chain {chain}: links are missing before line {seq}"),
            Self::Cut(chain, seq) => {
                write!(f, "chain {chain}: a checkpoint vouches for line {seq}, which is gone or another")
            }
            Self::Stray(id) => write!(f, "row {id} was never committed with an act"),
            Self::Checkpoint(line) => {
                write!(f, "line {line} of the checkpoints does not carry this key's signature")
            }
        }
    }
}

/// What `firstlight audit verify` found.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// How many chains there are.
    pub chains: usize,
    /// How many sealed lines were checked.
    pub lines: u64,
    /// How many checkpoints were checked.
    pub checkpoints: usize,
    /// How many acts still wait for their seal.
    pub waiting: i64,
    /// Everything that is wrong; empty for an honest trail.
    pub faults: Vec<Fault>,
}

/// Checks every link of every chain and every checkpoint.
///
/// # Errors
/// [`Error::Store`] when the database cannot be read; [`Error::Conflict`] when the checkpoints' file cannot.
pub async fn verify(services: &Services, ctx: &Ctx) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut vouched = read_checkpoints(services, &mut verdict)?;
    let mut conn = services.store.read(ctx).await?;
    for head in audit_chain::heads(&mut conn).await? {
        verdict.chains += 1;
        let (mut seq, mut before) = (0, Vec::new());
        loop {
            let links = audit_chain::links(&mut conn, head.chain, seq, 1000).await?;
            if links.is_empty() {
                break;
            }
            for link in links {
                if link.seq != seq + 1 {
                    verdict.faults.push(Fault::Gap(head.chain, link.seq));
                }
                let right =
                    link_code(&services.keys, head.chain, link.seq, &before, link.audit_id, &link.line);
                if link.line.at.is_none() {
                    verdict.faults.push(Fault::Removed(head.chain, link.seq));
                } else if right != link.code {
                    verdict.faults.push(Fault::Changed(head.chain, link.seq));
                }
                let said = vouched.remove(&(head.chain, link.seq));
                if said.is_some_and(|codes| codes.iter().any(|code| *code != link.code)) {
                    verdict.faults.push(Fault::Cut(head.chain, link.seq));
                }
                verdict.lines += 1;
                (seq, before) = (link.seq, link.code);
            }
        }
    }
    verdict.faults.extend(vouched.keys().map(|(chain, seq)| Fault::Cut(*chain, *seq)));
    verdict
        .faults
        .extend(audit_chain::strays(&mut conn, 1000).await?.into_iter().map(|(id,)| Fault::Stray(id)));
    verdict.waiting = audit_chain::count_waiting(&mut conn).await?;
    Ok(verdict)
}

/// What checkpoints vouch for: a number of a chain, and the code there (more than one only after meddling).
type Vouched = BTreeMap<(Uuid, i64), BTreeSet<Vec<u8>>>;

fn read_checkpoints(services: &Services, verdict: &mut Verdict) -> Result<Vouched> {
    let path = &services.config.checkpoints;
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vouched::new()),
        Err(error) => return Err(Error::Conflict(format!("cannot read {}: {error}", path.display()))),
    };
    let key = services.keys.checkpoints().verifying_key();
    let mut vouched = Vouched::new();
    for (number, line) in text.lines().enumerate() {
        let read = line.rsplit_once(' ').and_then(|(text, signature)| {
            let signature = Signature::from_bytes(&from_hex::<64>(signature)?);
            key.verify(text.as_bytes(), &signature).ok()?;
            let parts: Vec<&str> = text.split(' ').collect();
            let [_, chain, seq, code, _] = parts.as_slice() else { return None };
            let code = from_hex::<32>(code)?.to_vec();
            Some(((chain.parse().ok()?, seq.parse().ok()?), code))
        });
        match read {
            Some((place, code)) => {
                verdict.checkpoints += 1;
                vouched.entry(place).or_default().insert(code);
            }
            None => verdict.faults.push(Fault::Checkpoint(number + 1)),
        }
    }
    Ok(vouched)
}
