//! One child, one file: what its timeline and its curves hold (C-20 to C-28).

use server::ctx::Ctx;
use server::model::people::Role;
use server::model::{ChildId, Private};
use server::services::records::{self, EntryKind, RECORD_NOTE};
use server::services::referrals;
use tests::{Kind, on_both_databases};

use crate::town::Town;

on_both_databases! {
    /// C-22: a window that covered the child and heard nothing of it is a gap with a cross, and a line of the table.
    async fn a_missed_window_stands_in_the_curve_c_22(kind: Kind) {
        let town = Town::with_past(kind, 120, 3).await;
        let mut conn = town.store().await;
        let missed: Option<(ChildId,)> = conn
            .first(
                "select a.child_id from administrations a join windows w on w.id = a.window_id where a.state = 'submitted' \
                 and a.instrument = 'phq9_teen' and w.opens_on = (select min(opens_on) from windows) \
                 and not exists (select 1 from administrations b join windows v on v.id = b.window_id where \
                 b.child_id = a.child_id and v.state = 'closed' and v.opens_on > w.opens_on and b.state = 'submitted') order by a.child_id limit 1",
                vec![],
            )
            .await
            .unwrap();
        let (child,) = missed.expect("somebody was away in the second window");
        let counselor = town.staff_at(Role::Counselor, 0, Ctx::new(server::ctx::Actor::Console).now).await;
        let record = records::record(&town.services, &counselor, child).await.unwrap();
        let rows = &record.trends[0].figure.table.rows;
        let gaps = rows.iter().filter(|row| row.iter().any(|cell| cell == "missed")).count();
        assert_eq!(gaps, 1, "{rows:?}");
        town.services.close().await;
    }

    /// C-28, C-21: a working note is its author's or the team's, a record note belongs to the child's record; who opened the
    /// file is a line for each person and day.
    async fn notes_have_their_readers_and_looks_their_line_c_28(kind: Kind) {
        let town = Town::of(kind, 30).await;
        let t0 = town.critical_answer(0).await;
        let first = town.staff_at(Role::Counselor, 0, t0.plus_seconds(60)).await;
        let second = town.staff_at(Role::Counselor, 1, t0.plus_seconds(90)).await;
        let mut conn = town.store().await;
        let newest: Option<(server::model::ReferralId,)> =
            conn.first("select id from referrals order by opened_at desc, id desc limit 1", vec![]).await.unwrap();
        let id = newest.unwrap().0;
        for (visibility, text) in [("own", "mine"), ("team", "ours"), ("shared", "for the record")] {
            referrals::add_note(&town.services, &first, id, visibility, Private::new(text.to_owned())).await.unwrap();
        }
        let child = records::child_of_referral(&town.services, &first, id).await.unwrap();
        records::record(&town.services, &first, child).await.unwrap();
        records::record(&town.services, &first, child).await.unwrap();
        let read = records::record(&town.services, &second, child).await.unwrap();
        let notes: Vec<(&str, &str)> = read
            .timeline
            .iter()
            .filter(|line| line.kind == EntryKind::Note)
            .map(|line| (line.title.as_str(), line.text.reveal().as_str()))
            .collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes.contains(&(RECORD_NOTE, "for the record")) && notes.contains(&("Working note", "ours")));
        let looks: Vec<&str> =
            read.timeline.iter().filter(|line| line.kind == EntryKind::Look).map(|line| line.title.as_str()).collect();
        assert_eq!(looks, ["File opened", "File opened 2 times"], "the second counselor’s, then the first one’s");
        town.services.close().await;
    }
}
