//! Filters, orders and pages of lists.

use serde_json::{Value, json};

use crate::{call::Query, refusal::Refusal};

/// One page of a list: a bare array, or with its total where `paginated=true` asks for it.
pub(super) fn page(query: &Query, items: &[Value]) -> Result<Value, Refusal> {
    match query.flag("paginated")? {
        Some(true) => page_with_total(query, items),
        _ => Ok(json!(slice(query, items, 500)?)),
    }
}

/// One page of a list that always comes with its total.
pub(super) fn page_with_total(query: &Query, items: &[Value]) -> Result<Value, Refusal> {
    Ok(json!({ "data": slice(query, items, 500)?, "total_count": items.len() }))
}

/// The items that `limit` and `offset` ask for.
pub(super) fn slice<'i>(
    query: &Query,
    items: &'i [Value],
    max: usize,
) -> Result<Vec<&'i Value>, Refusal> {
    let limit = query.number("limit", 1..=max, 10)?;
    let offset = query.number("offset", 0..=usize::MAX, 0)?;
    Ok(items.iter().skip(offset).take(limit).collect())
}

/// Puts items, which come oldest first, into the order that `order_by` asks for: newest first
/// unless it says otherwise. `fields` has the names it knows, and where in an item each is.
pub(super) fn sort(
    query: &Query,
    items: &mut [Value],
    fields: &[(&str, &str)],
) -> Result<(), Refusal> {
    // Clerk keeps the first where there are several.
    let order = query.all("order_by").next().unwrap_or("-created_at");
    // An unescaped plus sign is a space in a query.
    let name = order.trim_start_matches(['-', '+', ' ']);
    let Some((_, pointer)) = fields.iter().find(|(known, _)| *known == name) else {
        let known: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}, after a + or a -", known.join(", "));
        return Err(Refusal::form_param_value_invalid("order_by", &expected));
    };
    items.sort_by(|left, right| {
        let key = |item: &Value| {
            let value = item.pointer(pointer);
            let text = value.and_then(Value::as_str).map(str::to_lowercase);
            (value.and_then(Value::as_i64), text)
        };
        key(left).cmp(&key(right))
    });
    if order.starts_with('-') {
        items.reverse();
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
