//! What holds for the SQL of every slice, on both engines.

use crate::databases::{Schema, name, on_each_engine, postgres, table};
use doubles::changes::model::{Change, ChangeKind, Entity};
use doubles::period::Instant;
use doubles::server::bulk::in_dialect;
use doubles::server::db::Db;
use doubles::server::open::{DatabaseUrl, open};
use doubles::{
    activity, agreement, backup, bell, changes, content, definitions, editing, feedback, import, kpis, leads, listing,
    people, personas, quality, queue, rates, sample, spend, upload, work, workspace,
};
use sqlx::{AssertSqlSafe, Executor};
use std::fs;
use std::path::Path;
use std::time::Duration;

const STORES: &[&[(&str, &str)]] = &[
    activity::store::ALL,
    agreement::month::store::ALL,
    agreement::store::ALL,
    bell::store::ALL,
    backup::store::ALL,
    changes::store::ALL,
    definitions::store::ALL,
    content::export::store::ALL,
    content::links::store::ALL,
    content::requests::store::ALL,
    content::share::store::ALL,
    content::store::ALL,
    editing::store::ALL,
    feedback::store::ALL,
    import::store::ALL,
    kpis::store::ALL,
    leads::store::ALL,
    listing::store::ALL,
    people::store::ALL,
    personas::rules::store::ALL,
    personas::store::ALL,
    quality::rules::store::ALL,
    quality::store::ALL,
    queue::store::ALL,
    rates::store::ALL,
    sample::store::ALL,
    spend::store::ALL,
    upload::store::ALL,
    work::store::ALL,
    workspace::store::ALL,
];

#[tokio::test]
async fn every_statement_prepares_on_both_engines() {
    on_each_engine(async |db| {
        let mut tx = db.read().await.expect("a read");
        for (statement, sql) in STORES.iter().copied().flatten() {
            let sql = in_dialect(db.engine(), sql, 2);
            let prepared = tx.conn().prepare(sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql))).await;
            prepared.unwrap_or_else(|error| panic!("{statement} on {}: {error}", name(db)));
        }
    })
    .await;
}

#[test]
fn every_store_is_among_those_whose_statements_are_tried() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let slices = fs::read_dir(&source).expect("the source").map(|entry| entry.expect("an entry").path());
    let inside = |folder: &Path| -> Vec<_> {
        let entries = fs::read_dir(folder).into_iter().flatten();
        entries.map(|entry| entry.expect("an entry").path()).collect()
    };
    let folders = slices.flat_map(|slice| inside(&slice).into_iter().chain([slice]));
    for folder in folders.filter(|folder| folder.join("store.rs").exists() && !folder.ends_with("tests")) {
        let slice = folder.strip_prefix(&source).expect("inside").to_string_lossy().replace('/', "::");
        let tried = |store: &&[(&str, &str)]| store[0].0.starts_with(&format!("doubles::{slice}::store::"));
        assert!(STORES.iter().any(tried), "add {slice}::store::ALL to STORES");
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_types_and_keys() {
    let Some(server) = postgres() else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sqlite = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("a new file");
    let schema = Schema::create(&server).await;
    let postgres = open(&DatabaseUrl::Postgres(schema.url.clone())).await.expect("a new schema");

    let of_sqlite = table(
        &sqlite,
        "select t.name, c.name,
            case when lower(c.type) = 'integer' then 'bigint' else lower(c.type) end,
            case when c.\"notnull\" = 1 or c.pk > 0 then 'not null' else '' end, c.pk
         from pragma_table_list as t join pragma_table_info(t.name) as c
         where t.schema = 'main' and t.name not like 'sqlite_%' and t.name <> '_sqlx_migrations' order by 1, 2",
    )
    .await;
    let of_postgres = table(
        &postgres,
        "select cast(c.table_name as text), cast(c.column_name as text), cast(c.data_type as text),
            case when c.is_nullable = 'NO' then 'not null' else '' end,
            coalesce((select cast(k.ordinal_position as bigint) from information_schema.key_column_usage as k
                join information_schema.table_constraints as p using (constraint_schema, constraint_name)
                where p.constraint_type = 'PRIMARY KEY' and k.table_schema = c.table_schema
                    and k.table_name = c.table_name and k.column_name = c.column_name), 0)
         from information_schema.columns as c
         where c.table_schema = current_schema() and c.table_name <> '_sqlx_migrations' order by 1, 2",
    )
    .await;
    let sorted = |mut rows: Vec<Vec<String>>| {
        rows.sort();
        rows
    };
    let (of_sqlite, of_postgres) = (sorted(of_sqlite), sorted(of_postgres));
    assert!(of_sqlite.len() > 80, "the schema was read");
    assert_eq!(of_sqlite, of_postgres);
    postgres.close().await;
    schema.remove().await;
}

fn change(detail: &str) -> Change {
    Change {
        at: Instant(1_700_000_000),
        actor: "Mira".into(),
        kind: ChangeKind::WorkspaceCreated,
        entity: Entity::Workspace,
        entity_id: Some(1),
        detail: serde_json::json!({ "what": detail }),
    }
}

async fn save(db: &Db, detail: &str) -> i64 {
    let tx = db.write().await.expect("a write");
    tx.record_change(&change(detail)).await.expect("a change").commit().await.expect("a commit").0
}

#[tokio::test]
async fn seq_counts_commits_and_a_dropped_write_leaves_no_gap() {
    on_each_engine(async |db| {
        assert_eq!(save(db, "first").await, 1);
        let dropped = db.write().await.expect("a write");
        assert_eq!(dropped.seq().0, 2);
        drop(dropped);
        assert_eq!(save(db, "second").await, 2);
        let log = table(db, "select seq, at, actor, kind, entity, entity_id, detail from change order by seq").await;
        let line = |seq: &str, what: &str| {
            let detail = format!("{{\"what\":\"{what}\"}}");
            [seq, "1700000000", "Mira", "workspace_created", "workspace", "1", &detail].map(str::to_owned).to_vec()
        };
        assert_eq!(log, [line("1", "first"), line("2", "second")], "{}", name(db));
        let newest = changes::store::newest_seq(&mut db.read().await.expect("a read")).await.expect("a number");
        assert_eq!(newest.0, 2);
    })
    .await;
}

#[tokio::test]
async fn writers_take_turns_and_none_is_lost() {
    on_each_engine(async |db| {
        let writers = (0..20).map(|n| {
            let db = db.clone();
            tokio::spawn(async move { save(&db, &format!("writer {n}")).await })
        });
        let mut seqs = Vec::new();
        for writer in writers.collect::<Vec<_>>() {
            seqs.push(writer.await.expect("no panic"));
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=20).collect::<Vec<i64>>(), "{}", name(db));
    })
    .await;
}

#[tokio::test]
async fn a_read_sees_one_state_of_the_database_while_others_write() {
    on_each_engine(async |db| {
        save(db, "before").await;
        let mut reader = db.read().await.expect("a read");
        assert_eq!(changes::store::newest_seq(&mut reader).await.expect("a number").0, 1);
        save(db, "meanwhile").await;
        assert_eq!(changes::store::newest_seq(&mut reader).await.expect("a number").0, 1, "{}", name(db));
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    on_each_engine(async |db| {
        let mut tx = db.read().await.expect("a read");
        let refused = sqlx::query("update counter set n = 7").execute(tx.conn()).await;
        assert!(refused.is_err(), "{}", name(db));
    })
    .await;
}

#[tokio::test]
async fn a_new_workspace_has_version_1_of_the_agreement_and_is_made_once() {
    on_each_engine(async |db| {
        let nimbus = workspace::model::Workspace::new("Nimbus", "Europe/Berlin", "EUR").expect("a workspace");
        let at = Instant(1_700_000_000);
        workspace::store::create(db, &nimbus, "Mira", at).await.expect("it is made");
        let again = workspace::store::create(db, &nimbus, "Mira", at).await.expect_err("once only").to_string();
        assert_eq!(again, "The workspace is set up already; it is called “Nimbus”.");

        let mut tx = db.read().await.expect("a read");
        assert_eq!(workspace::store::find(&mut tx).await.expect("a row"), Some(nimbus));
        let versions = agreement::store::versions(&mut tx).await.expect("versions");
        assert_eq!(versions.len(), 1);
        assert_eq!(versions[0].number, 1);
        assert_eq!(versions[0].starts.to_string(), "2023-11-14");
        assert_eq!(versions[0].terms, agreement::model::Terms::defaults("Europe/Berlin"));
    })
    .await;
}

#[tokio::test]
async fn a_write_waits_for_its_turn() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let db = open(&DatabaseUrl::Sqlite(folder.path().join("doubles.db"))).await.expect("a new file");
    let first = db.write().await.expect("a write");
    let mut second = tokio::spawn({
        let db = db.clone();
        async move { save(&db, "second").await }
    });
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut second).await.is_err(), "it waits");
    drop(first);
    assert_eq!(second.await.expect("no panic"), 1);
}
