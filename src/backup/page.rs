//! What the workspace's page says about backups. (That they need somebody stands on every page of whoever may do something
//! about it: see `app::Frame`.)

use super::model::BackupStanding;
use crate::period::Instant;
use crate::zone::Zone;
use leptos::prelude::*;

/// How backups stand, in full.
pub fn section(standing: &BackupStanding, zone: &Zone) -> AnyView {
    let at = |at: Instant| zone.local(at).format("%-d %B %Y, %H:%M").to_string();
    let said = match &standing.folder {
        None => view! {
            <p>"No nightly backup is made. Start the server with "<code>"--backup-folder FOLDER"</code>
            ", or copy the database by "<code>"doubles backup FILE"</code>" as often as a loss would hurt. PostgreSQL is
            backed up by "<code>"pg_dump"</code>", which its administrators see to."</p>
        }
        .into_any(),
        Some(folder) => {
            let last = standing.last.map_or_else(|| "none yet".to_owned(), at);
            let next = standing.next.map_or_else(|| "soon".to_owned(), at);
            let kept = format!(
                "the last one of each of {} days and of each of {} weeks",
                standing.keep.days, standing.keep.weeks
            );
            let failed = standing.failure.as_ref().map(|failure| {
                view! { <dt>"Last failure"</dt><dd>{at(failure.at)}": "{failure.why.clone()}</dd> }
            });
            let same_disk = standing.same_disk.then(|| {
                view! {
                    <p class="hint">"They are on the disk of the database and would be lost with it. Copy them to
                    another machine, or name a folder on another disk."</p>
                }
            });
            view! {
                <dl class="facts">
                    <dt>"Last one"</dt><dd>{last}</dd>
                    {failed}
                    <dt>"Next one"</dt><dd>{next}</dd>
                    <dt>"In"</dt><dd><code>{folder.display().to_string()}</code></dd>
                    <dt>"Kept"</dt><dd>{kept}</dd>
                </dl>
                {same_disk}
            }
            .into_any()
        }
    };
    let bucket = standing.bucket.as_ref().map(|bucket| {
        view! {
            <p class="hint">"Files of the content library lie in the bucket "<code>{bucket.clone()}</code>", which no
            backup of Doubles holds: keep older versions of them there, or copy it."</p>
        }
    });
    view! { <section class="section" id="backups" aria-labelledby="backups-head"><h2 id="backups-head">"Backups"</h2>{said}{bucket}</section> }
        .into_any()
}
