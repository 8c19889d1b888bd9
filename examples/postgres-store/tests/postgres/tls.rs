//! TLS: who is trusted, and that nothing goes on without it.

use std::error::Error;
use std::io;
use std::sync::Arc;

use local_postgres::{LocalPostgres, Sync};
use postgres_store::{MigrateError, PostgresStore};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::CertificateError;
use slotlink::ports::Store as _;

use crate::lab::{Home, Lab, Test, test, until};
use crate::words::{commit, key, new, read};

/// The name in the server's certificate.
const NAME: &str = "db.internal";

pub(crate) fn tests() -> Vec<Test> {
    let all = vec![
        test("tls::with_its_root_every_session_is_encrypted", encrypted),
        test("tls::passwords_are_bound_to_the_channel", bound),
        test("tls::without_its_root_the_server_is_refused", unknown),
        test("tls::another_name_in_the_certificate_is_refused", misnamed),
        test("tls::a_server_without_it_gets_nothing_where_it_is_required", without),
        test("tls::a_server_elsewhere_gets_nothing_without_it", elsewhere),
    ];
    // A server of `DATABASE_URL` may be set up in any way, and none may be installed beside it.
    all.into_iter().map(Test::private).collect()
}

/// A server that can prove its name, and who vouches for it.
pub(crate) struct Proven {
    server: LocalPostgres,
    root: String,
}

impl Proven {
    pub(crate) fn start() -> Self {
        let root = root("the provider of the database");
        let key = KeyPair::generate().unwrap();
        let names = CertificateParams::new([NAME.to_owned()]).unwrap();
        let certificate = names.signed_by(&key, &root).unwrap().pem();
        let server =
            LocalPostgres::start_with_tls(Sync::Off, &certificate, &key.serialize_pem()).unwrap();
        Self { server, root: root.pem() }
    }
}

fn root(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The same place by another name, which is not looked up.
fn named(home: &Home, name: &str, mode: &str) -> String {
    let url = home.url().replace("127.0.0.1", name);
    assert_ne!(url, home.url(), "the URL names its host");
    format!("{url}&hostaddr=127.0.0.1&sslmode={mode}")
}

/// The same place by an address that means this machine, and does not look like it.
fn unlike_here(home: &Home) -> String {
    home.url().replace("127.0.0.1", "0.0.0.0")
}

async fn encrypted(lab: Arc<Lab>) {
    let Proven { server, root } = lab.proven();
    let home = Home::of(server).await;
    let url = named(&home, NAME, "require");
    // A bundle, as providers have them, with others before it.
    let roots = [self::root("another").pem(), root.clone()].concat();
    let store = PostgresStore::connect_trusting(&url, 2, roots.as_bytes()).unwrap();
    store.migrate().await.unwrap();
    commit(&store, vec![new("row", "1")]).await;
    assert_eq!(*read(&store, "row").await.unwrap().row.json, *b"1");
    until("one session, encrypted", async || sessions(&home).await == [true]).await;
}

/// Of each session of the store, whether the server says that it is encrypted.
async fn sessions(home: &Home) -> Vec<bool> {
    let sql = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
        WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
    let rows = home.client().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Some servers demand it: who is in between, with a certificate that is trusted, cannot pass it on.
async fn bound(lab: Arc<Lab>) {
    let Proven { server, root } = lab.proven();
    let home = Home::of(server).await;
    let client = home.client().await;
    let file = client.query_one("SHOW hba_file", &[]).await.unwrap().get::<_, String>(0);
    let rules = "('hostssl all bound all scram-sha-256'), ('hostnossl all bound all reject'), \
        ('host all all all trust')";
    let role = "CREATE ROLE bound SUPERUSER LOGIN PASSWORD 'secret'";
    let set = format!("{role}; COPY (VALUES {rules}) TO '{file}'; SELECT pg_reload_conf()");
    client.batch_execute(&set).await.unwrap();
    let url = named(&home, NAME, "require").replace("postgres@", "bound:secret@");
    let url = format!("{url}&channel_binding=require");
    let store = PostgresStore::connect_trusting(&url, 1, root.as_bytes()).unwrap();
    // Until the server has read its rules again it asks for no password, which is refused here.
    until("a password is asked for", async || store.get(&[key("row")]).await.is_ok()).await;
    commit(&store, vec![new("row", "1")]).await;
    drop(client);
    until("one session, encrypted", async || sessions(&home).await == [true]).await;
}

async fn unknown(lab: Arc<Lab>) {
    let Proven { server, .. } = lab.proven();
    let home = Home::of(server).await;
    let url = named(&home, NAME, "require");
    let another = root("another").pem();
    for store in [
        PostgresStore::connect(&url, 1).unwrap(),
        PostgresStore::connect_trusting(&url, 1, another.as_bytes()).unwrap(),
    ] {
        let error = refused(&store).await;
        assert!(said(&error).contains("invalid peer certificate: UnknownIssuer"), "{error:?}");
        let reason = reason(&error);
        assert!(matches!(reason, Some(CertificateError::UnknownIssuer)), "{error:?}");
    }
}

async fn misnamed(lab: Arc<Lab>) {
    let Proven { server, root } = lab.proven();
    let home = Home::of(server).await;
    for name in ["elsewhere.internal", "127.0.0.2"] {
        let url = named(&home, name, "require");
        let store = PostgresStore::connect_trusting(&url, 1, root.as_bytes()).unwrap();
        let error = refused(&store).await;
        assert!(said(&error).contains("certificate not valid for name"), "{error:?}");
        let reason = reason(&error);
        let is_name = matches!(reason, Some(CertificateError::NotValidForNameContext { .. }));
        assert!(is_name, "{error:?}");
    }
}

async fn without(lab: Arc<Lab>) {
    let home = lab.home().await;
    let store = PostgresStore::connect(&named(&home, NAME, "require"), 1).unwrap();
    let error = refused(&store).await;
    assert!(said(&error).contains("server does not support TLS"), "{error:?}");
}

async fn elsewhere(lab: Arc<Lab>) {
    let home = lab.home().await;
    let url = unlike_here(&home);
    for url in [url.clone(), format!("{url}&sslmode=prefer")] {
        let error = refused(&PostgresStore::connect(&url, 1).unwrap()).await;
        assert!(said(&error).contains("server does not support TLS"), "{error:?}");
    }
    let store = PostgresStore::connect(&format!("{url}&sslmode=disable"), 1).unwrap();
    commit(&store, vec![new("row", "1")]).await;
    until("one session, in plain text", async || sessions(&home).await == [false]).await;
}

/// Why there is no connection.
async fn refused(store: &PostgresStore) -> MigrateError {
    match store.migrate().await {
        Err(error @ MigrateError::NoConnection(_)) => error,
        other => panic!("{other:?}"),
    }
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// What a host's log says.
fn said(error: &MigrateError) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What is wrong with the certificate.
fn reason(error: &MigrateError) -> Option<&CertificateError> {
    let tls = causes(error).find_map(|cause| cause.downcast_ref::<io::Error>()?.get_ref());
    match tls?.downcast_ref()? {
        rustls::Error::InvalidCertificate(reason) => Some(reason),
        _ => None,
    }
}
