//! TLS to PostgreSQL, on a cluster with an authority of the test's own (KEY-03, ASVS 12.3).

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use server::ctx::{Actor, Ctx};
use server::store::Store;
use sqlx::{Connection, PgConnection};
use tests::cluster::Cluster;
use tests::place::Scratch;

use crate::town::sealer;

/// An authority, whose certificate is in a file.
fn authority(file: &Path) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(file, made.pem()).unwrap();
    made
}

/// A cluster whose certificate is for these names, made valid until this year.
fn cluster(by: &CertifiedIssuer<'static, KeyPair>, names: &[&str], until: i32) -> Cluster {
    let key = KeyPair::generate().unwrap();
    let mut params =
        CertificateParams::new(names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()).unwrap();
    params.not_before = rcgen::date_time_ymd(2001, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, by).unwrap();
    Cluster::with_tls(&certificate.pem(), &key.serialize_pem())
}

async fn open(cluster: &Cluster, authority: &Path, mode: &str) -> Result<Store, String> {
    let url = format!("{}/postgres?sslmode={mode}&sslrootcert={}", cluster.address(), authority.display());
    Store::open(&url, sealer()).await.map_err(|e| e.to_string())
}

#[tokio::test]
async fn the_database_is_reached_by_tls_and_a_certificate_that_does_not_fit_is_refused_key_03() {
    let folder = Scratch::new();
    let (ours, theirs) = (folder.path().join("ours.pem"), folder.path().join("theirs.pem"));
    let (by_us, _) = (authority(&ours), authority(&theirs));
    let good = cluster(&by_us, &["127.0.0.1"], 2100);
    let store = open(&good, &ours, "verify-full").await.unwrap();
    let held = store.read(&Ctx::new(Actor::Console)).await.unwrap();
    let mut beside = PgConnection::connect(&format!("{}/postgres", good.address())).await.unwrap();
    let seen: Vec<(bool, Option<String>)> = sqlx::query_as(
        "select s.ssl, s.version from pg_stat_ssl s join pg_stat_activity a on a.pid = s.pid \
         where a.application_name = 'firstlight'",
    )
    .fetch_all(&mut beside)
    .await
    .unwrap();
    assert!(!seen.is_empty());
    for (tls, version) in &seen {
        let version = version.as_deref().unwrap_or_default();
        assert!(*tls && ["TLSv1.2", "TLSv1.3"].contains(&version), "{seen:?}");
    }
    drop(held);
    store.close().await;
    // An authority that nobody here trusts; a name that is not this machine's; a day that is over.
    let mut refused = vec![open(&good, &theirs, "verify-full").await];
    let elsewhere = cluster(&by_us, &["db.example"], 2100);
    refused.push(open(&elsewhere, &ours, "verify-full").await);
    let over = cluster(&by_us, &["127.0.0.1"], 2002);
    refused.push(open(&over, &ours, "verify-full").await);
    for outcome in &refused {
        assert!(outcome.as_ref().is_err_and(|line| line.contains("cannot reach")), "{outcome:?}");
    }
    println!("{} certificates that do not fit: 0 connections", refused.len());
}
