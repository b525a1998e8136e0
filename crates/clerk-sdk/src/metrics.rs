/// Tells the program's recorder what the metrics mean that are counted here, for `# HELP` lines and the like, and of what
/// fails seldom that it has not so far: who computes a rise from nothing misses the first.
///
/// Call it once the recorder is installed. Without one it does nothing. `docs/guides/metrics.md` lists the metrics.
pub fn register_metrics() {
    clerk_auth::register_metrics();
    clerk_http::register_metrics();
    clerk_jwks::register_metrics();
    #[cfg(feature = "webhooks")]
    clerk_webhooks::register_metrics();
}
