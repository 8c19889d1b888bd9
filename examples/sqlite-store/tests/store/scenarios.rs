//! The scenarios of the core, over the store.

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use slotlink::testkit::scenario::{Ports, Scenario};
use sqlite_store::SqliteStore;
use tempfile::TempDir;

use crate::rows::block_on;

/// All scenarios share one file, each in a realm of its own: those that run at once share syncs of
/// the disk, too.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("rows.db")).unwrap();
    let shared = Arc::new((Arc::new(store), folder));
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let mut files: Vec<_> =
        std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files.into_iter().map(move |file| {
        let shared = shared.clone();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(format!("scenario {name}"), move || run(&file, &name, &shared))
    })
}

fn run(file: &Path, name: &str, shared: &(Arc<SqliteStore>, TempDir)) -> Result<(), Failed> {
    let scenario = Scenario::parse(&std::fs::read_to_string(file)?)?;
    let ports = Ports::over(shared.0.clone()).with_realm(name);
    let failures = block_on(scenario.run(ports))?.failures;
    if failures.is_empty() {
        return Ok(());
    }
    Err(failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n").into())
}
