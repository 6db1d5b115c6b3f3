//! Primary rules: cells that may not be shown for what they say themselves.

use super::published::Reason;
use super::table::{Exposure, Split};
use super::world::World;

/// Hides small counts, small complements, homogeneous groups and groups smaller than k.
pub(super) fn apply(world: &mut World<'_>) {
    for cell in 0..world.tables.cells.len() {
        let sensitive = matches!(world.exposure(cell), Exposure::Published | Exposure::Implied);
        if sensitive && world.policy.small(world.count(cell)) {
            world.hide(cell, Reason::Small);
        }
    }
    let tables = world.tables;
    for relation in tables.relations.iter().filter(|r| r.split == Split::Items) {
        let total = world.count(relation.total);
        let homogeneous = total > 0 && relation.parts.iter().any(|p| world.count(*p) == total);
        let too_small = (1..world.policy.k()).contains(&total);
        for &part in &relation.parts {
            if world.exposure(part) == Exposure::Slack {
                continue;
            }
            let rest = total - world.count(part);
            if homogeneous {
                // Every child of the group is in one band, so naming any band's count, zeros too, names each child's.
                world.hide(part, Reason::Homogeneous);
            } else if too_small {
                world.hide(part, Reason::Small);
            } else if (1..world.policy.k()).contains(&rest) {
                world.hide(part, Reason::SmallComplement);
            }
        }
    }
}
