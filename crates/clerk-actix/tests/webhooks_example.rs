//! The example does what it says.
#![allow(dead_code, reason = "the example's `main` is not what runs here")]

#[path = "../examples/webhooks.rs"]
mod example;

#[actix_web::test]
async fn the_example_tests_itself() {
    example::self_test().await.unwrap();
}
