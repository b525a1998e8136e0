/// Which of an application's two kinds of instance a key belongs to.
///
/// See <https://clerk.com/docs/deployments/environments>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstanceType {
    /// `pk_test_…`, `sk_test_…`: relaxed cookies, a dev browser, no own domain.
    Development,
    /// `pk_live_…`, `sk_live_…`.
    Production,
}
