//! The Backend API through the facade, against an emulated instance, async and blocking: one text,
//! one `.await` apart.
#![cfg(all(feature = "async", feature = "blocking"))]
#![cfg(all(feature = "users", feature = "organizations"))]

use clerk::api::{models::SessionStatus, organizations, users};
use clerk::http::{CallOptions, Operation as _};
use clerk_emulator::{Emulator, Server};
use serde_json::json;

/// Everything below, with `$await` behind every call.
macro_rules! tour {
    ($clerk:ident, $($await:tt)*) => {{
        let users = $clerk.users();
        let seeded = users.count().send()$($await)*?.total_count;
        let metadata = json!({"plan": "pro", "seats": 5});
        let ada = users
            .create()
            .email_address(["augusta@example.com"])
            .first_name("Ada")
            .last_name("Lovelace")
            .public_metadata(&metadata)
            .send()$($await)*?;
        assert_eq!(ada.first_name.as_deref(), Some("Ada"));
        assert_eq!(ada.public_metadata.get("seats")?, Some(5));
        assert_eq!(ada.banned, Some(false));
        let address = ada.email_addresses.first().ok_or("there is an address")?;
        assert_eq!(address.email_address.as_deref(), Some("augusta@example.com"));

        let renamed = users.update(&ada.id).first_name("Augusta").clear_last_name();
        let renamed = renamed.send()$($await)*?;
        assert_eq!(renamed.first_name.as_deref(), Some("Augusta"));
        assert_eq!(renamed.last_name, None);

        let merged = users.merge_metadata(&ada.id).public_metadata(json!({"seats": null}));
        let merged = merged.send()$($await)*?;
        assert_eq!(merged.public_metadata.to::<serde_json::Value>()?, json!({"plan": "pro"}));

        let banned = users.ban(&ada.id).send()$($await)*?;
        assert_eq!(banned.banned, Some(true));
        users.unban(&ada.id).send()$($await)*?;

        for number in 0..6 {
            let address = format!("user+{number}@example.com");
            users.create().email_address([address]).send()$($await)*?;
        }
        // A value for any client, here sent twice.
        let page = users::list().limit(3).order_by("+created_at").offset(1);
        let page = page.with(CallOptions::new().header("x-shop", "books"));
        let first = $clerk.send(&page)$($await)*?;
        let again = $clerk.send(&page)$($await)*?;
        let ids = |page: &clerk::http::Page<clerk::api::models::User>| {
            page.into_iter().map(|user| user.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&first).len(), 3);
        assert_eq!(ids(&first), ids(&again));

        // Walks: by cursor, by offset where the order has no cursor, and with a count.
        for list in [
            users.list().limit(3),
            users.list().limit(3).order_by("-email_address"),
        ] {
            let mut walk = list.items();
            let mut seen = Vec::new();
            while let Some(user) = walk.next()$($await)* {
                seen.push(user?.id);
            }
            seen.sort();
            seen.dedup();
            assert_eq!(u64::try_from(seen.len())?, seeded + 7);
        }
        let plus = users.list().email_address(["user+3@example.com"]).send()$($await)*?;
        assert_eq!(plus.data.len(), 1);
        let count = users.count().send()$($await)*?;
        assert_eq!(count.total_count, seeded + 7);

        let session = $clerk.sessions().create(&ada.id).send()$($await)*?;
        assert_eq!(session.status, Some(SessionStatus::Active));
        let token = $clerk.sessions().create_token(&session.id).send()$($await)*?;
        let verified = $clerk.verify_token(&token.jwt)$($await)*?;
        assert_eq!(ada.id, verified.claims().user_id());
        assert!(!format!("{token:?}").contains(&token.jwt));

        let acme = $clerk.organizations().create("Acme").created_by(&ada.id);
        let acme = acme.send()$($await)*?;
        let members = $clerk.organization_memberships().list(&acme.id);
        let members = members.send()$($await)*?;
        assert_eq!(members.total_count, Some(1));
        assert_eq!(members.data[0].role.as_deref(), Some("org:admin"));
        let gone = $clerk.send(organizations::delete(&acme.id))$($await)*?;
        assert_eq!(gone.deleted, Some(true));

        let options = CallOptions::new().idempotency_key("augusta-1");
        let locked = users.lock(&ada.id).send_with(options)$($await)*?;
        assert_eq!(locked.locked, Some(true));

        users.delete(&ada.id).send()$($await)*?;
        let missing = users.get(&ada.id).send()$($await)*.unwrap_err();
        assert_eq!(missing.status().map(|status| status.as_u16()), Some(404));
        assert!(missing.api().is_some_and(|error| error.has_code("resource_not_found")));
        let refused = users.get("..").send()$($await)*.unwrap_err();
        assert_eq!(refused.to_string(), "GetUser was not sent: user_id is `..`");
        Ok::<(), Box<dyn std::error::Error>>(())
    }};
}

#[test]
fn blocking() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start(Emulator::builder())?;
    let clerk = clerk::blocking::Clerk::builder()
        .secret_key(server.emulator().secret_key())
        .api_url(server.url())
        .build()?;
    tour!(clerk,)
}

#[test]
fn asynchronous() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start(Emulator::builder())?;
    let clerk = clerk::Clerk::builder()
        .secret_key(server.emulator().secret_key())
        .api_url(server.url())
        .build()?;
    tokio::runtime::Runtime::new()?.block_on(async { tour!(clerk, .await) })
}

#[test]
fn clients_of_several_instances_call_their_own() -> Result<(), Box<dyn std::error::Error>> {
    let key = |name| format!("sk_test_{name}");
    let start = |name| Server::start(Emulator::builder().secret_key(key(name)));
    let (shop, blog) = (start("shop")?, start("blog")?);
    let client = |server: &Server, name| {
        let builder = clerk::blocking::Clerk::builder().secret_key(key(name).as_str());
        builder.api_url(server.url()).build()
    };
    let (shops, blogs) = (client(&shop, "shop")?, client(&blog, "blog")?);
    let seeded = shops.users().count().send()?.total_count;
    let buyer = shops.users().create().email_address(["buyer@example.com"]);
    let buyer = buyer.send()?;
    assert_eq!(shops.users().count().send()?.total_count, seeded + 1);
    assert_eq!(blogs.users().count().send()?.total_count, seeded);
    let unknown = blogs.users().get(&buyer.id).send().unwrap_err();
    assert_eq!(unknown.status().map(|status| status.as_u16()), Some(404));

    let crossed = client(&blog, "shop")?.users().count().send().unwrap_err();
    assert_eq!(crossed.status().map(|status| status.as_u16()), Some(401));
    // A value is bound to neither.
    let find = users::get(&buyer.id);
    assert!(shops.send(&find).is_ok() && blogs.send(&find).is_err());
    Ok(())
}

#[test]
fn a_call_that_knows_its_client_shows_no_key() {
    let clerk = clerk::Clerk::builder()
        .secret_key("sk_test_planted")
        .machine_secret_key("ak_planted")
        .build()
        .unwrap();
    let shown = format!("{:?} {:?}", clerk.users(), clerk.users().list().limit(5));
    assert!(shown.contains("limit"), "{shown}");
    assert!(!shown.contains("planted"), "{shown}");
}

#[test]
fn calls_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: T) {}

    let clerk = clerk::Clerk::builder()
        .secret_key("sk_test_abc")
        .build()
        .unwrap();
    let other = clerk.clone();
    spawnable(async move { clerk.users().get("user_1").send().await });
    spawnable(async move {
        let mut walk = other.client().pages(users::list()).items();
        walk.next().await
    });
}
