//! The program as a process of its own: started, asked over HTTP, ended as a service manager or as a fault ends it.

use doubles::server::open::DatabaseUrl;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than any answer takes; what is silent for so long hangs.
const PATIENCE: Duration = Duration::from_secs(90);

/// The program as a server of its own.
pub struct Served {
    child: Child,
    pub address: String,
    log: PathBuf,
}

impl Served {
    /// Over the data folder, until it is ready.
    pub fn start(data: &Path, args: &[&str]) -> Self {
        Self::begin(data, args).until_ready()
    }

    /// The same, once it is ready.
    pub fn until_ready(mut self) -> Self {
        let started = Instant::now();
        while self.address.is_empty() {
            assert!(started.elapsed() < Duration::from_secs(60), "{}", self.logged());
            std::thread::sleep(Duration::from_millis(20));
            let said = self.logged();
            let url = said.split("ready at http://").nth(1).and_then(|rest| rest.split_once(". "));
            self.address = url.map(|(address, _)| address.to_owned()).unwrap_or_default();
        }
        self
    }

    /// Over the data folder; it may not be ready yet.
    pub fn begin(data: &Path, args: &[&str]) -> Self {
        Self::begin_in(data, args, &[])
    }

    /// The same in an environment where this is set.
    pub fn begin_in(data: &Path, args: &[&str], set: &[(&str, &str)]) -> Self {
        let log = data.join("server.log");
        let child = program(&["serve", "--address", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(args)
            .envs(set.iter().copied())
            .stderr(fs::File::create(&log).expect("a file"))
            .spawn()
            .expect("the program starts");
        Self { child, address: String::new(), log }
    }

    pub fn logged(&self) -> String {
        fs::read_to_string(&self.log).expect("the log")
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// One request over a connection of its own; the answer with its headers.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        ask(&self.address, method, path, headers, body).expect("it answers")
    }

    /// Ends it as a service manager would; says how long that took and what it had logged.
    pub fn stop(mut self) -> (Duration, String) {
        let started = Instant::now();
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill is there");
        assert!(kill.success());
        assert!(self.child.wait().expect("it ends").success(), "{}", self.logged());
        (started.elapsed(), self.logged())
    }

    /// Ends it as a fault would: at once, wherever it stands.
    pub fn kill(mut self) {
        self.child.kill().expect("it was started");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request over a connection of its own; the answer with its headers, as far as it came. A connection that breaks is
/// an error.
pub fn ask(address: &str, method: &str, path: &str, headers: &str, body: &str) -> io::Result<String> {
    let to: SocketAddr = address.parse().expect("an address");
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request(address, method, path, headers, body).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    if answer.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// A request as a browser writes it that sends a form from one of our pages.
pub fn request(address: &str, method: &str, path: &str, headers: &str, body: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len(),
    )
}

/// The program: the one that was compiled with the tests, or the one that `make torture` names.
pub fn program(args: &[&str]) -> Command {
    let path = std::env::var("DOUBLES_TEST_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_doubles").to_owned());
    let mut command = Command::new(path);
    command.env_clear().args(args);
    command
}

/// A command of the program over that database, with nothing said but to the log.
pub fn over(url: &DatabaseUrl, data: &Path, args: &[&str]) -> Command {
    let mut command = program(&database(url));
    command.args(args).arg("--data").arg(data).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The flags that name a database.
pub fn database(url: &DatabaseUrl) -> Vec<&str> {
    match url {
        // It lies in the data folder, where it is looked for.
        DatabaseUrl::Sqlite(_) => Vec::new(),
        DatabaseUrl::Postgres(url) => vec!["--database", url],
    }
}

pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a test once more, in a process of its own with disks of its own: `DOUBLES_TEST_DISKS` names the folder, and in it
/// lies a disk for each name with its mount options. They are there for that process and those that it starts alone.
pub fn on_disks_of_its_own(folder: &Path, disks: &[(&str, &str)], test: &str) {
    let mounts: Vec<_> = disks
        .iter()
        .map(|(name, options)| {
            let disk = folder.join(name);
            format!("mkdir -p {disk} && mount -t tmpfs -o {options} tmpfs {disk}", disk = disk.display())
        })
        .collect();
    let mount = mounts.join(" && ");
    let possible = Command::new("unshare").args(["-m", "sh", "-c", &mount]).output();
    if !possible.as_ref().is_ok_and(|output| output.status.success()) {
        println!("skipped: this user may not mount: {possible:?}");
        return;
    }
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &format!("{mount} && exec \"$0\" --exact {test} --nocapture")])
        .arg(std::env::current_exe().expect("this test"))
        .env("DOUBLES_TEST_DISKS", folder)
        .output()
        .expect("unshare worked before");
    let words = said(&output);
    assert!(output.status.success() && words.contains("1 passed"), "{words}");
    for line in words.lines().filter(|line| line.starts_with("  ok ")) {
        println!("{line}");
    }
}
