//! Where a call of the server's own may go: its name is resolved once, what it resolves to is checked, and that very
//! address is called (INP-07).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::config::Reach;

/// A resolver that finds nothing where one of a name's addresses is out of reach.
#[derive(Debug)]
pub(super) struct Within<R> {
    pub(super) reach: Reach,
    pub(super) names: R,
}

impl<R: Resolver> Resolver for Within<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        if found.iter().all(|address| may_be_called(self.reach, address.ip())) {
            Ok(found)
        } else {
            Err(ureq::Error::HostNotFound)
        }
    }
}

/// Whether an address is within reach. Link-local ones, where clouds keep their secrets, never are.
pub(super) fn may_be_called(reach: Reach, address: IpAddr) -> bool {
    match (reach, address) {
        (Reach::ThisMachine, address) => address.is_loopback(),
        (Reach::Internet, IpAddr::V4(address)) => of_internet(address),
        (Reach::Inside, IpAddr::V4(address)) => of_internet(address) || of_own_network(address),
        (Reach::Internet, IpAddr::V6(address)) => of_internet_v6(address),
        (Reach::Inside, IpAddr::V6(address)) => of_internet_v6(address) || address.is_unique_local(),
    }
}

fn of_own_network(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    // RFC 1918, and 100.64/10 behind a provider's translation (RFC 6598).
    address.is_private() || (first == 100 && (64..128).contains(&second))
}

/// Everything but what IANA's register of special IPv4 addresses holds back.
fn of_internet(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    !(of_own_network(address)
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || first == 0
        || first >= 224
        || (first == 192 && second == 0 && third == 0)
        || (first == 192 && second == 88 && third == 99)
        || (first == 198 && (18..20).contains(&second)))
}

/// Global unicast alone, without the parts that hide an IPv4 address (6to4, Teredo) or belong to nobody.
fn of_internet_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    first & 0xe000 == 0x2000 && first != 0x2002 && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
}
