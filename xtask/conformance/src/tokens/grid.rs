//! Every odd value in every place, one at a time: what chance would leave out.

use serde_json::Value;

use super::{
    case::Case,
    draft::{AUDIENCE, Draft, ISSUER, Keys, PARTY},
    mutations::{
        claims::{CLAIMS, DATES, NUMBERS, ODD},
        header::{ALGORITHMS, CATEGORIES, IDS, TYPES},
        keys::{REMOVABLE, members, odd_numbers},
        options::{asked_for, claimed, listed},
    },
    random::Random,
    signer::{KEY_ID, Signers, Who},
};

pub(super) fn all(signers: &Signers) -> Vec<Case> {
    let mut grid = Grid {
        signers,
        cases: Vec::new(),
    };
    grid.claims();
    grid.header();
    grid.keys();
    grid.options();
    grid.cases
}

struct Grid<'s> {
    signers: &'s Signers,
    cases: Vec<Case>,
}

impl Grid<'_> {
    fn add(&mut self, change: impl FnOnce(&mut Draft)) {
        let mut draft = Draft::session(self.signers);
        draft.story.push("grid");
        change(&mut draft);
        let case = draft.finish(&mut Random::of_case(0, 0), self.signers);
        self.cases.push(case);
    }

    fn claims(&mut self) {
        for claim in CLAIMS {
            self.add(|draft| draft.payload.remove(claim));
            for value in ODD {
                self.add(|draft| draft.payload.set(claim, value));
            }
        }
        for claim in DATES {
            for number in NUMBERS {
                self.add(|draft| draft.payload.set(claim, number));
            }
        }
    }

    fn header(&mut self) {
        let members: [(&str, &[&str]); 4] = [
            ("typ", &TYPES),
            ("alg", &ALGORITHMS),
            ("kid", &IDS),
            ("cat", &CATEGORIES),
        ];
        for (member, own) in members {
            self.add(|draft| draft.header.remove(member));
            for value in ODD.iter().chain(own) {
                self.add(|draft| draft.header.set(member, *value));
            }
        }
    }

    fn keys(&mut self) {
        let published = self.signers.jwk(Who::Ours, KEY_ID);
        let n = published
            .get("n")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let odd = members().into_iter().chain(odd_numbers(n));
        let odd = odd.map(|(name, value)| {
            let mut jwk = published.clone();
            jwk.insert(name.to_owned(), value);
            jwk
        });
        let less = REMOVABLE.iter().map(|name| {
            let mut jwk = published.clone();
            jwk.remove(*name);
            jwk
        });
        for jwk in odd.chain(less) {
            self.add(|draft| draft.keys = Keys::Jwks(vec![jwk.into()]));
        }
    }

    fn options(&mut self) {
        for (audience, aud) in pairs(AUDIENCE) {
            self.add(|draft| {
                draft.options.audience = Some(audience);
                draft.payload.set("aud", aud);
            });
        }
        for (party, azp) in pairs(PARTY) {
            self.add(|draft| {
                draft.options.authorized_parties = Some(listed(party));
                draft.payload.set("azp", azp);
            });
        }
        for (issuer, iss) in pairs(ISSUER) {
            self.add(|draft| {
                draft.options.issuer = Some(issuer);
                draft.payload.set("iss", iss);
            });
        }
    }
}

fn pairs(text: &str) -> impl Iterator<Item = (Value, String)> {
    let claims = claimed(text);
    asked_for(text)
        .into_iter()
        .flat_map(move |asked| claims.clone().map(|claim| (asked.clone(), claim)))
}
