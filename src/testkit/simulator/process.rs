//! A process: a scheduler over the one store and the one Zoom, with a clock and randomness of its own.

use std::sync::Arc;

use chrono::TimeDelta;

use super::Built;
use super::ground::Ground;
use super::lines::{Lines, SkewedClock};
use crate::Scheduler;
use crate::testkit::{SeededEntropy, SimulatedZoom, TestSealer};
use crate::words::Secret;
use crate::zoom::{WebhookSecrets, ZoomApp, ZoomClient};

pub(super) struct Process {
    pub(super) lines: Lines,
    pub(super) scheduler: Arc<Scheduler>,
    /// How often it was begun: each life has randomness of its own.
    lives: u64,
    seed: u64,
    quota_cap: u32,
}

impl Process {
    pub(super) fn new(
        ground: &Arc<Ground>,
        process: u64,
        seed: u64,
        quota_cap: u32,
    ) -> Built<Self> {
        let clock = Arc::new(SkewedClock::new(ground.clock.clone(), TimeDelta::zero()));
        let lines = Lines { ground: ground.clone(), clock, process };
        let scheduler = build(&lines, seed_of(seed, process, 0), quota_cap)?;
        Ok(Self { lines, scheduler, lives: 0, seed, quota_cap })
    }

    /// It died, and begins anew: what it remembered is gone.
    pub(super) fn begin_anew(&mut self) -> Built<()> {
        self.lives = self.lives.saturating_add(1);
        let seed = seed_of(self.seed, self.lines.process, self.lives);
        self.scheduler = build(&self.lines, seed, self.quota_cap)?;
        Ok(())
    }
}

fn seed_of(seed: u64, process: u64, life: u64) -> u64 {
    let salt =
        process.wrapping_mul(0x9E6C_63D0_876A_3F6B) ^ life.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    seed.wrapping_mul(0xA076_1D64_78BD_642F) ^ salt
}

fn build(lines: &Lines, seed: u64, quota_cap: u32) -> Built<Arc<Scheduler>> {
    let app = ZoomApp::new("client", Secret::new("CANARY-client-secret"));
    let zoom = Arc::new(ZoomClient::new(app, Arc::new(lines.clone())));
    let scheduler = Scheduler::builder(Arc::new(lines.clone()), zoom)
        .sealer(Arc::new(TestSealer))
        .webhook_secrets(WebhookSecrets::new(Secret::new(SimulatedZoom::WEBHOOK_SECRET)))
        // A webhook may lie about for hours before a process reads it.
        .webhook_window(TimeDelta::hours(24))
        .clock(lines.clock.clone())
        .entropy(Arc::new(SeededEntropy::new(seed)))
        .quota_cap(quota_cap)
        .build()?;
    Ok(Arc::new(scheduler))
}
