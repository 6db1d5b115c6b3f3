//! Made-up districts, the same for the same seed.

use super::super::*;

/// A small generator (splitmix64): the tests need repeatable numbers, not good ones.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.next() % (high - low + 1)
    }
    /// Spreads pupils over items by weights.
    pub fn spread(&mut self, pupils: u64, weights: &[u64]) -> Vec<u64> {
        let sum: u64 = weights.iter().sum();
        let mut out = vec![0; weights.len()];
        for _ in 0..pupils {
            let mut at = self.next() % sum;
            for (count, weight) in out.iter_mut().zip(weights) {
                if at < *weight {
                    *count += 1;
                    break;
                }
                at -= weight;
            }
        }
        out
    }
}

/// A hierarchy table with total `valid`; a row whose parent is not among the rows makes that parent, as a sum.
pub fn hierarchy(items: &[&str], rows: Vec<(&str, Option<&str>, Vec<u64>)>) -> Tables {
    let mut table = HierarchyTable {
        items: items.iter().map(|i| (*i).to_owned()).collect(),
        total: Some("valid".into()),
        groups: Vec::new(),
    };
    let mut sums: std::collections::BTreeMap<String, Vec<u64>> = std::collections::BTreeMap::new();
    for (group, parent, counts) in &rows {
        if let Some(parent) = parent.filter(|p| !rows.iter().any(|r| r.0 == *p)) {
            let sum = sums.entry(parent.to_owned()).or_insert_with(|| vec![0; counts.len()]);
            sum.iter_mut().zip(counts).for_each(|(s, c)| *s += c);
        }
        table.groups.push(GroupCounts {
            group: (*group).to_owned(),
            parent: parent.map(str::to_owned),
            counts: counts.clone(),
        });
    }
    table.groups.extend(sums.into_iter().map(|(group, counts)| GroupCounts { group, parent: None, counts }));
    let mut tables = Tables::new();
    tables.add_hierarchy(&table).expect("sums were computed");
    tables
}

/// What is published of a district.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// District → schools → classes by four bands, with public enrolment.
    Bands,
    /// The same by yes and no, and each school again by sex (a second table that shares its margins).
    LinkedBySex,
    /// District → schools, and the participation funnel of each, sharing `valid`.
    Funnel,
    /// District → schools × grade × sex by two bands, with every margin: more than two dimensions.
    Crossed,
}

/// A random district.
pub fn district(seed: u64, shape: Shape) -> Tables {
    if matches!(shape, Shape::Crossed) {
        return crossed(seed);
    }
    let dice = &mut Dice(seed);
    let mut tables = Tables::new();
    let weights: Vec<u64> = match shape {
        Shape::LinkedBySex => vec![15, 85],
        Shape::Bands | Shape::Funnel | Shape::Crossed => vec![55, 25, 13, 7],
    };
    let items: Vec<String> = match shape {
        Shape::LinkedBySex => vec!["positive".into(), "negative".into()],
        Shape::Bands | Shape::Funnel | Shape::Crossed => {
            ["none", "mild", "moderate", "severe"].map(str::to_owned).to_vec()
        }
    };
    let width = items.len();
    let mut table = HierarchyTable { items: items.clone(), total: Some("valid".into()), groups: Vec::new() };
    let mut by_sex = table.clone();
    let mut whole = vec![0; width];
    let mut enrolled = Vec::new();
    for school in 0..dice.between(2, 8) {
        let school = format!("S{school}");
        let mut sum = vec![0; width];
        let mut sexes = [vec![0; width], vec![0; width]];
        let classes = dice.between(1, 5);
        for class in 0..classes {
            let group = format!("{school}/{class}");
            let pupils = dice.between(6, 32);
            let counts = dice.spread(pupils, &weights);
            for (item, count) in counts.iter().enumerate() {
                let girls = dice.spread(*count, &[1, 1])[0];
                sexes[0][item] += girls;
                sexes[1][item] += count - girls;
                sum[item] += count;
            }
            if !matches!(shape, Shape::Funnel) {
                table.groups.push(GroupCounts { group: group.clone(), parent: Some(school.clone()), counts });
                enrolled.push((group, pupils + dice.between(0, 5)));
            }
        }
        whole.iter_mut().zip(&sum).for_each(|(w, s)| *w += s);
        table.groups.push(GroupCounts {
            group: school.clone(),
            parent: Some("district".into()),
            counts: sum.clone(),
        });
        by_sex.groups.push(GroupCounts { group: school.clone(), parent: None, counts: sum });
        for (sex, counts) in ["girls", "boys"].iter().zip(sexes) {
            by_sex.groups.push(GroupCounts {
                group: format!("{school} {sex}"),
                parent: Some(school.clone()),
                counts,
            });
        }
    }
    table.groups.push(GroupCounts { group: "district".into(), parent: None, counts: whole });
    tables.add_hierarchy(&table).expect("sums were computed");
    if matches!(shape, Shape::LinkedBySex) {
        tables.add_hierarchy(&by_sex).expect("sums were computed");
    }
    for (group, pupils) in enrolled {
        tables.add_enrolment(&group, pupils, "valid").expect("valid is at most enrolled");
    }
    if matches!(shape, Shape::Funnel) {
        for row in &table.groups {
            let valid: u64 = row.counts.iter().sum();
            if row.group == "district" {
                continue;
            }
            let finished = valid + dice.between(0, 6);
            let started = finished + dice.between(0, 15);
            let all = started + dice.between(0, 30);
            let steps = [("enrolled", all), ("started", started), ("finished", finished), ("valid", valid)];
            tables.add_funnel(&row.group, &steps, Exposure::Public).expect("steps fall");
        }
    }
    tables
}

/// Schools × grades × sexes by yes and no, with the sums over each dimension and over each pair.
fn crossed(seed: u64) -> Tables {
    let dice = &mut Dice(seed);
    let (schools, grades) = (dice.between(2, 4) as usize, dice.between(2, 3) as usize);
    // The last index of each dimension is its sum.
    let mut counts = vec![vec![vec![[0u64; 2]; 3]; grades + 1]; schools + 1];
    for s in 0..schools {
        for g in 0..grades {
            for x in 0..2 {
                let pupils = dice.between(8, 45);
                let answers = dice.spread(pupils, &[22, 78]);
                for (a, count) in answers.into_iter().enumerate() {
                    for (s, g, x) in sums(s, g, x, schools, grades) {
                        counts[s][g][x][a] += count;
                    }
                }
            }
        }
    }
    let mut tables = Tables::new();
    let mut ids = std::collections::BTreeMap::new();
    for (s, of_school) in counts.iter().enumerate() {
        for (g, of_grade) in of_school.iter().enumerate() {
            for (x, [yes, no]) in of_grade.iter().enumerate() {
                let group = format!("S{s} G{g} X{x}");
                let mut cell = |item: &str, count| {
                    tables.cell(CellKey::new(&group, item), count, Exposure::Published).expect("fresh")
                };
                let cells = [cell("yes", *yes), cell("no", *no), cell("valid", yes + no)];
                tables.relation(cells[2], &cells[..2], Split::Items).expect("adds up");
                ids.insert((s, g, x), cells);
            }
        }
    }
    for (&(s, g, x), &totals) in &ids {
        for (item, total) in totals.into_iter().enumerate() {
            let mut split = |parts: Vec<(usize, usize, usize)>| {
                let parts: Vec<CellId> = parts.into_iter().map(|key| ids[&key][item]).collect();
                tables.relation(total, &parts, Split::Groups).expect("adds up");
            };
            if s == schools {
                split((0..schools).map(|s| (s, g, x)).collect());
            }
            if g == grades {
                split((0..grades).map(|g| (s, g, x)).collect());
            }
            if x == 2 {
                split((0..2).map(|x| (s, g, x)).collect());
            }
        }
    }
    tables
}

/// The cells that a child of school s, grade g and sex x counts in.
fn sums(s: usize, g: usize, x: usize, schools: usize, grades: usize) -> Vec<(usize, usize, usize)> {
    let mut out = Vec::new();
    for s in [s, schools] {
        for g in [g, grades] {
            for x in [x, 2] {
                out.push((s, g, x));
            }
        }
    }
    out
}
