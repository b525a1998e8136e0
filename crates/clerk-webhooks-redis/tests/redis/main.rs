//! Against a Redis that each test starts for itself. Where this machine has none they say so and pass;
//! with `CLERK_TEST_REDIS_SERVER=redis-server`, or wherever it is, they fail then.

mod address;
mod contract;
mod credentials;
mod failover;
mod outages;
mod replicas;
mod server;
