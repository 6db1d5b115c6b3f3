//! The real executable, as the other tests use it.

use tests::{Kind, Server, on_both_databases};

on_both_databases! {
    /// Faults and journeys rest on this: the same address, the same data, a new process.
    async fn a_killed_server_starts_again_where_it_was(kind: Kind) {
        let mut server = Server::on(kind).await;
        let (id, url) = (server.id(), server.url.clone());
        server.kill9();
        assert_eq!(server.visitor().status("/healthz").await, None);
        server.start_again().await;
        assert_eq!(server.visitor().status("/healthz").await, Some(200));
        assert_eq!(server.url, url);
        assert_ne!(server.id(), id);
        assert!(server.stop(), "{}", server.log());
    }

    /// Two nodes, one database: both know the district.
    async fn a_district_is_there_at_once_and_two_nodes_serve_it(kind: Kind) {
        let server = Server::demo(kind).await;
        let second = server.second().await;
        assert!(server.people().cards.len() >= 300);
        assert!(!server.people().staff("counselor").email.is_empty());
        for node in [&server, &second] {
            assert_eq!(node.visitor().status("/healthz").await, Some(200));
        }
    }
}
