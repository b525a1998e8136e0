use std::vec;

use crate::{Client, Error, Page, Paginate, page::Pager};

impl Client {
    /// Walks through a list, from where `operation` begins.
    ///
    /// Where it names no `limit`, pages have 100 items; where it names more than Clerk gives, as
    /// many as Clerk gives. The walk ends at the first page that is empty, or after which Clerk's
    /// count, or a page that is not full, says that nothing follows. Items that come or go while
    /// it lasts may be missed or met twice, except where the list has a cursor (users).
    pub fn pages<O: Paginate>(&self, operation: O) -> Pages<O> {
        Pages::new(self.clone(), operation)
    }
}

/// A walk through a list, page by page; made by [`Client::pages`].
///
/// The [blocking `Pages`](crate::blocking::Pages) is an `Iterator`. With the feature `stream`,
/// `into_stream` makes a `Stream` of this one.
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `next()`"]
pub struct Pages<O> {
    client: Client,
    pager: Pager<O>,
}

impl<O: Paginate> Pages<O> {
    pub(crate) fn new(client: Client, operation: O) -> Self {
        let pager = Pager::new(operation);
        Self { client, pager }
    }

    /// Fetches the next page; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Client::send`]. After one, the walk is over.
    pub async fn next(&mut self) -> Option<Result<Page<O::Item>, Error>> {
        let page = self.client.send(self.pager.next()?).await;
        self.pager.received(page.as_ref());
        Some(page)
    }

    /// The items instead of the pages.
    pub fn items(self) -> Items<O> {
        Items {
            pages: self,
            page: Vec::new().into_iter(),
        }
    }

    /// The pages as a stream.
    #[cfg(feature = "stream")]
    pub fn into_stream<'a>(
        self,
    ) -> impl futures_core::Stream<Item = Result<Page<O::Item>, Error>> + Send + Unpin + 'a
    where
        O: Send + Sync + 'a,
        O::Item: Send,
    {
        crate::stream::unfold(self, |mut pages| async move {
            let page = pages.next().await;
            (pages, page)
        })
    }
}

/// A walk through a list, item by item; made by [`Pages::items`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `next()`"]
pub struct Items<O: Paginate> {
    pages: Pages<O>,
    page: vec::IntoIter<O::Item>,
}

impl<O: Paginate> Items<O> {
    /// The next item, fetched where it has not come yet; `None` after the last one.
    ///
    /// # Errors
    ///
    /// Those of [`Client::send`]. After one, the walk is over.
    pub async fn next(&mut self) -> Option<Result<O::Item, Error>> {
        loop {
            if let Some(item) = self.page.next() {
                return Some(Ok(item));
            }
            match self.pages.next().await? {
                Ok(page) => self.page = page.into_iter(),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// The items as a stream.
    #[cfg(feature = "stream")]
    pub fn into_stream<'a>(
        self,
    ) -> impl futures_core::Stream<Item = Result<O::Item, Error>> + Send + Unpin + 'a
    where
        O: Send + Sync + 'a,
        O::Item: Send + 'a,
    {
        crate::stream::unfold(self, |mut items| async move {
            let item = items.next().await;
            (items, item)
        })
    }
}
