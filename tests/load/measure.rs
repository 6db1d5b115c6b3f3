//! What a run cost: processor time and memory as the operating system counts them, and how long the steps took.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// The clock ticks of `/proc`; Linux has had 100 for every program since 2.6.
const TICKS: f64 = 100.0;

/// Processor seconds that a process has used, with those of its children that have ended.
pub fn processor_seconds(pid: u32) -> f64 {
    let Ok(text) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return 0.0 };
    // The name may hold spaces and brackets; the numbers come after the last bracket.
    let rest = text.rsplit(')').next().unwrap_or_default();
    let number =
        |at: usize| rest.split_whitespace().nth(at).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (number(11) + number(12) + number(13) + number(14)) / TICKS
}

/// The processes whose parent this is.
pub fn children(parent: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent)).collect()
}

/// Ends a process and all that it has started.
pub fn end(pid: u32) {
    let mut all = vec![pid];
    let mut at = 0;
    // Found before any is ended: afterwards nobody knows whose they were.
    while let Some(parent) = all.get(at).copied() {
        all.extend(children(parent));
        at += 1;
    }
    for pid in all {
        let _ = std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    }
}

/// The parent of a process.
pub fn parent_of(pid: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    text.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()
}

/// A figure of `/proc/PID/status` in MiB, as `VmRSS` and `VmHWM`.
pub fn mebibytes(pid: u32, name: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}

/// How long each kind of step took.
#[derive(Default)]
pub struct Steps(BTreeMap<&'static str, Vec<Duration>>);

impl Steps {
    /// Adds a device's.
    pub fn add(&mut self, steps: &[(&'static str, Duration)]) {
        for (step, took) in steps {
            self.0.entry(step).or_default().push(*took);
        }
    }

    /// Each step with its count and its 50th, 95th and 99th percentile in milliseconds.
    pub fn percentiles(mut self) -> Vec<(&'static str, usize, [f64; 3])> {
        let mut rows = Vec::new();
        for (step, all) in &mut self.0 {
            all.sort_unstable();
            let at = |share: f64| {
                let index = ((all.len() as f64 * share).ceil() as usize).clamp(1, all.len()) - 1;
                all.get(index).map_or(0.0, |took| took.as_secs_f64() * 1000.0)
            };
            rows.push((*step, all.len(), [at(0.5), at(0.95), at(0.99)]));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Steps, mebibytes, parent_of, processor_seconds};

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let mut steps = Steps::default();
        let all: Vec<(&'static str, Duration)> =
            (1..=100).map(|n| ("answer", Duration::from_millis(n))).collect();
        steps.add(&all);
        assert_eq!(steps.percentiles(), vec![("answer", 100, [50.0, 95.0, 99.0])]);
    }

    #[test]
    fn the_operating_system_knows_this_process() {
        let own = std::process::id();
        assert!(mebibytes(own, "VmRSS") > 1.0);
        assert!(parent_of(own).is_some_and(|parent| parent > 0));
        let before = processor_seconds(own);
        let until = std::time::Instant::now() + Duration::from_millis(60);
        while std::time::Instant::now() < until {}
        assert!(processor_seconds(own) > before);
    }
}
