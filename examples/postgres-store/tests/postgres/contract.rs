//! The port's own suite, and every scenario.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use slotlink::ports::Store;
use slotlink::testkit::conformance::{BoxedCause, Clause, Place, StoreBuilder};
use slotlink::testkit::scenario::{Ports, Scenario};

use crate::lab::{Home, Lab, Test, test};

pub(crate) fn tests() -> Vec<Test> {
    let clause = |clause: Clause| {
        test(format!("contract::{clause}"), async move |lab| prove(lab, clause).await)
    };
    let scenario = |file: PathBuf| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        test(format!("scenario::{name}"), async move |lab| run(lab, &file).await)
    };
    Clause::ALL.into_iter().map(clause).chain(scenarios().into_iter().map(scenario)).collect()
}

struct Schemas(Arc<Lab>);

#[async_trait]
impl StoreBuilder for Schemas {
    async fn place(&self) -> Result<Box<dyn Place>, BoxedCause> {
        Ok(Box::new(self.0.home().await))
    }
}

#[async_trait]
impl Place for Home {
    async fn open(&self) -> Result<Arc<dyn Store>, BoxedCause> {
        let store = self.store(8);
        store.migrate().await?;
        Ok(Arc::new(store))
    }
}

async fn prove(lab: Arc<Lab>, clause: Clause) {
    if let Err(broken) = clause.prove(&Schemas(lab)).await {
        panic!("{broken}");
    }
}

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

async fn run(lab: Arc<Lab>, file: &Path) {
    let home = lab.home().await;
    let scenario = Scenario::parse(&fs::read_to_string(file).unwrap()).unwrap();
    let ports = Ports::over(Arc::new(home.store(2))).with_realm("a realm");
    let report = scenario.run(ports).await.unwrap();
    let failures: Vec<_> = report.failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
