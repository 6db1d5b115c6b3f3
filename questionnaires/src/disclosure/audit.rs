//! What can be worked out about a hidden cell when all totals are known.
//!
//! The hidden cells of a table with known margins are a flow between rows and columns. How far one cell can rise is
//! the largest flow from its column back to its row through the other hidden cells, each of which can fall to 0 and
//! rise without limit; how far it can fall is the largest flow the other way. Counts are whole numbers, so the result
//! is exact.

use serde::{Deserialize, Serialize};

/// A hidden cell and the values it may have.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenCell {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// Smallest possible value.
    pub low: u64,
    /// Largest possible value. Equal to `low` means that the cell is not protected.
    pub high: u64,
}

pub(super) fn audit(table: &[Vec<u32>], hidden: &[Vec<bool>]) -> Vec<HiddenCell> {
    let mut cells = Vec::new();
    for (row, line) in hidden.iter().enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, is_hidden)| **is_hidden) {
            let value = u64::from(table[row][column]);
            let mut network = Network::of(table, hidden, (row, column));
            let rise = network.largest_flow(Node::Column(column), Node::Row(row));
            let mut network = Network::of(table, hidden, (row, column));
            let fall = network.largest_flow(Node::Row(row), Node::Column(column));
            cells.push(HiddenCell { row, column, low: value - fall.min(value), high: value + rise });
        }
    }
    cells
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Row(usize),
    Column(usize),
}

/// Current values of the hidden cells, except the one under audit.
struct Network {
    values: Vec<Vec<Option<u64>>>,
    /// More than the table holds: stands for "without limit".
    plenty: u64,
}

impl Network {
    fn of(table: &[Vec<u32>], hidden: &[Vec<bool>], except: (usize, usize)) -> Self {
        let value = |row: usize, column: usize| {
            (hidden[row][column] && (row, column) != except).then(|| u64::from(table[row][column]))
        };
        let values =
            (0..table.len()).map(|row| (0..table[row].len()).map(|column| value(row, column)).collect());
        let total: u64 = table.iter().flatten().map(|count| u64::from(*count)).sum();
        Self { values: values.collect(), plenty: total + 1 }
    }

    /// How much may still flow: row → column raises a cell, column → row lowers it.
    fn capacity(&self, from: Node, to: Node) -> u64 {
        match (from, to) {
            (Node::Row(row), Node::Column(column)) => self.values[row][column].map_or(0, |_| self.plenty),
            (Node::Column(column), Node::Row(row)) => self.values[row][column].unwrap_or(0),
            _ => 0,
        }
    }

    fn push(&mut self, from: Node, to: Node, amount: u64) {
        match (from, to) {
            (Node::Row(row), Node::Column(column)) => {
                if let Some(value) = &mut self.values[row][column] {
                    *value += amount;
                }
            }
            (Node::Column(column), Node::Row(row)) => {
                if let Some(value) = &mut self.values[row][column] {
                    *value -= amount;
                }
            }
            _ => {}
        }
    }

    /// Edmonds–Karp, and no more than `plenty`.
    fn largest_flow(&mut self, source: Node, sink: Node) -> u64 {
        let mut flow = 0;
        while flow < self.plenty {
            let Some(path) = self.shortest_path(source, sink) else { break };
            let steps = || path.iter().zip(&path[1..]);
            let room = steps().map(|(from, to)| self.capacity(*from, *to)).min().unwrap_or(0);
            let amount = room.min(self.plenty - flow);
            if amount == 0 {
                break;
            }
            for (from, to) in path.iter().zip(&path[1..]) {
                self.push(*from, *to, amount);
            }
            flow += amount;
        }
        flow
    }

    fn shortest_path(&self, source: Node, sink: Node) -> Option<Vec<Node>> {
        let (rows, columns) = (self.values.len(), self.values[0].len());
        let index = |node: Node| match node {
            Node::Row(row) => row,
            Node::Column(column) => rows + column,
        };
        let mut came_from: Vec<Option<Node>> = vec![None; rows + columns];
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            if node == sink {
                let mut path = vec![sink];
                while let Some(before) = path.last().and_then(|node| came_from[index(*node)]) {
                    path.push(before);
                }
                path.reverse();
                return Some(path);
            }
            let next: Vec<Node> = match node {
                Node::Row(_) => (0..columns).map(Node::Column).collect(),
                Node::Column(_) => (0..rows).map(Node::Row).collect(),
            };
            for other in next {
                if other != source && came_from[index(other)].is_none() && self.capacity(node, other) > 0 {
                    came_from[index(other)] = Some(node);
                    queue.push_back(other);
                }
            }
        }
        None
    }
}
