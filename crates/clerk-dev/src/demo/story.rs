mod webhooks;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use clerk::{Clock as _, ManualClock, UnixTime};
use clerk_emulator::{Browser, Defect, Emulator, Page, TokenBuilder};
use serde_json::json;

use super::{
    report::Report,
    stage::{Door, OWN_MACHINE, Stage, summary},
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
    story.permissions()?;
    story.machines()?;
    story.webhooks()?;
    let browser = story.browser()?;
    story.rotation()?;
    story.outage(browser)
}

struct Story<'s, 'o> {
    door: Door,
    stage: &'s Stage,
    clock: &'s ManualClock,
    report: &'s mut Report<'o>,
}

const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";

const EXPIRED: &str = "401 session-token-expired-refresh-non-eligible-no-refresh-cookie";
const FORGED: &str = "401 token-invalid-signature";
const NO_TOKEN: &str = "401 dev-browser-missing";
const OTHER_KEY: &str = "401 jwk-kid-mismatch";
const OTHER_KIND: &str = "401 token-type-mismatch";
const OTHER_SITE: &str = "401 token-invalid-authorized-parties";
const SIGNED_OUT: &str = "401 session-token-and-uat-missing";
const UNREACHABLE: &str = "503 jwk-remote-failed-to-load";

impl Story<'_, '_> {
    fn callers(&mut self) -> Result<(), Failure> {
        let client = match self.door {
            Door::Async => "clerk::Clerk",
            Door::Blocking => "clerk::blocking::Clerk",
        };
        let url = self.stage.url(self.door, "/me");
        self.tell(&format!("GET {url}, protected by {client}"))?;
        let answered = self.stage.ask(self.door, "/me", None);
        self.report.step("no token", NO_TOKEN, &answered)?;
        self.ada("Ada's token", self.token().organization("acme"))?;
        self.ask("not a token", "/me", "not.a.token", "401 token-invalid")?;

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

        let other = Emulator::builder()
            .build()
            .map_err(|error| Failure::setup("a second instance cannot be made", &error))?;
        let stranger = other.token().sign(self.clock.now());
        let answers: BTreeSet<String> = (0..10)
            .map(|_| self.stage.ask(self.door, "/me", Some(&stranger)))
            .collect();
        let answered = Vec::from_iter(answers).join(" or ");
        self.report
            .step("another instance's token, ten times", OTHER_KEY, &answered)?;
        self.fetches("1 for our key, 1 for the other's", 2)
    }

    fn permissions(&mut self) -> Result<(), Failure> {
        self.tell("GET /members, for the role org:admin, and /password, for who is there now")?;
        let of = |user: &str| self.token().user(user).organization("acme");
        let (ada, bob) = (of(ADA), of(BOB));
        let (admin, member) = (ada.sign(self.clock.now()), bob.sign(self.clock.now()));
        let (yes, no) = (self.answer_to(ADA), "403 role_missing");
        self.ask("Ada, admin of acme", "/members", &admin, &yes)?;
        self.ask("Bob, member of acme", "/members", &member, no)?;
        let alone = self.token().sign(self.clock.now());
        self.ask("Ada, with no organization active", "/members", &alone, no)?;

        self.ask("Ada, who has just signed in", "/password", &alone, &yes)?;
        let earlier = self.token().claim("fva", json!([30, -1]));
        let earlier = earlier.sign(self.clock.now());
        let again = "403 reverification_required";
        self.ask("Ada, half an hour later", "/password", &earlier, again)
    }

    fn machines(&mut self) -> Result<(), Failure> {
        self.tell("GET /machine, for machines")?;
        let sign = |token: TokenBuilder| token.sign(self.clock.now());
        let (key, opaque) = (
            sign(self.token().api_key()),
            sign(self.token().opaque_machine().scope(OWN_MACHINE)),
        );
        let of_machine = |scope| sign(self.token().machine().scope(scope));
        let (machine, other) = (of_machine(OWN_MACHINE), of_machine("mch_another"));
        let session = sign(self.token());
        self.ask("an API key", "/machine", &key, "200 api_key")?;
        self.ask("a machine's token", "/machine", &opaque, "200 m2m_token")?;
        self.ask("one that is a JWT", "/machine", &machine, "200 m2m_token")?;
        let refused = "401 token-verification-failed";
        self.ask("one for another machine", "/machine", &other, refused)?;
        self.ask("Ada's session token", "/machine", &session, OTHER_KIND)?;
        self.ask("a made-up key", "/machine", "ak_x", "401 token-invalid")?;
        self.ask("an API key, at /me", "/me", &key, OTHER_KIND)?;
        self.ask("a machine's token, at /me", "/me", &machine, OTHER_KIND)
    }

    /// A browser that has visited, signed in, stayed, left, and signed in again.
    fn browser(&mut self) -> Result<Browser, Failure> {
        self.tell("A browser opens /me: to Clerk and back, and its cookies tell.")?;
        let mut browser = Browser::new();
        let ada = self.answer_to(ADA);
        let page = self.open(&mut browser, "/me");
        let expected = format!("307 307 307 {SIGNED_OUT}");
        self.arrive("its first visit", &page, &expected)?;
        let page = self.submit(&mut browser, "/sign-in");
        let signed_in = format!("303 307 307 307 {ada}");
        self.arrive("Ada signs in on Clerk's page", &page, &signed_in)?;
        let page = self.open(&mut browser, "/me");
        self.arrive("the page again", &page, &ada)?;
        self.clock.advance(Duration::from_secs(61));
        let page = self.open(&mut browser, "/me");
        self.arrive("a minute later, with a fresh token", &page, &ada)?;
        let page = self.submit(&mut browser, "/sign-out");
        let expected = format!("303 307 307 307 {SIGNED_OUT}");
        self.arrive("Ada signs out", &page, &expected)?;
        let page = self.submit(&mut browser, "/sign-in");
        self.arrive("and in again", &page, &signed_in)?;
        Ok(browser)
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

    fn outage(&mut self, mut browser: Browser) -> Result<(), Failure> {
        self.tell("Clerk goes down, and the keys' five minutes pass.")?;
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
        let key = self.token().api_key().sign(self.clock.now());
        // Only Clerk knows what it stands for.
        self.ask("an API key", "/machine", &key, "503 unexpected-error")?;

        self.tell("An hour later the keys are too old to be trusted.")?;
        self.clock.advance(Duration::from_secs(3600));
        self.expect("Ada's new token", self.token(), UNREACHABLE)?;
        let page = self.open(&mut browser, "/me");
        self.arrive("the browser with its cookies", &page, UNREACHABLE)?;
        let page = self.open(&mut browser, "/status");
        self.arrive("and at /status, which anybody may see", &page, "200")?;

        self.tell("Clerk comes back.")?;
        self.stage.emulator().resume()?;
        self.clock.advance(Duration::from_secs(30));
        self.ada("Ada's new token", self.token())?;
        let page = self.open(&mut browser, "/me");
        let ada = self.answer_to(ADA);
        self.arrive("the browser", &page, &ada)?;
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

    /// What is answered to a user who is let in.
    fn answer_to(&self, email: &str) -> String {
        let emulator = self.stage.emulator().emulator();
        format!("200 {}", emulator.user_id(email).unwrap_or_default())
    }

    /// Asks with a token that is to be accepted.
    fn ada(&mut self, step: &str, token: TokenBuilder) -> Result<(), Failure> {
        self.ada_with(step, &token.sign(self.clock.now()))
    }

    fn ada_with(&mut self, step: &str, token: &str) -> Result<(), Failure> {
        self.ask(step, "/me", token, &self.answer_to(ADA))
    }

    fn expect(&mut self, step: &str, token: TokenBuilder, expected: &str) -> Result<(), Failure> {
        self.ask(step, "/me", &token.sign(self.clock.now()), expected)
    }

    fn ask(&mut self, step: &str, path: &str, token: &str, expected: &str) -> Result<(), Failure> {
        let answered = self.stage.ask(self.door, path, Some(token));
        Ok(self.report.step(step, expected, &answered)?)
    }

    fn open(&self, browser: &mut Browser, path: &str) -> Page {
        let url = self.stage.url(self.door, path);
        browser.open(&url, self.clock.now(), |request| self.stage.carry(request))
    }

    /// Presses the button on a page of Clerk's that then leads back to `/me`.
    fn submit(&self, browser: &mut Browser, page: &str) -> Page {
        let emulator = self.stage.emulator();
        let user = emulator.emulator().user_id(ADA).unwrap_or_default();
        let back = self.stage.url(self.door, "/me");
        let form = [("redirect_url", back.as_str()), ("user", &user)];
        let url = format!("{}{page}", emulator.url());
        browser.submit(&url, &form, self.clock.now(), |request| {
            self.stage.carry(request)
        })
    }

    /// Where a browser has come, after which redirects.
    fn arrive(&mut self, step: &str, page: &Page, expected: &str) -> Result<(), Failure> {
        let mut statuses = page.statuses();
        statuses.pop();
        let way = statuses.iter().map(|status| format!("{status} "));
        let answered = way.collect::<String>() + &summary(&page.response);
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
