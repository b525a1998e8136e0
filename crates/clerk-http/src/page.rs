use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

use crate::{Error, Operation, WithOptions};

/// One page of a list.
///
/// Clerk's lists come as an array, or as an object with the items in `data` (M2M tokens:
/// `m2m_tokens`) and mostly a `total_count`. All of them are read into this.
///
/// ```
/// use clerk_http::Page;
///
/// let page: Page<u32> = serde_json::from_str(r#"{"data":[1,2],"total_count":7}"#)?;
/// assert_eq!((page.data.as_slice(), page.total_count), (&[1, 2][..], Some(7)));
/// let page: Page<u32> = serde_json::from_str("[1,2]")?;
/// assert_eq!(page.into_iter().sum::<u32>(), 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub data: Vec<T>,
    /// How many items all pages have together, where Clerk says so.
    pub total_count: Option<u64>,
}

impl<T> From<Vec<T>> for Page<T> {
    fn from(data: Vec<T>) -> Self {
        Self {
            data,
            total_count: None,
        }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.iter()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyForm(PhantomData))
    }
}

/// Reads every form a list has.
struct AnyForm<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for AnyForm<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list, or an object with one in `data`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Page<T>, A::Error> {
        let mut data = Vec::new();
        while let Some(item) = items.next_element()? {
            data.push(item);
        }
        Ok(data.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Page<T>, A::Error> {
        let (mut data, mut total_count) = (None, None);
        while let Some(key) = entries.next_key()? {
            match key {
                Key::Data => data = Some(entries.next_value::<Option<Vec<T>>>()?),
                Key::TotalCount => total_count = entries.next_value::<Option<u64>>()?,
                Key::Other => drop(entries.next_value::<IgnoredAny>()?),
            }
        }
        // Not an empty list: whoever deletes what a list lacks must not act on an answer that is
        // no list.
        let data = data.ok_or_else(|| A::Error::missing_field("data"))?;
        Ok(Page {
            data: data.unwrap_or_default(),
            total_count,
        })
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Key {
    #[serde(alias = "m2m_tokens")]
    Data,
    TotalCount,
    #[serde(other)]
    Other,
}

/// A list that comes in pages.
///
/// [`Client::pages`](crate::Client::pages) walks one. The operations of `clerk-api` whose answer
/// is a list implement it.
pub trait Paginate: Operation<Output = Page<<Self as Paginate>::Item>> {
    /// What the list is of.
    type Item;

    /// The most items Clerk puts on one page. Asked for more, it answers with ten.
    const LARGEST_PAGE: u64;

    /// Which part of the list the operation asks for.
    fn window(&self) -> Window;

    /// Asks for another part of the list.
    fn set_window(&mut self, window: Window);

    /// What [`Window::after`] has to be for the page after `page`; `None` where the list, ordered
    /// as it is, can only be counted through.
    fn cursor(&self, page: &Page<Self::Item>) -> Option<String> {
        let _ = page;
        None
    }
}

impl<O: Paginate> Paginate for WithOptions<O> {
    type Item = O::Item;

    const LARGEST_PAGE: u64 = O::LARGEST_PAGE;

    fn window(&self) -> Window {
        self.operation.window()
    }

    fn set_window(&mut self, window: Window) {
        self.operation.set_window(window);
    }

    fn cursor(&self, page: &Page<Self::Item>) -> Option<String> {
        self.operation.cursor(page)
    }
}

/// The part of a list that an operation asks for. What is `None` is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// How many items at most.
    pub limit: Option<u64>,
    /// How many items to skip.
    pub offset: Option<u64>,
    /// The id of the item to begin behind. Clerk takes no offset beside it.
    pub after: Option<String>,
}

/// How many items a page has where the caller did not say: one tenth of the requests that
/// Clerk's own default makes, and far from the limit on a body even where items are large.
const USUAL_PAGE: u64 = 100;

/// Decides which page to ask for next; the async and the blocking walk carry it out.
#[derive(Clone, Debug)]
pub(crate) struct Pager<O> {
    operation: O,
    over: bool,
}

impl<O: Paginate> Pager<O> {
    pub(crate) fn new(mut operation: O) -> Self {
        let mut window = operation.window();
        let limit = window.limit.unwrap_or(USUAL_PAGE).min(O::LARGEST_PAGE);
        window.limit = Some(limit.max(1));
        operation.set_window(window);
        let over = false;
        Self { operation, over }
    }

    /// Asks for the next page; `None` once there is none.
    pub(crate) fn next(&self) -> Option<&O> {
        (!self.over).then_some(&self.operation)
    }

    /// Hands in the page. After an error the walk is over: the caller has seen it, and a loop
    /// that skips errors must end.
    pub(crate) fn received(&mut self, page: Result<&Page<O::Item>, &Error>) {
        self.over = !page.is_ok_and(|page| self.move_past(page));
    }

    /// Whether anything may come after `page`.
    fn move_past(&mut self, page: &Page<O::Item>) -> bool {
        let Ok(received @ 1..) = u64::try_from(page.data.len()) else {
            return false;
        };
        let mut window = self.operation.window();
        let full = window.limit.is_none_or(|limit| received >= limit);
        let more = if let Some(last) = self.operation.cursor(page) {
            let moved = window.after.as_ref() != Some(&last);
            window.offset = None;
            window.after = Some(last);
            full && moved
        } else {
            let end = window.offset.unwrap_or(0).saturating_add(received);
            window.offset = Some(end);
            // Clerk may give less than it was asked for; its count knows better.
            page.total_count.map_or(full, |total| end < total)
        };
        self.operation.set_window(window);
        more
    }
}
