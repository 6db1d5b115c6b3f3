//! A window that nobody could answer for does not open.

use server::Error;
use server::ctx::{Actor, Ctx};
use server::model::WindowId;
use server::model::window::WindowState;
use server::services::setup;
use tests::{Kind, on_both_databases};

use crate::town::Town;

async fn reopen(town: &Town, window: WindowId) -> Result<(), Error> {
    setup::move_window(&town.services, &Ctx::new(Actor::Console), window, WindowState::Open).await
}

on_both_databases! {
    /// K-46, LAW-01.
    async fn a_window_with_critical_items_opens_only_with_a_responder_and_a_backup_on_every_day(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let (window,): (WindowId,) =
            town.store().await.first("select id from windows where state = 'open'", vec![]).await.unwrap().unwrap();
        setup::move_window(&town.services, &Ctx::new(Actor::Console), window, WindowState::Paused).await.unwrap();

        town.meddle("update duty_shifts set removed_at = 1 where rank > 1").await;
        let refused = reopen(&town, window).await;
        let Err(Error::Conflict(words)) = &refused else { panic!("{refused:?}") };
        assert!(words.contains("Alder Community School: the responder has no backup on 20"), "{words}");

        town.meddle("update duty_shifts set removed_at = 1; delete from duties").await;
        let refused = reopen(&town, window).await;
        let Err(Error::Conflict(words)) = &refused else { panic!("{refused:?}") };
        assert!(words.contains("nobody is on duty"), "{words}");

        town.meddle("update duty_shifts set removed_at = null").await;
        reopen(&town, window).await.unwrap();
    }
}
