use std::time::Duration;

use crate::{Emulator, LoggedRequest, LoggedWebhook, Message, state::State};

/// Waiting for what another thread or program is about to do. The thread blocks, and is told as soon as it has happened.
impl Emulator {
    /// The latest request with this method and this path (or for the operation with this path template, such as
    /// `/v1/users/{user_id}`), as soon as there is one. `None` if there is none within that time.
    ///
    /// ```
    /// # use clerk_emulator::{Emulator, Server};
    /// # use std::time::Duration;
    /// let clerk = Server::start(Emulator::builder())?;
    /// # let address = clerk.address();
    /// # let service = std::thread::spawn(move || {
    /// #     use std::io::Write as _;
    /// #     let mut stream = std::net::TcpStream::connect(address)?;
    /// #     stream.write_all(b"GET /v1/jwks HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
    /// #     Ok::<_, std::io::Error>(stream)
    /// # });
    /// // … the service under test starts …
    /// let fetched = clerk.emulator().wait_for_request("GET", "/v1/jwks", Duration::from_secs(10));
    /// assert!(fetched.is_some());
    /// # drop(service.join());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn wait_for_request(
        &self,
        method: &str,
        path: &str,
        within: Duration,
    ) -> Option<LoggedRequest> {
        self.wait_for(within, |state| {
            let requests = state.log.entries();
            let fitting = requests.filter(|entry| entry.method == method && entry.is_at(path));
            fitting.last().cloned()
        })
    }

    /// The latest message to this e-mail address or phone number, as soon as there is one. `None` if there is none
    /// within that time.
    ///
    /// ```
    /// # use clerk_emulator::Emulator;
    /// # use std::time::Duration;
    /// let emulator = Emulator::builder().build()?;
    /// let message = emulator.wait_for_message("ada@example.com", Duration::ZERO);
    /// assert_eq!(message.and_then(|message| message.code), None);
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn wait_for_message(&self, to: &str, within: Duration) -> Option<Message> {
        self.wait_for(within, |state| {
            let messages = state.directory.mailbox.messages(Some(to));
            messages.last().cloned()
        })
    }

    /// The latest webhook that tells of this and was sent, with or without success, as soon as there is one. `None`
    /// if there is none within that time.
    ///
    /// ```
    /// # use clerk_emulator::Emulator;
    /// # use std::time::Duration;
    /// let emulator = Emulator::builder().build()?;
    /// let webhook = emulator.wait_for_webhook("user.created", Duration::ZERO);
    /// assert!(!webhook.is_some_and(|webhook| webhook.is_delivered()));
    /// # Ok::<(), clerk_emulator::BuildError>(())
    /// ```
    pub fn wait_for_webhook(&self, event_type: &str, within: Duration) -> Option<LoggedWebhook> {
        self.wait_for(within, |state| {
            let sent = |webhook: &LoggedWebhook| {
                webhook.event_type == event_type && !webhook.attempts.is_empty()
            };
            state.outbox.log().filter(sent).last()
        })
    }

    fn wait_for<T>(&self, within: Duration, find: impl Fn(&State) -> Option<T>) -> Option<T> {
        let mut found = None;
        self.bell().wait_while(self.lock(), within, |state| {
            found = find(state);
            found.is_none()
        });
        found
    }
}
