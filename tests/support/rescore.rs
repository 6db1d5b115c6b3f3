//! Every handed-in form scored anew by the second scorer, against what is stored.

use std::collections::HashMap;

use questionnaires::{library, second_scorer};
use server::model::AdministrationId;
use server::services::scoring;
use server::store::gaps::Standing;
use server::store::{Conn, responses};

/// How many forms were scored anew, and how many of them stand otherwise in the database.
///
/// # Panics
/// When the database cannot be read.
pub async fn scored_otherwise(conn: &mut Conn) -> (usize, usize) {
    let forms: Vec<(AdministrationId, String, i64)> = conn
        .all("select id, instrument, version from administrations where state = 'submitted'", vec![])
        .await
        .unwrap();
    let scores: Vec<Standing> =
        conn.all("select administration_id, scale, value, band, positive from scores", vec![]).await.unwrap();
    let mut stored: HashMap<AdministrationId, Vec<Standing>> = HashMap::new();
    for score in scores {
        stored.entry(score.administration_id).or_default().push(score);
    }
    let (mut looked, mut otherwise) = (0, 0);
    for some in forms.chunks(256) {
        let ids: Vec<AdministrationId> = some.iter().map(|form| form.0).collect();
        let mut answers: HashMap<AdministrationId, Vec<responses::Response>> = HashMap::new();
        for answer in responses::current_of_all(conn, &ids).await.unwrap() {
            answers.entry(answer.administration_id).or_default().push(answer);
        }
        for (id, instrument, version) in some {
            let Some(answers) = answers.get(id) else { continue };
            let instrument = library::get_version(instrument, u32::try_from(*version).unwrap()).unwrap();
            let verdict = second_scorer::score(instrument, &scoring::to_answers(answers));
            let held: Vec<_> = stored.get(id).into_iter().flatten().map(Standing::held).collect();
            looked += 1;
            otherwise +=
                usize::from(held.len() != verdict.scales.len() || !verdict.otherwise(&held).is_empty());
        }
    }
    (looked, otherwise)
}
