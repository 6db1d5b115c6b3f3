//! A window that asks teachers and parents too.

use server::config::Config;
use server::ctx::{Actor, Ctx};
use server::model::{ChildId, ClassId, WindowId};
use server::services::{Services, families};
use sqlx::Connection;

use crate::Server;

async fn meddle(server: &Server, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&server.database.url).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut conn).await.unwrap();
}

/// From now on the open window asks parents and, with a form of their own that a school has imported, teachers.
pub async fn ask_everybody(server: &mut Server) {
    let text = include_str!("../../questionnaires/instruments/psc17_parent.toml");
    let lines = text.lines().filter(|line| !line.starts_with("lock ="));
    let text: String = lines
        .map(|line| match line {
            line if line.starts_with("id = \"psc17_parent\"") => "id = \"psc17_teacher\"\n".to_owned(),
            line if line.starts_with("informant =") => "informant = \"teacher\"\n".to_owned(),
            line if line.starts_with("short_title =") => "short_title = \"PSC-17 teacher\"\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect();
    let folder = std::env::temp_dir().join(format!("firstlight-{}", uuid::Uuid::new_v4()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("teacher.toml");
    std::fs::write(&file, text).unwrap();
    let file = file.display().to_string();
    let import = ["instruments", "import", &file, "--licence", "Made for a test", "--recorded-by", "A. Test"];
    server.command(&import).succeeded();
    assert!(server.stop());
    for (position, id, informant) in [(90, "psc17_parent", "parent"), (91, "psc17_teacher", "teacher")] {
        meddle(
            server,
            &format!(
                "insert into window_instruments (window_id, position, instrument, version, informant, min_age, max_age) \
                 select id, {position}, '{id}', 1, '{informant}', 4, 17 from windows where state = 'open'"
            ),
        )
        .await;
    }
    server.start_again().await;
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A newer letter about a child, and the secret of its link: what a code says cannot be read off a page here.
pub async fn newer_letter(server: &Server, window: &str, class: &str, child: &str) -> String {
    let services = Services::open(Config::parse("", server.settings().into_iter()).unwrap()).await.unwrap();
    let (window, class): (WindowId, ClassId) = (window.parse().unwrap(), class.parse().unwrap());
    let child: ChildId = child.parse().unwrap();
    let sheet =
        families::print(&services, &Ctx::new(Actor::Console), window, class, Some(child)).await.unwrap();
    let secret = sheet.letters[0].1.reveal().rsplit('/').next().unwrap().to_owned();
    services.close().await;
    secret
}
