//! The site that `scripts/build-front` lays into `target/site` becomes part of the binary. This makes the folder
//! exist, so that the server compiles before the front was ever built, and has the server compiled again when the
//! front changed.

use std::path::Path;

const BUILD_ID: &str = "target/site/build-id";

fn main() -> std::io::Result<()> {
    // The build for the browser must not depend on its own result.
    let watched = if std::env::var_os("CARGO_FEATURE_SSR").is_some() { BUILD_ID } else { "build.rs" };
    if !Path::new(BUILD_ID).exists() {
        std::fs::create_dir_all("target/site")?;
        std::fs::write(BUILD_ID, "none")?;
    }
    println!("cargo:rerun-if-changed={watched}");
    Ok(())
}
