//! Complementary suppression: hiding more until nothing hidden can be subtracted out.

use std::collections::{BTreeSet, VecDeque};

use super::published::Reason;
use super::table::Split;
use super::world::World;

/// Hides complements until every relation holds: no guarded cell alone, no hidden sum of 1..k−1, not even across levels.
pub(super) fn to_fixpoint(world: &mut World<'_>) {
    let all = world.tables.relations.len();
    let mut waiting = Queue { order: (0..all).collect(), queued: vec![true; all] };
    loop {
        while let Some(relation) = waiting.next() {
            while let Some(cell) =
                needs(world, relation).then(|| cheapest(world, world.members(relation), relation)).flatten()
            {
                world.hide(cell, Reason::Complementary);
                waiting.add(world.relations_of(cell));
            }
        }
        // Sums across levels depend on relations further down, so they are looked at when all else has settled.
        for relation in 0..all {
            if let Some(cell) = across_levels(world, relation) {
                world.hide(cell, Reason::Complementary);
                waiting.add(world.relations_of(cell));
            }
        }
        if waiting.order.is_empty() {
            return;
        }
    }
}

/// Relations to look at, each once.
struct Queue {
    order: VecDeque<usize>,
    queued: Vec<bool>,
}

impl Queue {
    fn next(&mut self) -> Option<usize> {
        let relation = self.order.pop_front()?;
        self.queued[relation] = false;
        Some(relation)
    }
    fn add(&mut self, relations: &[usize]) {
        for &relation in relations {
            if !std::mem::replace(&mut self.queued[relation], true) {
                self.order.push_back(relation);
            }
        }
    }
}

/// Whether a relation gives away a guarded cell, or a small hidden sum, by itself.
fn needs(world: &World<'_>, relation: usize) -> bool {
    let (mut unknown, mut guarded, mut sum) = (0, 0, 0);
    for cell in world.members(relation).filter(|c| world.unknown(*c)) {
        unknown += 1;
        guarded += usize::from(world.guarded(cell));
        sum += world.count(cell);
    }
    if guarded == 0 {
        return false;
    }
    let definition = &world.tables.relations[relation];
    let sum_is_known = !world.unknown(definition.total) && definition.split != Split::Bound;
    unknown == 1 || (sum_is_known && world.policy.small_sum(sum))
}

/// The printed cell whose loss costs the reader least: a part before a total, anything before a zero (a zero protects
/// nothing and reads as news), one that exposes no other relation, the smallest, the first.
fn cheapest(world: &World<'_>, cells: impl Iterator<Item = usize>, relation: usize) -> Option<usize> {
    cells.filter(|c| world.hideable(*c)).min_by_key(|c| cost(world, *c, relation))
}

fn cost(world: &World<'_>, cell: usize, relation: usize) -> (bool, bool, usize, u64, usize) {
    let exposed = world
        .relations_of(cell)
        .iter()
        .filter(|r| **r != relation && !world.members(**r).any(|c| world.unknown(c)))
        .count();
    let count = world.count(cell);
    (world.tables.relations[relation].total == cell, count == 0, exposed, count, cell)
}

/// A known total minus everything shown below it, through hidden parts down to their own shown parts: when what is left
/// is small, the cell to hide. (District minus shown schools minus the shown classes of the hidden schools.)
fn across_levels(world: &World<'_>, relation: usize) -> Option<usize> {
    let definition = &world.tables.relations[relation];
    if world.unknown(definition.total) || definition.split == Split::Bound {
        return None;
    }
    [Split::Groups, Split::Items].into_iter().find_map(|split| {
        let mut open: Vec<usize> = definition.parts.iter().copied().filter(|c| world.unknown(*c)).collect();
        let (mut sum, mut guarded, mut candidate) = (0, false, None);
        while let Some(cell) = open.pop() {
            match refinement(world, cell, split) {
                None => {
                    sum += world.count(cell);
                    guarded |= world.guarded(cell);
                }
                Some(inner) => {
                    open.extend(
                        world.tables.relations[inner].parts.iter().copied().filter(|c| world.unknown(*c)),
                    );
                    let choice = cheapest(world, world.tables.relations[inner].parts.iter().copied(), inner);
                    let better = |c: &usize| {
                        candidate.is_none_or(|(best, r)| cost(world, *c, inner) < cost(world, best, r))
                    };
                    if let Some(choice) = choice.filter(better) {
                        candidate = Some((choice, inner));
                    }
                }
            }
        }
        candidate.filter(|_| guarded && world.policy.small_sum(sum)).map(|(cell, _)| cell)
    })
}

/// A relation that splits a hidden cell and still shows some of its parts.
fn refinement(world: &World<'_>, cell: usize, split: Split) -> Option<usize> {
    world.relations_of(cell).iter().copied().find(|r| {
        let relation = &world.tables.relations[*r];
        relation.total == cell && relation.split == split && relation.parts.iter().any(|p| !world.unknown(*p))
    })
}

/// Hides one more cell for the weak ones, near the narrowest relation of each. Returns the weak cells for which nothing
/// is left to hide: all that is linked with them is hidden already.
pub(super) fn escalate(world: &mut World<'_>, weak: &[usize]) -> Vec<usize> {
    let mut touched: BTreeSet<usize> = BTreeSet::new();
    let mut exhausted = Vec::new();
    for &cell in weak {
        // What was hidden for a neighbour in this round may be enough for this one.
        if world.relations_of(cell).iter().any(|r| touched.contains(r)) {
            continue;
        }
        match nearest(world, cell) {
            None => exhausted.push(cell),
            Some(choice) => {
                touched.extend(world.relations_of(choice));
                world.hide(choice, Reason::Widening);
            }
        }
    }
    exhausted
}

/// The cell to hide for a weak one: in its tightest relation, else in the nearest relation that still prints a cell.
fn nearest(world: &World<'_>, weak: usize) -> Option<usize> {
    let mut own = world.relations_of(weak).to_vec();
    own.sort_by_key(|r| (slack(world, *r, weak), *r));
    let wide_first = |relation: usize| {
        let width = world.policy.width();
        world
            .members(relation)
            .filter(|c| world.hideable(*c))
            .min_by_key(|c| (world.count(*c) < width, cost(world, *c, relation)))
    };
    if let Some(choice) = own.iter().find_map(|r| wide_first(*r)) {
        return Some(choice);
    }
    let mut seen_relations: BTreeSet<usize> = own.iter().copied().collect();
    let mut seen_cells: BTreeSet<usize> = [weak].into();
    let mut waiting: VecDeque<usize> = own.into();
    while let Some(relation) = waiting.pop_front() {
        if let Some(choice) = wide_first(relation) {
            return Some(choice);
        }
        for cell in world.members(relation).filter(|c| world.unknown(*c)) {
            if seen_cells.insert(cell) {
                waiting
                    .extend(world.relations_of(cell).iter().copied().filter(|r| seen_relations.insert(*r)));
            }
        }
    }
    None
}

/// How far the other unknown cells of a relation can give way; endless where its total is unknown.
fn slack(world: &World<'_>, relation: usize, weak: usize) -> u64 {
    if world.unknown(world.tables.relations[relation].total) {
        return u64::MAX;
    }
    world
        .members(relation)
        .filter(|c| *c != weak && world.unknown(*c))
        .map(|c| world.count(c) - world.floor(c))
        .sum()
}
