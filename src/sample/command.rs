//! `doubles sample`: the sample company on the command line.

use super::service;
use crate::error::Result;
use crate::period::Instant;
use crate::server::db::Db;

/// Fill an empty workspace with the sample company, Northaisle
///
/// Eighteen months up to today, about three thousand leads with touches, verdicts, deals and spend: everything invented.
/// It comes only where there is no data yet, and goes again with --remove.
#[derive(clap::Args, Clone, Debug)]
pub struct Sample {
    /// Take the sample company out again
    #[arg(long)]
    remove: bool,
}

impl Sample {
    /// Does it; what to print.
    pub async fn run(&self, db: &Db, now: Instant) -> Result<String> {
        if self.remove {
            service::remove(db, "command line", now).await?;
            return Ok("The sample company is gone.\n".to_owned());
        }
        let leads = service::load(db, "command line", now).await?;
        Ok(format!("Northaisle is in, with {leads} leads. Look at it: doubles serve\n"))
    }
}
