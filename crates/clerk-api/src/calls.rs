/// The same few lines for every operation of a group: how it is made, with a client or without,
/// and how it is sent with one.
macro_rules! calls {
    (
        $(#[$about:meta])* $group:ident
        $(
            $(#[$meta:meta])*
            $name:ident($($input:ident: $given:ty),* $(,)?) => $operation:ident -> $output:ty;
        )*
    ) => {
        $(#[$about])*
        ///
        /// Holds what sends the operations: a reference to a [`clerk_http::Client`] or to a
        /// [`clerk_http::blocking::Client`].
        #[derive(Clone, Copy, Debug)]
        pub struct $group<C> {
            client: C,
        }

        impl<C> $group<C> {
            /// The operations of the group, to be sent by `client`.
            pub const fn new(client: C) -> Self {
                Self { client }
            }

            $(
                $(#[$meta])*
                pub fn $name(self, $($input: $given),*) -> $operation<C> {
                    $operation::on(self.client, $($input),*)
                }
            )*
        }

        $(
            impl $operation {
                /// The operation as a value, for any client to send.
                #[allow(clippy::new_without_default, reason = "most operations have no default")]
                pub fn new($($input: $given),*) -> Self {
                    Self::on((), $($input),*)
                }
            }

            $(#[$meta])*
            ///
            /// The same as `new` of the type it returns: a value, for any client to send.
            pub fn $name($($input: $given),*) -> $operation {
                $operation::on((), $($input),*)
            }

            impl $operation<&clerk_http::Client> {
                /// Sends the operation and reads the answer.
                ///
                /// # Errors
                ///
                /// Those of [`clerk_http::Client::send`].
                pub async fn send(self) -> Result<$output, clerk_http::Error> {
                    self.client.send(self).await
                }

                /// Sends the operation with options of its own.
                ///
                /// # Errors
                ///
                /// Those of [`clerk_http::Client::send`].
                pub async fn send_with(
                    self,
                    options: clerk_http::CallOptions,
                ) -> Result<$output, clerk_http::Error> {
                    self.client.send(self.with(options)).await
                }
            }

            impl $operation<&clerk_http::blocking::Client> {
                /// Sends the operation and reads the answer.
                ///
                /// # Errors
                ///
                /// Those of [`clerk_http::blocking::Client::send`].
                #[inline]
                pub fn send(self) -> Result<$output, clerk_http::Error> {
                    self.client.send(self)
                }

                /// Sends the operation with options of its own.
                ///
                /// # Errors
                ///
                /// Those of [`clerk_http::blocking::Client::send`].
                #[inline]
                pub fn send_with(
                    self,
                    options: clerk_http::CallOptions,
                ) -> Result<$output, clerk_http::Error> {
                    self.client.send(self.with(options))
                }
            }
        )*
    };
}

/// Lists that come in pages of at most so many items.
macro_rules! lists {
    ($(
        $operation:ident of $item:ty, at most $largest:literal $(, behind $id:ident)?;
    )*) => { $(
        impl<C> clerk_http::Paginate for $operation<C> {
            type Item = $item;

            const LARGEST_PAGE: u64 = $largest;

            fn window(&self) -> clerk_http::Window {
                self.query.window()
            }

            fn set_window(&mut self, window: clerk_http::Window) {
                self.query.set_window(window);
            }

            $(
                fn cursor(&self, page: &clerk_http::Page<$item>) -> Option<String> {
                    let last = page.data.last().filter(|_| self.query.is_by_creation())?;
                    Some(last.$id.to_string())
                }
            )?
        }

        impl<'c> $operation<&'c clerk_http::Client> {
            /// Walks through the list page by page; see [`clerk_http::Client::pages`].
            pub fn pages(self) -> clerk_http::Pages<Self> {
                self.client.pages(self)
            }

            /// Walks through the list item by item; see [`clerk_http::Client::pages`].
            pub fn items(self) -> clerk_http::Items<Self> {
                self.pages().items()
            }
        }

        impl<'c> $operation<&'c clerk_http::blocking::Client> {
            /// Walks through the list page by page; see [`clerk_http::Client::pages`].
            pub fn pages(self) -> clerk_http::blocking::Pages<Self> {
                self.client.pages(self)
            }

            /// Walks through the list item by item; see [`clerk_http::Client::pages`].
            pub fn items(self) -> clerk_http::blocking::Items<Self> {
                self.pages().items()
            }
        }
    )* };
}

pub(crate) use {calls, lists};
