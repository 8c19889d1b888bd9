//! How many times as long as the floor, and how many times as fast as two crates, the slot query is.
//!
//! `cargo bench --bench ratios`. All contenders take turns, so that whatever else the machine does
//! slows all of them; medians are compared. `-- W4` asks for one workload, `-- W4 101` for so many
//! rounds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "the workloads are fixed, and what is measured is shown"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

#[path = "../tests/it/workloads/answers.rs"]
mod answers;
mod contenders;
#[path = "../tests/it/workloads/generate.rs"]
mod generate;

use contenders::{Ask, Mode, WORKLOADS, race};

/// How long each contender takes in each round.
fn rounds(count: usize, mode: Mode, contenders: &[(&str, Ask<'_>)]) -> Vec<Vec<Duration>> {
    let mut times = vec![Vec::with_capacity(count); contenders.len()];
    for _ in 0..count {
        for ((_, ask), times) in contenders.iter().zip(&mut times) {
            // Not timed: what the contender before has left in the caches goes.
            black_box(ask(mode));
            let start = Instant::now();
            black_box(ask(mode));
            times.push(start.elapsed());
        }
    }
    times
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn main() {
    let mut wanted = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let (name, count) = (wanted.next(), wanted.next());
    let count = count.map(|count| count.parse().unwrap());
    println!(
        "| | slotlink ms | floor | chrono-slots | pidge-core | of the floor | faster than |  |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for size in WORKLOADS.into_iter().filter(|size| name.as_deref().is_none_or(|n| n == size.name))
    {
        let count = count.unwrap_or(if size.hosts < 1000 { 501 } else { 31 });
        race(size, |mode, contenders| {
            let times: Vec<_> = rounds(count, mode, contenders).into_iter().map(median).collect();
            let [ours, floor, first, second] = times[..] else { unreachable!() };
            println!(
                "| {} {mode:?} | {ours:.4} | {floor:.4} | {first:.3} | {second:.3} | {:.2} | {:.1} | {:.1} |",
                size.name,
                ours / floor,
                first / ours,
                second / ours
            );
        });
    }
}
