//! Filters, orders and pages of lists.

use std::borrow::Borrow;

use clerk_core::UnixTime;
use serde_json::{Value, json};

use crate::{call::Query, refusal::Refusal};

/// One page of a list: a bare array, or with its total where `paginated=true` asks for it.
pub(super) fn page<R>(
    query: &Query,
    records: &[R],
    write: impl FnMut(&R) -> Value,
) -> Result<Value, Refusal> {
    match query.flag("paginated")? {
        Some(true) => page_with_total(query, records, write),
        _ => Ok(slice(query, records, 500, write)?.into()),
    }
}

/// One page of a list that always comes with its total.
pub(super) fn page_with_total<R>(
    query: &Query,
    records: &[R],
    write: impl FnMut(&R) -> Value,
) -> Result<Value, Refusal> {
    let data = slice(query, records, 500, write)?;
    Ok(json!({ "data": data, "total_count": records.len() }))
}

/// The records that `limit` and `offset` ask for, as they are written. No others are.
pub(super) fn slice<R>(
    query: &Query,
    records: &[R],
    max: usize,
    write: impl FnMut(&R) -> Value,
) -> Result<Vec<Value>, Refusal> {
    let limit = query.number("limit", 1..=max, 10)?;
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    Ok(records.iter().skip(offset).take(limit).map(write).collect())
}

/// What a record is sorted by. Those that lack it come first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    None,
    Number(i64),
    /// In lower case.
    Text(String),
}

impl From<Option<&str>> for Rank {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::None, |text| Self::Text(text.to_lowercase()))
    }
}

impl From<Option<UnixTime>> for Rank {
    fn from(at: Option<UnixTime>) -> Self {
        at.map_or(Self::None, |at| Self::Number(at.as_millis()))
    }
}

/// A name that `order_by` knows, and what it sorts by.
pub(super) type Order<'o, R> = (&'static str, &'o dyn Fn(&R) -> Rank);

/// Puts records, which come oldest first, into the order that `order_by` asks for: newest first
/// unless it says otherwise.
pub(super) fn sort<R, T: Borrow<R>>(
    query: &Query,
    records: &mut [T],
    orders: &[Order<'_, R>],
) -> Result<(), Refusal> {
    // Clerk keeps the first where there are several.
    let order = query.all("order_by").next().unwrap_or("-created_at");
    // An unescaped plus sign is a space in a query.
    let name = order.trim_start_matches(['-', '+', ' ']);
    let Some((_, rank)) = orders.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = orders.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}, after a + or a -", known.join(", "));
        return Err(Refusal::form_param_value_invalid("order_by", &expected));
    };
    records.sort_by_cached_key(|record| rank(record.borrow()));
    if order.starts_with('-') {
        records.reverse();
    }
    Ok(())
}

/// Whether a repeated filter lets a value through: there are none, or one of them is it.
pub(super) fn passes(query: &Query, name: &str, value: Option<&str>) -> bool {
    let mut wanted = query.all(name).peekable();
    wanted.peek().is_none() || wanted.any(|wanted| Some(wanted) == value)
}

/// As [`passes`], for ids that may be marked: with `-`, they are not to be among `ids`.
pub(super) fn passes_marked(query: &Query, name: &str, ids: &[&str]) -> bool {
    let excluded = |wanted: &str| wanted.strip_prefix('-').is_some_and(|id| ids.contains(&id));
    let included = |wanted: &str| ids.contains(&wanted.trim_start_matches(['+', ' ']));
    let mut inclusions = query.all(name).filter(|id| !id.starts_with('-')).peekable();
    !query.all(name).any(excluded) && (inclusions.peek().is_none() || inclusions.any(included))
}

/// As [`passes`], for values that stand beside each other, with commas, and that may be marked: with `-`, they
/// are not to be `value`.
pub(super) fn passes_split(query: &Query, name: &str, value: &str) -> bool {
    let wanted = || query.all(name).flat_map(|values| values.split(','));
    let mut inclusions = wanted()
        .filter(|wanted| !wanted.starts_with('-'))
        .peekable();
    let excluded = wanted().any(|wanted| wanted.strip_prefix('-') == Some(value));
    !excluded && (inclusions.peek().is_none() || inclusions.any(|wanted| wanted == value))
}

/// The instants that the filters `…_before` and `…_after` let through, which are in milliseconds.
pub(super) fn between(
    query: &Query,
    name: &str,
) -> Result<impl Fn(UnixTime) -> bool + use<>, Refusal> {
    let end = |which: &str| {
        let name = format!("{name}_{which}");
        match query.get(&name) {
            None => Ok(None),
            Some(_) => query.number(&name, 0..=usize::MAX, 0).map(Some),
        }
    };
    let (before, after) = (end("before")?, end("after")?);
    Ok(move |at: UnixTime| {
        let at = usize::try_from(at.as_millis()).unwrap_or_default();
        before.is_none_or(|before| at < before) && after.is_none_or(|after| at > after)
    })
}

/// Whether one of `texts` contains what the filter asks for, in any case.
pub(super) fn mentions<'t>(
    query: &Query,
    name: &str,
    texts: impl IntoIterator<Item = &'t str>,
) -> bool {
    match query.get(name).map(str::to_lowercase) {
        None => true,
        Some(needle) => texts
            .into_iter()
            .any(|text| text.to_lowercase().contains(&needle)),
    }
}
