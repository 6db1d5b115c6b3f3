//! `"person"` on a line of `firstlight score`: where each scale stands in the instrument's own tables.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Fault;
use crate::instrument::{Informant, Instrument, Sex};
use crate::norm::{self, Person};
use crate::score::Scored;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnLine {
    age: Option<u8>,
    grade: Option<u8>,
    sex: Option<Sex>,
    informant: Option<Informant>,
}

/// Who answered is the instrument's informant unless the line says otherwise.
pub(super) fn person(instrument: &Instrument, value: &Value) -> Result<Person, Fault> {
    let given = OnLine::deserialize(value).map_err(|fault| {
        Fault::new(format!(
            "“person” cannot be read ({fault}); write {{\"age\":9,\"grade\":4,\"sex\":\"female\"}} with what is known"
        ))
    })?;
    Ok(Person {
        age: given.age,
        grade: given.grade,
        sex: given.sex,
        informant: given.informant.or(Some(instrument.informant)),
    })
}

/// T-score, percentile and source for each scale whose tables fit the person.
pub(super) fn standing(instrument: &Instrument, scored: &Scored, person: Person) -> Value {
    let of_scale = |scale: &crate::score::ScaleScore| {
        let found = norm::lookup(instrument.scale(&scale.scale)?, scale.value?, person)?;
        let standing = json!({ "t": found.t, "t_text": found.t_text, "percentile": found.percentile, "source": found.source });
        Some((scale.scale.clone(), standing))
    };
    Value::Object(scored.scales.iter().filter_map(of_scale).collect::<Map<_, _>>())
}
