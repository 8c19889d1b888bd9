//! Runs the simulator: `cargo run --release --example simulate -- --seeds 0..1000 --steps 500`
//!
//! Several processes, one store, one simulated Zoom, and faults at every call: each seed is a world of
//! its own. A seed that breaks an invariant is shown with the last of what happened, and how to run it
//! again; `--seed N --trace` shows all of it. Without arguments 50 seeds are run. Exits with 1 if a seed
//! broke something, with 2 if the arguments make no sense.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "answers and complaints are what it is for"
)]

use std::ops::Range;
use std::process::ExitCode;
use std::time::Duration;

use slotlink::testkit::simulator::{Probe, Probes, Report, Simulation};

const USAGE: &str = "usage: simulate [--seeds A..B | --seed N] [--steps N] [--trace] [--probes]";

/// What is asked for.
struct Asked {
    seeds: Range<u64>,
    steps: u64,
    trace: bool,
    probes: bool,
}

impl Asked {
    fn read(mut words: impl Iterator<Item = String>) -> Option<Self> {
        let mut asked = Self { seeds: 0..50, steps: 500, trace: false, probes: false };
        while let Some(word) = words.next() {
            match word.as_str() {
                "--seeds" => asked.seeds = range(&words.next()?)?,
                "--seed" => {
                    let seed: u64 = words.next()?.parse().ok()?;
                    asked.seeds = seed..seed.checked_add(1)?;
                }
                "--steps" => asked.steps = words.next()?.parse().ok()?,
                "--trace" => asked.trace = true,
                "--probes" => asked.probes = true,
                _ => return None,
            }
        }
        Some(asked)
    }
}

fn range(text: &str) -> Option<Range<u64>> {
    let (from, to) = text.split_once("..")?;
    Some(from.parse().ok()?..to.parse().ok()?)
}

fn main() -> ExitCode {
    let Some(asked) = Asked::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    #[expect(clippy::disallowed_methods, reason = "how long it takes is a figure of the machine")]
    let began = std::time::Instant::now();
    let (mut sum, mut broken) = (Report::default(), 0_u64);
    for seed in asked.seeds.clone() {
        match run(seed, &asked) {
            Ok(report) => add(&mut sum, &report),
            Err(()) => broken = broken.saturating_add(1),
        }
    }
    table(&asked, &sum, broken, began.elapsed());
    ExitCode::from(u8::from(broken > 0))
}

fn run(seed: u64, asked: &Asked) -> Result<Report, ()> {
    let mut simulation = Simulation::of_seed(seed).steps(asked.steps);
    if asked.trace {
        simulation = simulation.traced();
        println!("{:?}", simulation.classes());
    }
    let report = simulation.run().map_err(|broken| println!("{broken}\n"))?;
    for line in &report.lines {
        println!("{line}");
    }
    Ok(report)
}

fn add(sum: &mut Report, report: &Report) {
    sum.steps = sum.steps.saturating_add(report.steps);
    sum.store_calls = sum.store_calls.saturating_add(report.store_calls);
    sum.zoom_calls = sum.zoom_calls.saturating_add(report.zoom_calls);
    sum.faults = sum.faults.saturating_add(report.faults);
    sum.appointments = sum.appointments.saturating_add(report.appointments);
    sum.meetings = sum.meetings.saturating_add(report.meetings);
    sum.most_operations = sum.most_operations.max(report.most_operations);
    sum.longest_row = sum.longest_row.max(report.longest_row);
    sum.probes.add(&report.probes);
}

fn table(asked: &Asked, sum: &Report, broken: u64, took: Duration) {
    let seeds = asked.seeds.end.saturating_sub(asked.seeds.start);
    println!("seeds            {seeds:>12}");
    println!("  broken         {broken:>12}");
    println!("steps            {:>12}", sum.steps);
    println!("calls of stores  {:>12}", sum.store_calls);
    println!("requests to Zoom {:>12}", sum.zoom_calls);
    println!("faults           {:>12}", sum.faults);
    println!("appointments     {:>12}", sum.appointments);
    println!("meetings         {:>12}", sum.meetings);
    println!("operations, most {:>12}", sum.most_operations);
    println!("longest row      {:>12} bytes", sum.longest_row);
    println!("seconds          {:>12.1}", took.as_secs_f64());
    if asked.probes {
        probes(&sum.probes);
    }
}

fn probes(probes: &Probes) {
    for probe in Probe::ALL {
        println!("{:>12} {probe:?}", probes.count(*probe));
    }
}
