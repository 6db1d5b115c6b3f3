//! JSON objects that are objects. What `serde` derives for a struct also takes a list of its values in their order; no page
//! of ours sends one, and the description of the routes has none.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

/// A value that was sent as an object.
#[derive(Debug)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(Members(PhantomData))
    }
}

struct Members<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::Object;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Two {
        a: u8,
        b: u8,
    }

    #[test]
    fn a_list_is_no_object_and_nothing_else_changes_inp_01() {
        let read =
            |text: &str| serde_json::from_str::<Object<Two>>(text).map(|Object(two)| (two.a, two.b)).ok();
        assert!(serde_json::from_str::<Two>("[1,2]").is_ok(), "what this is for");
        assert_eq!(read(r#"{"b":2,"a":1}"#), Some((1, 2)));
        for wrong in ["[1,2]", r#"{"a":1}"#, r#"{"a":1,"b":2,"c":3}"#, r#"{"a":1,"a":1,"b":2}"#, "1", "null"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
