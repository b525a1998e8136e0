use std::time::Duration;

use clerk_emulator::{LoggedWebhook, WebhookDefect};

use super::Story;
use crate::outcome::Failure;

impl Story<'_, '_> {
    /// What Clerk tells the API of, and what others say in its name.
    pub(super) fn webhooks(&mut self) -> Result<(), Failure> {
        self.tell("POST /webhooks, where Clerk tells of new users, and GET /welcomed")?;
        self.stage.subscribe(self.door)?;
        self.stage
            .sign_up(self.door, "grace@example.com", "Grace")?;
        self.delivered("Grace signs up", "user.created 200")?;
        self.welcomed("Grace is welcomed", "200 Grace")?;

        let id = self.last_webhook().map(|webhook| webhook.id);
        let id = id.unwrap_or_default();
        let emulator = self.stage.emulator().emulator();
        emulator.replay_webhook(&id);
        self.delivered("the same delivery comes again", "user.created 200")?;
        self.welcomed("she is not welcomed twice", "200 Grace")?;
        for (step, defect) in [
            ("one under another secret", WebhookDefect::ForeignSecret),
            ("one with a changed body", WebhookDefect::AlteredBody),
            ("one of an hour ago", WebhookDefect::Stale),
            ("one without a signature", WebhookDefect::MissingSignature),
        ] {
            emulator.forge_webhook(&id, defect);
            self.delivered(step, "user.created 400")?;
        }

        self.stage.welcomes().set_down(true);
        self.stage.sign_up(self.door, "alan@example.com", "Alan")?;
        self.delivered(
            "Alan signs up, and the database is down",
            "user.created 500",
        )?;
        self.stage.welcomes().set_down(false);
        self.clock.advance(Duration::from_secs(5));
        self.delivered("Clerk tries again", "user.created 500 200")?;
        self.welcomed("and nobody was lost", "200 Grace, Alan")
    }

    /// What the API answered to the attempts of the last webhook.
    fn delivered(&mut self, step: &str, expected: &str) -> Result<(), Failure> {
        self.stage
            .emulator()
            .settle_webhooks(Duration::from_secs(10));
        let mut answered = String::from("nothing was sent");
        if let Some(webhook) = self.last_webhook() {
            answered = webhook.event_type.to_owned();
            for attempt in &webhook.attempts {
                let status = attempt.status.map(|status| status.as_u16().to_string());
                answered.push(' ');
                answered.push_str(status.as_deref().unwrap_or("unanswered"));
            }
        }
        Ok(self.report.step(step, expected, &answered)?)
    }

    fn last_webhook(&self) -> Option<LoggedWebhook> {
        self.stage.emulator().emulator().webhooks().pop()
    }

    fn welcomed(&mut self, step: &str, expected: &str) -> Result<(), Failure> {
        let answered = self.stage.ask(self.door, "/welcomed", None);
        Ok(self.report.step(step, expected, &answered)?)
    }
}
