//! What must never reach a log.

use serde::{Deserialize, Serialize};

/// A name, an answer or free text. `Debug` prints `•••` and there is no `Display`,
/// so that it cannot slip into a log line or an error; take it out with [`Private::reveal`] where it is shown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Private<T>(T);

impl<T> Private<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for the one place that shows or stores it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Private<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> std::fmt::Debug for Private<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("•••")
    }
}

#[cfg(test)]
mod tests {
    use super::Private;

    #[test]
    fn a_private_value_prints_as_dots_so_no_log_can_hold_it() {
        assert_eq!(format!("{:?}", Some(Private::new("Mei Lin"))), "Some(•••)");
    }
}
