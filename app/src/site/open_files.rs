//! How many connections the system lets the server have: each is an open file.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::CONNECTIONS;

/// Files that are open beside connections: the databases, what is being written, what is called.
const OTHERS: u64 = 256;

/// Raises the limit of open files as far as it may be raised, and says so where fewer connections fit below it than planned.
pub fn raise() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where it is refused, what was allowed before still is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    let connections = connections();
    if let Some(limit) = getrlimit(Resource::Nofile).current.filter(|_| connections < CONNECTIONS) {
        eprintln!(
            "{limit} open files are allowed, so {connections} connections at once are taken instead of {CONNECTIONS}; \
             raise the limit (LimitNOFILE= of systemd, ulimit -Hn)"
        );
    }
}

/// The connections that fit below the limit in force.
pub(super) fn connections() -> usize {
    fit(getrlimit(Resource::Nofile).current)
}

fn fit(limit: Option<u64>) -> usize {
    let Some(limit) = limit else { return CONNECTIONS };
    let free = limit.saturating_sub(OTHERS).max(limit / 2).max(1);
    usize::try_from(free).map_or(CONNECTIONS, |free| free.min(CONNECTIONS))
}

#[cfg(test)]
mod tests {
    use super::{CONNECTIONS, fit};

    #[test]
    fn no_more_connections_are_taken_than_files_may_be_open_rel_22() {
        assert_eq!(fit(None), CONNECTIONS);
        assert_eq!(fit(Some(1_048_576)), CONNECTIONS);
        assert_eq!(fit(Some(1024)), 768);
        assert_eq!(fit(Some(300)), 150);
        assert_eq!(fit(Some(0)), 1);
    }
}
