//! Answers from a device's queue: exactly once, and never less careful than a single form.

use std::sync::Arc;

use questionnaires::response::Answer;
use server::Error;
use server::services::check_in::answers::{LARGEST_BATCH, Sent, hold, save_batch};
use server::services::check_in::{self, Step};
use server::store::responses::Response;
use tests::{Kind, on_both_databases};
use uuid::Uuid;

use crate::town::Town;

fn sent(client: Uuid, sequence: u32, item: &str, answer: Answer) -> Sent {
    Sent {
        client,
        part: 1,
        item: item.to_owned(),
        sequence,
        answer,
        seconds: 4,
        ago: 0,
        language: "en".to_owned(),
    }
}

on_both_databases! {
    /// K-38: a device that is not sure sends everything again, also twice at the same moment.
    async fn a_batch_sent_again_and_again_stands_once_k_38(kind: Kind) {
        let town = Arc::new(Town::of(kind, 60).await);
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        let client = Uuid::new_v4();
        let batch: Vec<Sent> =
            (1..=8u32).map(|n| sent(client, n, &n.to_string(), Answer::Code(1))).collect();
        let mut replays = Vec::new();
        for _ in 0..5 {
            let (town, ctx, batch) = (Arc::clone(&town), ctx.clone(), batch.clone());
            replays.push(tokio::spawn(async move { save_batch(&town.services, &ctx, batch).await }));
        }
        for replay in replays {
            let outcome = replay.await.unwrap().unwrap();
            assert_eq!((outcome.saved.len(), outcome.refused.len()), (8, 0));
        }
        assert_eq!(town.count("select count(*) from responses where client is not null").await, 8);
        assert_eq!(check_in::state(&town.services, &ctx).await.unwrap().step, Step::Question(9));
    }

    /// K-42: in the transaction of the batch, with the same answer to the device as for any other child.
    async fn a_critical_answer_in_a_batch_is_referred_in_its_transaction_and_answered_alike_k_42(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let critical = "select count(*) from referrals where priority = 'critical' and state = 'open'";
        let before = town.count(critical).await;
        let mut told = Vec::new();
        for (child, code) in [(0, 0), (1, 2)] {
            let ctx = town.child_at_first_question(&town.teens()[child]).await;
            let batch = vec![sent(Uuid::new_v4(), 1, "9", Answer::Code(code))];
            told.push(serde_json::to_string(&save_batch(&town.services, &ctx, batch).await.unwrap()).unwrap());
        }
        assert_eq!(town.count(critical).await, before + 1);
        assert_eq!(told[0], told[1]);
        assert!(!told[0].contains("code"), "{}", told[0]);
    }

    /// A child goes on at another device; the first one comes back later with what it had kept.
    async fn a_late_answer_is_kept_and_does_not_replace_a_newer_one(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let ctx = town.child_at_first_question(&town.teens()[0]).await;
        let newer = vec![sent(Uuid::new_v4(), 1, "1", Answer::Code(3))];
        save_batch(&town.services, &ctx, newer).await.unwrap();
        let mut late = sent(Uuid::new_v4(), 1, "1", Answer::Code(0));
        late.ago = 600;
        save_batch(&town.services, &ctx, vec![late]).await.unwrap();
        let held = hold(&town.services, &ctx).await.unwrap();
        assert_eq!(held.answers[0].answer, Answer::Code(3));
        let mine = town.ids("select distinct administration_id from responses where client is not null").await[0];
        let of = |a: &Response| a.administration_id.0 == mine && a.item == "1";
        let kept: Vec<_> = town.answers().await.into_iter().filter(of).map(|a| (a.seq, a.code)).collect();
        assert_eq!(kept.iter().filter(|(_, code)| *code == Some(0)).count(), 1, "{kept:?}");
        assert_eq!(kept.iter().max().unwrap().1, Some(3), "{kept:?}");
    }

    /// What is no answer of this child is named, and does not keep the others from being saved.
    async fn what_belongs_to_no_question_is_refused_and_the_rest_is_saved(kind: Kind) {
        let town = Town::of(kind, 60).await;
        let code = town.teens()[0].clone();
        let ctx = town.child(&code).await;
        let client = Uuid::new_v4();
        let batch = vec![
            sent(client, 1, "1", Answer::Declined),
            sent(client, 2, "1", Answer::Code(77)),
            sent(client, 3, "no such item", Answer::Code(0)),
            sent(client, 4, "2", Answer::Missing),
            Sent { part: 9, ..sent(client, 5, "2", Answer::Code(0)) },
        ];
        let early = save_batch(&town.services, &ctx, batch.clone()).await;
        assert!(matches!(early, Err(Error::NotFound)), "before the child said yes: {early:?}");
        check_in::give_assent(&town.services, &ctx, check_in::Assent::Yes).await.unwrap();
        let outcome = save_batch(&town.services, &ctx, batch).await.unwrap();
        let sequences = |marks: &[check_in::answers::Mark]| marks.iter().map(|m| m.sequence).collect::<Vec<_>>();
        assert_eq!((sequences(&outcome.saved), sequences(&outcome.refused)), (vec![1], vec![2, 3, 4, 5]));
        let many = vec![sent(client, 6, "1", Answer::Code(0)); LARGEST_BATCH + 1];
        assert!(matches!(save_batch(&town.services, &ctx, many).await, Err(Error::Invalid { .. })));
        town.answer_all(&ctx, |_| 0).await;
        check_in::submit(&town.services, &ctx, Uuid::new_v4()).await.unwrap();
        let after = save_batch(&town.services, &ctx, vec![sent(client, 7, "1", Answer::Code(3))]).await;
        assert!(matches!(after, Err(Error::Conflict(_))), "handed in: {after:?}");
    }
}
