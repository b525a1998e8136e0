use std::{collections::BTreeSet, sync::Arc, time::Duration};

use clerk::{Clock as _, ManualClock, UnixTime};
use clerk_emulator::{Defect, Emulator, TokenBuilder};

use super::{
    report::Report,
    stage::{Door, Stage},
};
use crate::outcome::Failure;

/// Plays the whole story before one door, from the time `start` on.
pub(super) fn play(door: Door, start: UnixTime, report: &mut Report<'_>) -> Result<(), Failure> {
    let clock = Arc::new(ManualClock::at(start));
    let stage = Stage::start(&(Arc::clone(&clock) as _))?;
    let mut story = Story {
        door,
        stage: &stage,
        clock: &clock,
        report,
    };
    story.callers()?;
    story.rotation()?;
    story.outage()
}

struct Story<'s, 'o> {
    door: Door,
    stage: &'s Stage,
    clock: &'s ManualClock,
    report: &'s mut Report<'o>,
}

const EXPIRED: &str = "401 token-expired";
const FORGED: &str = "401 token-invalid-signature";
const NO_TOKEN: &str = "401 session-token-and-uat-missing";
const OTHER_KEY: &str = "401 jwk-kid-mismatch";
const OTHER_KIND: &str = "401 token-type-mismatch";
const OTHER_SITE: &str = "401 token-invalid-authorized-parties";
const UNREACHABLE: &str = "503 jwk-remote-failed-to-load";

impl Story<'_, '_> {
    fn callers(&mut self) -> Result<(), Failure> {
        let client = match self.door {
            Door::Async => "clerk::Clerk",
            Door::Blocking => "clerk::blocking::Clerk",
        };
        let url = self.stage.url(self.door);
        self.tell(&format!("GET {url}, protected by {client}"))?;
        let answered = self.stage.ask(self.door, None);
        self.report.step("no token", NO_TOKEN, &answered)?;
        self.ada("Ada's token", self.token().organization("acme"))?;
        self.ask("not a token", "not.a.token", "401 token-invalid")?;

        let ago = |seconds| self.token().issued_ago(Duration::from_secs(seconds));
        self.expect("Ada's token of 90 s ago", ago(90), EXPIRED)?;
        for (step, defect, expected) in [
            ("forged under our key's id", Defect::ForeignKey, FORGED),
            ("changed after signing", Defect::TamperedPayload, FORGED),
            (
                "without a signature",
                Defect::AlgNone,
                "401 token-invalid-algorithm",
            ),
            (
                "asked for by another site",
                Defect::WrongAuthorizedParty,
                OTHER_SITE,
            ),
        ] {
            self.expect(step, self.token().defect(defect), expected)?;
        }
        self.expect(
            "a JWT template's token",
            self.token().template("hasura"),
            OTHER_KIND,
        )?;
        self.expect("a machine's token", self.token().machine(), OTHER_KIND)?;

        let other = Emulator::builder()
            .build()
            .map_err(|error| Failure::setup("a second instance cannot be made", &error))?;
        let stranger = other.token().sign(self.clock.now());
        let answers: BTreeSet<String> = (0..10)
            .map(|_| self.stage.ask(self.door, Some(&stranger)))
            .collect();
        let answered = Vec::from_iter(answers).join(" or ");
        self.report
            .step("another instance's token, ten times", OTHER_KEY, &answered)?;
        self.fetches("1 for our key, 1 for the other's", 2)
    }

    fn rotation(&mut self) -> Result<(), Failure> {
        self.tell("Ten seconds later, the instance's key is rotated.")?;
        self.clock.advance(Duration::from_secs(10));
        let before = self.token();
        let before = before.sign(self.clock.now());
        self.stage.emulator().emulator().rotate_keys(true);
        self.ada("Ada's token, signed with the new key", self.token())?;
        self.ada_with("her token of before the rotation", &before)?;
        self.fetches("1 more for the new key", 3)
    }

    fn outage(&mut self) -> Result<(), Failure> {
        self.tell("The key server goes down, and the keys' five minutes pass.")?;
        self.stage.emulator().pause()?;
        self.clock.advance(Duration::from_secs(301));
        self.ada("Ada's new token", self.token())?;
        self.expect(
            "a forged one",
            self.token().defect(Defect::ForeignKey),
            FORGED,
        )?;
        let unknown = self.token().defect(Defect::UnknownKeyId);
        // It may well be good: a rotation that nobody could hear of.
        self.expect("a token under an unknown key", unknown, UNREACHABLE)?;

        self.tell("An hour later the keys are too old to be trusted.")?;
        self.clock.advance(Duration::from_secs(3600));
        self.expect("Ada's new token", self.token(), UNREACHABLE)?;

        self.tell("The key server comes back.")?;
        self.stage.emulator().resume()?;
        self.clock.advance(Duration::from_secs(30));
        self.ada("Ada's new token", self.token())?;
        let unknown = self.token().defect(Defect::UnknownKeyId);
        self.expect("a token under an unknown key", unknown, OTHER_KEY)
    }

    /// A token of Ada's, who is the first user of the example.
    fn token(&self) -> TokenBuilder {
        self.stage.emulator().emulator().token()
    }

    fn tell(&mut self, text: &str) -> Result<(), Failure> {
        Ok(self.report.tell(text)?)
    }

    /// Asks with a token that is to be accepted.
    fn ada(&mut self, step: &str, token: TokenBuilder) -> Result<(), Failure> {
        self.ada_with(step, &token.sign(self.clock.now()))
    }

    fn ada_with(&mut self, step: &str, token: &str) -> Result<(), Failure> {
        let emulator = self.stage.emulator().emulator();
        let ada = emulator.user_id("ada@example.com").unwrap_or_default();
        self.ask(step, token, &format!("200 {ada}"))
    }

    fn expect(&mut self, step: &str, token: TokenBuilder, expected: &str) -> Result<(), Failure> {
        self.ask(step, &token.sign(self.clock.now()), expected)
    }

    fn ask(&mut self, step: &str, token: &str, expected: &str) -> Result<(), Failure> {
        let answered = self.stage.ask(self.door, Some(token));
        Ok(self.report.step(step, expected, &answered)?)
    }

    /// How often the keys have been fetched so far.
    fn fetches(&mut self, why: &str, expected: usize) -> Result<(), Failure> {
        let emulator = self.stage.emulator().emulator();
        let fetched = emulator.count_requests("GET", "/v1/jwks");
        let step = format!("fetches: {why}");
        Ok(self
            .report
            .step(&step, &expected.to_string(), &fetched.to_string())?)
    }
}
