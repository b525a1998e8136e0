/// What a user and the user's active organization are entitled to: features (`fea`) or plans
/// (`pla`).
///
/// The claim is a list of `scope:slug`, comma-separated, where the scope names the user (`u`), the
/// organization (`o`) or both.
#[derive(Clone, Copy, Debug)]
pub struct Entitlements<'c> {
    claim: Option<&'c str>,
    is_damaged: bool,
}

impl<'c> Entitlements<'c> {
    /// An element without a scope damages the whole list: it then entitles to nothing, because
    /// nobody can say what it was meant to say.
    pub(crate) fn new(claim: Option<&'c str>) -> Self {
        let claim = claim.filter(|list| !list.is_empty());
        let sound = |list: &str| list.split(',').all(|element| element.contains(':'));
        let is_damaged = claim.is_some_and(|list| !sound(list));
        Self {
            claim: claim.filter(|_| !is_damaged),
            is_damaged,
        }
    }

    /// Whether the claim is there and cannot be read, which is why it entitles to nothing.
    pub const fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    /// The slugs the user is entitled to, in the claim's order.
    pub fn of_user(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.scoped(|scope| matches!(scope, "u" | "uo" | "ou"))
    }

    /// The slugs the active organization is entitled to, in the claim's order.
    pub fn of_organization(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.scoped(|scope| matches!(scope, "o" | "uo" | "ou"))
    }

    /// Whether the user or the active organization is entitled to `slug`.
    pub fn contains(&self, slug: &str) -> bool {
        self.of_user()
            .chain(self.of_organization())
            .any(|one| one == slug)
    }

    fn scoped(&self, wanted: fn(&str) -> bool) -> impl Iterator<Item = &'c str> + use<'c> {
        self.claim
            .into_iter()
            .flat_map(|list| list.split(','))
            .filter_map(|element| element.trim().split_once(':'))
            .filter(move |(scope, _)| wanted(scope))
            .map(|(_, slug)| slug)
    }
}
