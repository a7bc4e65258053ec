//! The apps that this binary knows. They go down as an argument: below the command line nobody reads files or knows which exist.

use usher_domain::manifest::Catalogue;

include!(concat!(env!("OUT_DIR"), "/apps.rs"));

/// All apps of `apps/`, parsed on demand.
pub(crate) fn catalogue() -> Catalogue {
    Catalogue::new(APPS.iter().copied())
}
