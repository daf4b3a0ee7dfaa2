//! The invariants of `ARCHITECTURE.md` that a reader of text can keep. Each says why it is there, so that a failure
//! teaches instead of nagging. The rules are tried on small offenders below: a rule that cannot fail is none.

use std::fs;
use std::path::Path;

/// Folders that hold what people write here; everything else in the tree is made or installed.
const FOLDERS: [&str; 7] = ["src", "style", "public", "scripts", "end2end", "migrations", ".ci"];
/// Made by the browser tests.
const MADE: [&str; 3] = ["end2end/results", "end2end/report", "node_modules"];
/// More than this and a file tells two stories.
const LONGEST_FILE: usize = 600;

#[test]
fn the_house_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(root, Path::new(""), &mut files);
    assert!(files.len() > 30, "only {} files were found: does the walk still start at the crate's root?", files.len());
    let offences: Vec<String> = files.iter().flat_map(|(path, text)| offences(path, text)).collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// A rule about single lines.
struct Rule {
    /// Files that it looks at.
    applies: fn(&File) -> bool,
    /// Lines that break it.
    broken_by: fn(&str) -> bool,
    /// What to do instead, and why.
    why: &'static str,
}

/// A file as the rules see it.
struct File<'a> {
    path: &'a str,
    name: &'a str,
}

const RULES: [Rule; 9] = [
    Rule {
        applies: |file| {
            let connects = ["src/server/db.rs", "src/server/open.rs", "src/server/aside.rs"].contains(&file.path);
            file.is_program() && file.name != "store.rs" && !connects && !file.under("src/bench")
        },
        broken_by: speaks_sql,
        why: "SQL stands in `store.rs` and `.sql` files only: there one test prepares every statement on both engines, \
              and `ls src/*/store.rs` shows the whole data layer",
    },
    Rule {
        applies: |file| file.is_rust() && !file.under("src/server") && file.path != "src/main.rs",
        broken_by: |line| ["SystemTime::now", "Utc::now", "Local::now"].iter().any(|clock| line.contains(clock)),
        why: "ask the `Clock` that is handed in: a rule that reads the machine's clock cannot be tested at midnight, on \
              29 February or a year from now",
    },
    Rule {
        applies: |file| file.is_program() && file.path != "src/server/config.rs" && !file.under("src/bench"),
        broken_by: |line| line.contains("std::env") || line.contains("env::var"),
        why: "the environment is read in `server/config.rs` only, so that `--help` and the README know every knob",
    },
    Rule {
        applies: |file| file.is_program(),
        broken_by: |line| line.contains(".unwrap()"),
        why: "return an error, or `expect(\"why it cannot fail\")`: a panic is a page without an answer",
    },
    Rule {
        // The sums in there hold any three letters.
        applies: |file| !file.ends_with(".lock") && file.name != "package-lock.json",
        broken_by: |line| {
            let marks =
                ["TODO", "FIXME", "XXX", "dbg!(", "todo!(", "unimplemented!(", "#[ignore", "test.only(", "test.skip("];
            marks.iter().any(|mark| line.contains(mark))
        },
        why: "finish it or leave it out: what is only marked stays for ever",
    },
    Rule {
        applies: |file| file.is_program(),
        broken_by: |line| line.contains("style=\"") || line.contains(" style={") || has_style_directive(line),
        why: "the content security policy blocks style attributes: use a class, an SVG attribute, or <progress>",
    },
    Rule {
        applies: |file| file.is_program() && file.path != "src/place.rs",
        broken_by: gives_an_own_path_away,
        why: "an address for the browser passes `place::at`, a redirect `gate::see_other`: Doubles may lie below a path \
              of its host, as in https://intranet.example.com/doubles",
    },
    Rule {
        applies: |file| file.under("public") || file.under("style"),
        broken_by: |line| {
            let begins = |rest: &str| rest.starts_with(|first: char| first.is_ascii_alphabetic());
            ["\"/", "'/", "`/", "url(/"].iter().any(|root| line.split(root).skip(1).any(begins))
        },
        why: "no address begins at the root of the host: Doubles may lie below a path, which scripts find in data-base",
    },
    Rule {
        applies: |_| true,
        broken_by: |line| {
            ["/root/", "/home/", "\"resolved\": \"http", env!("CARGO_MANIFEST_DIR")]
                .iter()
                .any(|path| line.contains(path))
        },
        why: "this path or address exists on one machine only",
    },
];

fn offences(path: &str, text: &str) -> Vec<String> {
    let file = File { path, name: path.rsplit('/').next().unwrap_or(path) };
    // This file names what it forbids.
    if file.path == "src/tests/tidy.rs" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut say = |line: usize, why: &str, text: &str| found.push(format!("{path}:{line}: {why}\n    {}", text.trim()));

    if path.split(['/', '.']).any(|part| ["utils", "util", "helpers", "helper", "common", "misc"].contains(&part)) {
        say(1, "a name that says nothing collects everything: call it by what it does in the business", path);
    }
    let lines = text.lines().count();
    if lines > LONGEST_FILE && file.is_written_by_hand() {
        let why =
            format!("{lines} lines, more than {LONGEST_FILE}: this file tells more than one story, split it by them");
        say(lines, &why, path);
    }
    for rule in RULES.iter().filter(|rule| (rule.applies)(&file)) {
        let program = if file.is_program() { program_part(text) } else { text };
        for (number, line) in program.lines().enumerate().filter(|(_, line)| (rule.broken_by)(line)) {
            say(number + 1, rule.why, line);
        }
    }
    if file.is_rust() && path != "src/lib.rs" {
        for (number, line) in stray_features(text) {
            let why = "`cfg(feature)` stands on `mod` lines only: inside a file both sides must be the same program";
            say(number, why, line);
        }
    }
    found
}

impl File<'_> {
    fn is_rust(&self) -> bool {
        self.under("src") && self.ends_with(".rs")
    }

    /// Rust that is not a test.
    fn is_program(&self) -> bool {
        self.is_rust() && !self.under("src/tests")
    }

    fn is_written_by_hand(&self) -> bool {
        [".rs", ".css", ".ts", ".mjs"].iter().any(|ending| self.ends_with(ending))
    }

    fn under(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    fn ends_with(&self, ending: &str) -> bool {
        self.name.ends_with(ending)
    }
}

/// Without the tests, which stand at the bottom.
fn program_part(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod ").map_or(text, |at| &text[..at])
}

/// Whether a line that is no comment holds a statement.
fn speaks_sql(line: &str) -> bool {
    let line = line.trim_start().to_lowercase();
    if line.starts_with("//") {
        return false;
    }
    let starts = |word: &str| {
        line.match_indices(word)
            .any(|(at, _)| line[..at].chars().last().is_none_or(|c| !c.is_alphanumeric() && c != '<'))
    };
    starts("insert into ")
        || starts("delete from ")
        || starts("create table ")
        || starts("pragma ")
        || (starts("select ") && line.contains(" from "))
        || (starts("update ") && line.contains(" set "))
        || line.contains("sqlx::query")
}

/// Whether a line that is no comment gives a browser an address that begins at the root of the host.
fn gives_an_own_path_away(line: &str) -> bool {
    let line = line.trim_start();
    let holders = ["href=", "action=", "src=", "href: ", ".href(", "redirect(", "see_elsewhere(", "set_href(", "Path="];
    let given = |holder: &&str| {
        line.split(holder).skip(1).any(|rest| {
            let rest = ["&", "format!(", "\\\"", "\"", "'"]
                .iter()
                .fold(rest, |rest, mark| rest.strip_prefix(mark).unwrap_or(rest));
            rest.starts_with('/')
        })
    };
    !line.starts_with("//") && (holders.iter().any(given) || line.contains("Redirect::to("))
}

/// `style:width=…` of a view becomes a style attribute too.
fn has_style_directive(line: &str) -> bool {
    line.split(" style:").skip(1).any(|rest| {
        let name = rest.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(rest.len());
        name > 0 && rest[name..].starts_with('=')
    })
}

/// Features that do not stand right above a module.
fn stray_features(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_module = |line: &str| line.trim_start_matches("pub ").trim_start_matches("pub(crate) ").starts_with("mod ");
    let mut stray = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let gate = line.contains("#[cfg(") || line.contains("cfg!(") || line.contains("#[cfg_attr(");
        let below = lines[at + 1..].iter().find(|line| !line.trim_start().starts_with("#["));
        if gate && line.contains("feature = ") && !below.is_some_and(|line| is_module(line.trim_start())) {
            stray.push((at + 1, *line));
        }
    }
    stray
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(root.join(folder))
        .expect("the crate's own folders can be read")
        .map(|entry| entry.expect("the crate's own folders can be read"))
        .collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let relative = folder.join(entry.file_name());
        let Some(path) = relative.to_str() else { continue };
        let at_top = folder.as_os_str().is_empty();
        if entry.path().is_dir() {
            if (!at_top || FOLDERS.contains(&path)) && !MADE.contains(&path) {
                collect(root, &relative, files);
            }
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            // Pictures and fonts are no text.
            files.push((path.to_owned(), text));
        }
    }
}

#[test]
fn each_rule_catches_its_offender() {
    for (path, text, reason) in [
        ("src/leads/page.rs", "    let rows = \"select id from lead\";", "SQL stands"),
        ("src/leads/model.rs", "        update lead set owner = $1", "SQL stands"),
        ("src/leads/api.rs", "sqlx::query_as(TEXT)", "SQL stands"),
        ("src/kpis/compute.rs", "let now = chrono::Utc::now();", "Clock"),
        ("src/tests/leads.rs", "let now = std::time::SystemTime::now();", "Clock"),
        ("src/import/run.rs", "std::env::var(\"HOME\")", "environment"),
        ("src/import/run.rs", "file.unwrap()", "panic"),
        ("src/import/run.rs", "// TODO: later", "finish it"),
        ("end2end/a.spec.ts", "test.only('x', …", "finish it"),
        ("src/ui/bar.rs", "<div style=\"width: 3px\">", "style attributes"),
        ("src/ui/bar.rs", "<div class=\"bar\" style:width=width>", "style attributes"),
        ("src/leads/page.rs", "<a href=\"/leads\">", "place::at"),
        ("src/leads/page.rs", "<form method=\"post\" action=format!(\"/leads/{id}\")>", "place::at"),
        ("src/leads/page.rs", "Cell::new(name).href(format!(\"/leads/{id}\"))", "place::at"),
        ("src/leads/forms.rs", "Redirect::to(&page)", "place::at"),
        ("src/leads/api.rs", "leptos_axum::redirect(\"/leads\");", "place::at"),
        ("src/server/too_long.rs", "\"<a href=/>To the scoreboard</a>\"", "place::at"),
        ("public/live.js", "fetch(\"/live\")", "data-base"),
        ("style/fonts.css", "src: url(/fonts/a.woff2)", "data-base"),
        ("README.md", "open /home/anna/doubles", "one machine"),
        ("package-lock.json", "\"resolved\": \"https://somewhere/x.tgz\"", "one machine"),
        ("src/leads/utils.rs", "", "says nothing"),
        ("src/helpers/dates.rs", "", "says nothing"),
        ("src/leads/page.rs", "#[cfg(feature = \"ssr\")]\nuse super::store;", "`mod` lines only"),
        ("src/leads/page.rs", "if cfg!(feature = \"ssr\") {", "`mod` lines only"),
        ("src/leads/page.rs", &"\n".repeat(601), "more than one story"),
    ] {
        let found = offences(path, text);
        assert_eq!(found.len(), 1, "{path}: {text:?} gave {found:?}");
        assert!(found[0].contains(reason), "{found:?} should speak of {reason:?}");
    }
}

#[test]
fn what_only_looks_like_an_offence_is_left_alone() {
    for (path, text) in [
        ("src/leads/store.rs", "\"select id from lead\""),
        ("src/tests/leads.rs", "query(\"delete from lead\").unwrap()"),
        ("src/leads/page.rs", "/// Select a channel from the list.\n<select name=\"from\">"),
        ("src/leads/page.rs", "\"Please select one of these\""),
        ("src/server/clock.rs", "SystemTime::now()"),
        ("src/server/config.rs", "std::env::var(name)"),
        ("src/import/run.rs", "row.unwrap_or_default()\n#[cfg(test)]\nmod tests {\n    x.unwrap()\n}"),
        ("src/lib.rs", "#[cfg(feature = \"hydrate\")]\npub fn hydrate() {}"),
        (
            "src/leads/mod.rs",
            "#[cfg(feature = \"ssr\")]\npub mod store;\n#[cfg(feature = \"ssr\")]\npub(crate) mod rest;",
        ),
        ("src/charts/line.rs", "let style: Style = pick(style);\nText { style: style }"),
        ("src/server/security.rs", "style-src 'self'"),
        ("src/leads/page.rs", "<a href=at(\"/leads\")>\n<a href=\"#main\">\n/// Not as in href=\"/leads\"."),
        ("src/leads/forms.rs", "see_other(\"/leads\")\nsee_elsewhere(url.as_str())\nlet path = \"/leads\";"),
        ("public/live.js", "fetch(`${base}/live`); import(\"./renew.js\"); // an own one"),
        ("package-lock.json", "\"integrity\": \"sha512-6W8tLXXXjKwqgTErrCQ==\""),
    ] {
        assert_eq!(offences(path, text), Vec::<String>::new(), "{path}: {text:?}");
    }
}
