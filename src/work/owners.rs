//! Which value of the dimension owner is whose account. Files write a name or an e-mail address; what is assigned here is
//! written down, so that it stays that person's when either changes.

use super::store;
use crate::changes::store::{Counter, take_numbers};
use crate::error::Result;
use crate::leads::model::{Dimension, ValueId};
use crate::leads::store as leads;
use crate::people::model::Account;
use crate::people::store as people;
use crate::server::db::{Tx, WriteTx};

/// Every value that is this person: what was assigned to them, and what a file calls by their name or address.
///
/// # Errors
/// The database does not answer.
pub async fn values_of(tx: &mut Tx, account: &Account) -> Result<Vec<ValueId>> {
    let mut values = store::owner_values(tx, account.id).await?;
    for value in store::owners_called(tx, &account.name, &account.email).await? {
        let whose = store::owner_account(tx, value).await?;
        if whose.is_none_or(|whose| whose == account.id) && !values.contains(&value) {
            values.push(value);
        }
    }
    Ok(values)
}

/// The value under which leads are given to this person, which is new where they never had any.
///
/// # Errors
/// The database does not answer.
pub async fn value_of(tx: &mut WriteTx, account: &Account) -> Result<ValueId> {
    let known = store::owner_values(tx, account.id).await?.first().copied();
    if let Some(value) = known {
        return Ok(value);
    }
    let value = match values_of(tx, account).await?.first() {
        Some(value) => *value,
        None => {
            let id = ValueId(take_numbers(tx, Counter::DimensionValue, 1).await?);
            let named = (Dimension::Owner, free_name(tx, account).await?);
            leads::add_values(tx, None, [(&named, id)].into_iter()).await?;
            id
        }
    };
    store::set_owner_account(tx, value, account.id).await?;
    Ok(value)
}

/// Two people may have one name: then the second goes by their address.
async fn free_name(tx: &mut Tx, account: &Account) -> Result<String> {
    let named = [(Dimension::Owner, account.name.clone())];
    let taken = !leads::find_values(tx, &named).await?.is_empty();
    Ok(if taken { account.email.clone() } else { account.name.clone() })
}

/// Whose account a value is; `None` where it is nobody's who can sign in here.
///
/// # Errors
/// The database does not answer.
pub async fn account_of(tx: &mut Tx, value: ValueId) -> Result<Option<Account>> {
    let everybody = people::list(tx).await?;
    if let Some(id) = store::owner_account(tx, value).await? {
        return Ok(everybody.into_iter().find(|account| account.id == id));
    }
    let Some(name) = store::value_name(tx, value).await? else { return Ok(None) };
    Ok(everybody.into_iter().find(|account| account.name == name || account.email == name))
}
