//! Ways in which a token, the key it is verified with, or what is asked of it can be odd.

pub(super) mod claims;
mod form;
pub(super) mod header;
pub(super) mod keys;
pub(super) mod options;

use super::{case::Case, draft::Draft, random::Random, signer::Signers};

/// Does one odd thing, or one good thing that is rarely done.
type Mutate = fn(&mut Random, &mut Draft, &Signers);

/// A mutation, its name in a case's story, and how often it is drawn.
struct Mutation {
    name: &'static str,
    weight: usize,
    mutate: Mutate,
}

const fn mutation(name: &'static str, weight: usize, mutate: Mutate) -> Mutation {
    Mutation {
        name,
        weight,
        mutate,
    }
}

const ALL: &[&[Mutation]] = &[
    claims::MUTATIONS,
    form::MUTATIONS,
    header::MUTATIONS,
    keys::MUTATIONS,
    options::MUTATIONS,
];

/// Makes up case `index` of the run `seed`.
pub(super) fn case(seed: u64, index: usize, signers: &Signers) -> Case {
    let random = &mut Random::of_case(seed, index);
    let mut draft = Draft::session(signers);
    if random.one_in(4) {
        draft.verified_with_pem();
    }
    // One odd thing shows what is made of it, two show which is judged first.
    let count = random.pick(&[0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4]);
    for _ in 0..count {
        let Mutation { name, mutate, .. } = draw(random);
        mutate(random, &mut draft, signers);
        draft.story.push(name);
    }
    let mut case = draft.finish(random, signers);
    case.id = index;
    case
}

fn draw(random: &mut Random) -> &'static Mutation {
    let all = || ALL.iter().copied().flatten();
    let total = all().map(|mutation| mutation.weight).sum();
    let mut ticket = random.below(total);
    for mutation in all() {
        if ticket < mutation.weight {
            return mutation;
        }
        ticket -= mutation.weight;
    }
    &ALL[0][0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_the_same_each_time() {
        let signers = Signers::new().unwrap();
        for index in 0..20 {
            let line = || case(7, index, &signers).to_line().unwrap();
            assert_eq!(line(), line());
        }
    }

    #[test]
    fn every_mutation_is_drawn() {
        let random = &mut Random::of_case(1, 0);
        let mut missing: Vec<&str> = ALL.iter().copied().flatten().map(|m| m.name).collect();
        for _ in 0..20_000 {
            let drawn = draw(random).name;
            missing.retain(|name| *name != drawn);
        }
        assert_eq!(missing, [""; 0]);
    }
}
