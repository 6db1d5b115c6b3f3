//! Texts that would run if a page took them for markup: five hundred in every field that people fill in freely, seen on
//! every page by everybody (INP-04).

use app::routes::ROUTES;
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use tests::{Kind, Server, markup};

use crate::{everybody, may, path_of, real_ids};

/// Fields of which a page shows many at once: their rows share the texts.
const IN_LISTS: [(&str, &str); 7] = [
    ("children", "given_name"),
    ("children", "family_name"),
    ("users", "name"),
    ("schools", "name"),
    ("classes", "name"),
    ("referral_reasons", "why"),
    ("referral_events", "reason"),
];

/// The others: each row holds them all.
const FIELDS: [(&str, &str); 38] = [
    ("districts", "name"),
    ("windows", "name"),
    ("holidays", "name"),
    ("guardians", "name"),
    ("guardians", "relation"),
    ("guardians", "phone"),
    ("contacts", "note"),
    ("notes", "body"),
    ("follow_ups", "what"),
    ("plans", "warning_signs"),
    ("plans", "own_coping"),
    ("plans", "people_and_places"),
    ("plans", "people_to_ask"),
    ("plans", "professionals"),
    ("plans", "safer_place"),
    ("plans", "gap_reason"),
    ("assessments", "summary"),
    ("assessments", "strengths"),
    ("closings", "seen_by"),
    ("closings", "reason"),
    ("hand_overs", "next_step"),
    ("concerns", "seen"),
    ("concerns", "since"),
    ("help_services", "name"),
    ("help_services", "contact"),
    ("help_services", "hours"),
    ("help_services", "capacity"),
    ("outside_referrals", "consent_words"),
    ("outside_referrals", "letter"),
    ("outside_events", "source"),
    ("outside_events", "note"),
    ("consent_events", "by_name"),
    ("consent_events", "proof"),
    ("notices", "body"),
    ("sessions", "device"),
    ("audit", "detail"),
    ("sittings", "closed_reason"),
    ("research_exports", "purpose"),
];

/// Puts texts into a field; how many rows it has. The trail refuses to be changed, and is left as it is then.
async fn put(conn: &mut AnyConnection, (table, column): (&str, &str), text: &str, rows: &str) -> u64 {
    let text = text.replace('\'', "''");
    let sql = format!("update {table} set {column} = '{text}' {rows}");
    sqlx::query(AssertSqlSafe(sql)).execute(conn).await.map_or(0, |done| done.rows_affected())
}

#[tokio::test]
async fn five_hundred_texts_in_every_field_are_shown_as_texts_to_everybody_inp_04() {
    let server = Server::demo(Kind::Sqlite).await;
    let visitors = everybody(&server).await;
    let ids = real_ids(&visitors).await;
    let all = markup::texts();
    sqlx::any::install_default_drivers();
    let mut conn = AnyConnection::connect(&server.database.url).await.unwrap();
    let mut fields = 0;
    for field in FIELDS {
        fields += usize::from(put(&mut conn, field, &all.join(" "), "").await > 0);
    }
    let shares = all.len() / 10;
    for field in IN_LISTS {
        let mut rows = 0;
        for (n, share) in all.chunks(shares).enumerate() {
            // By the last digit of the id; no two classes of a school may have one name.
            let of = format!(
                "|| ' ' || hex(id) where (instr('0123456789ABCDEF', substr(hex(id), -1)) - 1) % 10 = {n}"
            );
            rows += put(&mut conn, field, &share.join(" "), &of).await;
        }
        assert!(rows > 0, "{field:?} has no row");
        fields += 1;
    }
    conn.close().await.unwrap();

    let (mut pages, mut shown) = (0, 0);
    for route in ROUTES.iter().filter(|route| route.method == "get" && !route.path.contains("pdf")) {
        let path = path_of(route.path, &ids);
        for (who, visitor) in visitors.iter().filter(|(who, _)| may(route.who, *who)) {
            let page = visitor.clone().get(&path).await;
            assert!(page.status < 500, "{path} answers {} to {who:?}", page.status);
            if !page.header("content-type").is_some_and(|kind| kind.contains("html")) {
                continue;
            }
            pages += 1;
            let body = page.body();
            shown += usize::from(body.contains("window.ran"));
            assert!(!page.has(markup::FOREIGN), "markup came through on {path} for {who:?}");
        }
    }
    println!(
        "{} texts in {fields} fields, {pages} pages looked at, {shown} of them with such texts: 0 as markup",
        all.len()
    );
    assert!(all.len() == 500 && fields >= 25 && shown >= 40, "{fields} fields, {shown} pages");
}
