//! `doubles user …`: accounts from the command line, for the first one, for scripts, and when nobody can sign in.

use super::model::{Account, Standing, Team};
use super::service::{Caller, People};
use super::token::Token;
use crate::error::{AppError, Result};
use clap::{Args, Subcommand};
use std::io::{BufRead, Write, stdin, stdout};

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum UserCommand {
    /// Add an account; prints a link by which its person chooses a password
    Add(Add),
    /// List all accounts
    List(List),
    /// Disable an account: its sessions end at once. --undo enables it again
    Disable(Disable),
    /// Print a link by which somebody chooses a new password, or set one
    Reset(Reset),
}

/// Whose account, and what they are here.
#[derive(Args, Clone, Debug)]
pub struct Add {
    /// Mail address
    email: String,
    /// What others call them; the address up to its @ when it is not given
    #[arg(long)]
    name: Option<String>,
    /// marketing or sales; without it a viewer
    #[arg(long, value_parser = parse_team)]
    team: Option<Team>,
    /// Head of that team
    #[arg(long, requires = "team")]
    head: bool,
    /// May manage people and the workspace
    #[arg(long)]
    admin: bool,
    /// Read the password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
}

/// How to print the list.
#[derive(Args, Clone, Debug)]
pub struct List {
    /// As a JSON array
    #[arg(long)]
    json: bool,
}

/// Whose account.
#[derive(Args, Clone, Debug)]
pub struct Disable {
    /// Mail address
    email: String,
    /// Enable it again
    #[arg(long)]
    undo: bool,
}

/// Whose password.
#[derive(Args, Clone, Debug)]
pub struct Reset {
    /// Mail address
    email: String,
    /// Read the new password from standard input instead of printing a link
    #[arg(long)]
    password_stdin: bool,
    /// Switch the second factor off as well, for when authenticator and codes are lost
    #[arg(long)]
    without_second_factor: bool,
}

/// Runs it and prints what there is to say. Links begin with the base URL.
///
/// # Errors
/// There is no such account, or already one, or the password cannot be taken.
pub async fn run(command: UserCommand, people: &People, base_url: &str) -> Result<()> {
    let caller = Caller::command_line();
    match command {
        UserCommand::Add(add) => {
            let standing = Standing::new(add.team, add.head, add.admin)?;
            let name = add.name.as_deref().or(add.email.split('@').next()).unwrap_or_default();
            // Read and checked before the account is there, so that a refused password leaves none behind.
            let password = add.password_stdin.then(|| read_password(&add.email)).transpose()?;
            let id = people.add(&caller, &add.email, name, standing).await?;
            match password {
                Some(password) => {
                    people.set_password(&caller, id, password).await?;
                    print(&format!("{} may sign in as {}.", add.email, standing.words()))
                }
                None => print_link(base_url, &people.make_reset(&caller, id).await?, &add.email),
            }
        }
        UserCommand::List(list) => print_list(&people.list().await?, list.json),
        UserCommand::Disable(disable) => {
            let account = people.get_by_email(&disable.email).await?;
            people.set_disabled(&caller, account.id, !disable.undo).await?;
            let state =
                if disable.undo { "may sign in again" } else { "cannot sign in any more; every session has ended" };
            print(&format!("{} {state}.", account.email))
        }
        UserCommand::Reset(reset) => {
            let account = people.get_by_email(&reset.email).await?;
            if reset.without_second_factor {
                people.remove_second_factor(&caller, account.id).await?;
            }
            if !reset.password_stdin {
                return print_link(base_url, &people.make_reset(&caller, account.id).await?, &account.email);
            }
            people.set_password(&caller, account.id, read_password(&account.email)?).await?;
            print(&format!("{} has a new password; every session has ended.", account.email))
        }
    }
}

fn parse_team(text: &str) -> Result<Team, String> {
    Team::from_key(text).ok_or_else(|| "a team is marketing or sales".to_owned())
}

fn read_password(email: &str) -> Result<String> {
    let mut line = String::new();
    stdin()
        .lock()
        .read_line(&mut line)
        .map_err(|error| AppError::Invalid(format!("The password cannot be read from standard input: {error}.")))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    super::password::check(&password, email)?;
    Ok(password)
}

fn print_link(base_url: &str, token: &Token, email: &str) -> Result<()> {
    let base_url = base_url.trim_end_matches('/');
    print(&format!(
        "{email} chooses a password here, once and within a day:\n{base_url}/reset?token={}",
        token.reveal()
    ))
}

fn print_list(accounts: &[Account], as_json: bool) -> Result<()> {
    if as_json {
        return print(&serde_json::to_string(accounts).map_err(|_| AppError::Internal)?);
    }
    for account in accounts {
        let disabled = if account.disabled { ", disabled" } else { "" };
        print(&format!("{}\t{}\t{}{disabled}", account.email, account.name, account.standing.words()))?;
    }
    Ok(())
}

fn print(text: &str) -> Result<()> {
    writeln!(stdout(), "{text}")
        .map_err(|error| AppError::Unavailable(format!("Standard output cannot be written: {error}.")))
}
