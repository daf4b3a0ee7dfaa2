//! Where Doubles lies on its host: at the root, or below a base path such as `/doubles` behind a proxy that serves other
//! programs too.
//!
//! Inside, everything speaks of *own* paths, such as `/spend`: routes, permissions, what is kept, where a write leads.
//! Whatever a browser is given passes [`at`] at the last moment; whatever it names comes in through [`within`].

use leptos_router::{PartialPathMatch, PathSegment, PossibleRouteMatch};
use std::sync::OnceLock;

/// One program lies at one place, for as long as it runs.
static BASE: OnceLock<String> = OnceLock::new();

/// Says where Doubles lies, once, before anything is answered or shown. `path` begins with a slash and has none at its
/// end; empty is the root. Once something else was said, it stays.
pub fn lie_below(path: &str) {
    BASE.get_or_init(|| path.to_owned());
}

/// The base path, such as `/doubles`; empty at the root.
pub fn base() -> &'static str {
    BASE.get().map_or("", String::as_str)
}

/// The address that a browser is given for an own path, which may carry a question and a fragment. It is the same at
/// the root.
pub fn at(path: &str) -> String {
    address_below(base(), path)
}

/// The own path that a browser means; one without the base path is that already: a proxy may have taken it off.
pub fn within(path: &str) -> &str {
    path_below(base(), path)
}

fn address_below(base: &str, path: &str) -> String {
    [base, path].concat()
}

fn path_below<'a>(base: &str, path: &'a str) -> &'a str {
    match path.strip_prefix(base) {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// A row of the program's table of routes, which speaks of own paths.
#[derive(Clone, Copy, Debug)]
pub struct Own<Path>(pub Path);

impl<Path: PossibleRouteMatch> PossibleRouteMatch for Own<Path> {
    fn optional(&self) -> bool {
        self.0.optional()
    }

    fn test<'a>(&self, path: &'a str) -> Option<PartialPathMatch<'a>> {
        self.0.test(within(path))
    }

    fn generate_path(&self, path: &mut Vec<PathSegment>) {
        self.0.generate_path(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_own_path_and_its_address_lead_to_each_other() {
        for (base, own, address) in [
            ("", "/", "/"),
            ("", "/spend?page=2#rows", "/spend?page=2#rows"),
            ("/doubles", "/", "/doubles/"),
            ("/doubles", "/spend?page=2#rows", "/doubles/spend?page=2#rows"),
            ("/teams/doubles", "/kpis/cac", "/teams/doubles/kpis/cac"),
        ] {
            assert_eq!(address_below(base, own), address);
            assert_eq!(path_below(base, address), own);
        }
    }

    #[test]
    fn a_path_whose_base_a_proxy_has_taken_off_is_an_own_one() {
        for (path, own) in [
            ("/doubles", "/"),
            ("/doubles/", "/"),
            ("/", "/"),
            ("/spend", "/spend"),
            ("/doublespend", "/doublespend"),
            ("/doubles//evil.example", "//evil.example"),
        ] {
            assert_eq!(path_below("/doubles", path), own);
        }
    }
}
