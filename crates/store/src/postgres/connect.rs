//! The way to the server: address, TLS, pool.

use std::str::FromStr as _;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;
use usher_domain::diagnostic::Diagnostic;

/// Connections of one process. Lanes wait for apps, not for the store, so a few carry many.
const CONNECTIONS: usize = 8;
/// How long the server may take to answer a new connection.
const CONNECT: Duration = Duration::from_secs(10);

/// A server's address, understood.
pub(crate) struct Server {
    pub(super) config: Config,
    /// The file with the authorities to trust; `None`: those of the system.
    root: Option<String>,
    /// For messages: without user and password.
    pub(super) place: String,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.place)
    }
}

impl Server {
    /// Understands `postgres://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?sslmode=…&sslrootcert=FILE]`
    /// (<https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>). `password`: what PGPASSWORD says.
    pub(crate) fn parse(url: &str, password: Option<&str>) -> Result<Server, Diagnostic> {
        let place = super::super::location::shown(url);
        let wrong = |what: String| {
            Diagnostic::new("STORE-001", "the store's address is not understood", format!("{place}: {what}"))
                .hint("write store: postgres://USER@HOST/DATABASE, with the password in PGPASSWORD")
        };
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut root = None;
        let mut verify = false;
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslrootcert", file)) => root = Some(file.replace("%2F", "/")),
                Some(("sslmode", "verify-full" | "verify-ca")) => verify = true,
                _ => kept.push(pair),
            }
        }
        let text = if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) };
        // The library's own message may repeat what it did not understand.
        let mut config = Config::from_str(&text).map_err(|_| wrong("it is no address of a database".into()))?;
        if config.get_dbname().is_none_or(str::is_empty) {
            return Err(wrong("it names no database".into()));
        }
        if config.get_hosts().is_empty() {
            return Err(wrong("it names no host".into()));
        }
        if config.get_password().is_none()
            && let Some(password) = password
        {
            config.password(password);
        }
        if verify {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("usher");
        }
        config.keepalives_idle(Duration::from_secs(60));
        Ok(Server { config, root, place })
    }

    /// A pool that connects at its first use. With TLS the server's certificate is always checked; there is no half trust.
    pub(super) fn pool(&self) -> Result<Pool, Diagnostic> {
        let how = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match self.tls_if_any()? {
            None => Manager::from_config(self.config.clone(), NoTls, how),
            Some(tls) => Manager::from_config(self.config.clone(), MakeRustlsConnect::new(tls), how),
        };
        Pool::builder(manager)
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(Duration::from_secs(30)))
            .build()
            .map_err(|error| Diagnostic::new("STORE-018", "the store can't start its threads", error.to_string()))
    }

    /// `None`: the address says that it goes without.
    pub(super) fn tls_if_any(&self) -> Result<Option<rustls::ClientConfig>, Diagnostic> {
        if self.config.get_ssl_mode() == SslMode::Disable { Ok(None) } else { self.tls().map(Some) }
    }

    fn tls(&self) -> Result<rustls::ClientConfig, Diagnostic> {
        let wrong = |what: String| {
            Diagnostic::new("STORE-044", "the database and usher don't agree on TLS", what)
                .hint("sslrootcert=FILE names a PEM file with the authority")
        };
        let mut roots = rustls::RootCertStore::empty();
        match &self.root {
            Some(file) => {
                let all = CertificateDer::pem_file_iter(file).map_err(|e| wrong(format!("{file}: {e}")))?;
                for certificate in all {
                    let certificate = certificate.map_err(|e| wrong(format!("{file}: {e}")))?;
                    roots.add(certificate).map_err(|e| wrong(format!("{file}: {e}")))?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| wrong(e.to_string()))?;
        Ok(config.with_root_certificates(roots).with_no_client_auth())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused_without_repeating_a_password() {
        let server =
            Server::parse("postgresql://usher:hunter2@db.corp.example:5433/usher?sslmode=verify-full&sslrootcert=/etc/ca.pem", None)
                .unwrap();
        assert_eq!(server.place, "postgresql://db.corp.example:5433/usher?sslmode=verify-full&sslrootcert=/etc/ca.pem");
        assert_eq!(server.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(server.root.as_deref(), Some("/etc/ca.pem"));
        assert_eq!(server.config.get_password(), Some(b"hunter2".as_slice()));
        assert!(!format!("{server:?}").contains("hunter2"));
        let server = Server::parse("postgres://usher@db/usher", Some("from the environment")).unwrap();
        assert_eq!(server.config.get_password(), Some(b"from the environment".as_slice()));
        for url in [
            "postgres://u:hunter2@db",
            "postgres://u:hunter2@/usher",
            "postgres://u:hunter2@db:port/usher",
            "postgres://u:hunter2@db/x?colour=red",
        ] {
            let said = Server::parse(url, None).unwrap_err();
            assert_eq!(said.code, "STORE-001", "{url}");
            assert!(!format!("{said:?}").contains("hunter2"), "{said:?}");
        }
    }
}
