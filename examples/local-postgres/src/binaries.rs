//! Where the server's programs are, and who runs them.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::NoPostgres;

const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];
const PACKAGED: &str = "/usr/lib/postgresql";

/// The folder of the server's programs: of PATH, of `pg_config`, or the newest package.
pub(crate) fn find() -> Result<PathBuf, NoPostgres> {
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).collect::<Vec<_>>();
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured =
        configured.map(|told| PathBuf::from(String::from_utf8_lossy(&told.stdout).trim()));
    let mut folders = in_path.into_iter().chain(configured).chain(packaged());
    folders
        .find(|folder| PROGRAMS.iter().all(|program| folder.join(program).is_file()))
        .ok_or(NoPostgres::NotInstalled)
}

/// The packages' folders, the newest version first.
fn packaged() -> Vec<PathBuf> {
    let entries = fs::read_dir(PACKAGED).into_iter().flatten().flatten();
    let mut versions: Vec<u32> =
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    let folder = |version: u32| Path::new(PACKAGED).join(version.to_string()).join("bin");
    versions.into_iter().map(folder).collect()
}

/// Who runs the server instead of root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Servant {
    pub(crate) user: u32,
    pub(crate) group: u32,
}

impl Servant {
    /// The user `postgres`, which the server's package makes, or `nobody`.
    pub(crate) fn find() -> Result<Self, NoPostgres> {
        let users = fs::read_to_string("/etc/passwd")?;
        let named = |name: &str| {
            let of = users.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut ids = of.split(':').skip(2).map(str::parse);
            Some(Self { user: ids.next()?.ok()?, group: ids.next()?.ok()? })
        };
        named("postgres").or_else(|| named("nobody")).ok_or(NoPostgres::NoUser)
    }
}

/// A program that runs as the servant, if there is one.
pub(crate) fn command(program: impl AsRef<OsStr>, servant: Option<Servant>) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    if let Some(Servant { user, group }) = servant {
        command.uid(user).gid(group);
    }
    command
}
