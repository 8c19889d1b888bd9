//! A cluster in a folder of its own.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::binaries::{self, Servant, command};
use crate::{NoPostgres, Sync};

/// Another process may take a port between the look and the start.
const PORTS_TRIED: u32 = 5;

/// Waits until nobody holds its standard input any more, which is so when our process drops it or
/// ends, however it ends. Then it stops the server and removes the folder. Signals that end a group
/// of processes do not end it.
const WATCH: &str = r#"trap "" HUP INT TERM
read -r nothing
"$1/pg_ctl" -D "$2/data" -m immediate -w stop
rm -rf "$2""#;

/// What a server proves with who it is, in PEM.
#[derive(Clone, Copy)]
pub(crate) struct Proof<'a> {
    pub(crate) certificate: &'a str,
    pub(crate) key: &'a str,
}

#[derive(Debug)]
pub(crate) struct Private {
    binaries: PathBuf,
    servant: Option<Servant>,
    port: u16,
    watch: Child,
    /// Dropped after the server has stopped.
    folder: TempDir,
}

impl Private {
    pub(crate) fn start(sync: Sync, proof: Option<Proof<'_>>) -> Result<Self, NoPostgres> {
        let binaries = binaries::find()?;
        let folder = tempfile::Builder::new().prefix("local-postgres-").tempdir()?;
        // Who made a folder owns it: whether we are root is seen there.
        let is_root = folder.path().metadata()?.uid() == 0;
        let servant = if is_root { Some(Servant::find()?) } else { None };
        if let Some(Servant { user, group }) = servant {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let watch = command("sh", servant)
            .args(["-c", WATCH, "sh"])
            .args([&binaries, folder.path()])
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut private = Self { binaries, servant, port: 0, watch, folder };
        private.make_cluster(sync)?;
        if let Some(proof) = proof {
            private.offer_tls(proof)?;
        }
        private.start_on_a_free_port()?;
        Ok(private)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/postgres", self.port)
    }

    pub(crate) fn crash(&self) -> Result<(), NoPostgres> {
        run("pg_ctl restart", self.pg_ctl().args(["-m", "immediate", "restart"]))
    }

    fn make_cluster(&self, sync: Sync) -> Result<(), NoPostgres> {
        let mut initdb = self.program("initdb");
        // What initdb wrote survives a crash of the server without a sync.
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]);
        run("initdb", initdb.args(["--no-sync", "--pgdata"]).arg(self.data()))?;
        let fsync = match sync {
            Sync::On => "on",
            Sync::Off => "off",
        };
        let sockets = self.folder.path().display().to_string().replace('\'', "''");
        self.set(&format!("listen_addresses = '127.0.0.1'\nfsync = {fsync}"))?;
        self.set(&format!("unix_socket_directories = '{sockets}'\nmax_connections = 200"))
    }

    /// The files have the names that the server looks for.
    fn offer_tls(&self, proof: Proof<'_>) -> Result<(), NoPostgres> {
        self.keep("server.crt", proof.certificate)?;
        self.keep("server.key", proof.key)?;
        self.set("ssl = on")
    }

    /// A file that the server alone may read, or it refuses keys.
    fn keep(&self, name: &str, content: &str) -> Result<(), NoPostgres> {
        let path = self.data().join(name);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(content.as_bytes())?;
        if let Some(Servant { user, group }) = self.servant {
            chown(&path, Some(user), Some(group))?;
        }
        Ok(())
    }

    fn start_on_a_free_port(&mut self) -> Result<(), NoPostgres> {
        let mut tried = 1;
        loop {
            self.port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            self.set(&format!("port = {}", self.port))?;
            match run("pg_ctl start", self.pg_ctl().arg("start")) {
                Err(_) if tried < PORTS_TRIED => tried += 1,
                Err(NoPostgres::Failed { program, .. }) => {
                    return Err(NoPostgres::Failed {
                        program,
                        output: fs::read_to_string(self.log())?,
                    });
                }
                answer => return answer,
            }
        }
    }

    /// Adds lines to the settings: of two that set the same, the last counts.
    fn set(&self, lines: &str) -> Result<(), NoPostgres> {
        let file = self.data().join("postgresql.conf");
        Ok(writeln!(OpenOptions::new().append(true).open(file)?, "{lines}")?)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Nothing of the server may stand in a folder that the servant cannot read.
    fn program(&self, name: &str) -> Command {
        let mut program = command(self.binaries.join(name), self.servant);
        program.current_dir(self.folder.path());
        program
    }

    /// With a log, so that the server does not keep the pipe that its starter's output is read
    /// from.
    fn pg_ctl(&self) -> Command {
        let mut pg_ctl = self.program("pg_ctl");
        pg_ctl.args(["-w", "-t", "60", "-D"]).arg(self.data()).arg("--log").arg(self.log());
        pg_ctl
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        // It cannot fail but if somebody else has waited for the child, and then it has ended.
        drop(self.watch.wait());
    }
}

fn run(program: &'static str, command: &mut Command) -> Result<(), NoPostgres> {
    let told = command.output()?;
    if told.status.success() {
        return Ok(());
    }
    let said = [told.stdout, told.stderr].concat();
    Err(NoPostgres::Failed { program, output: String::from_utf8_lossy(&said).trim().to_owned() })
}
