//! Email addresses and phone numbers, and emails.

use clerk_api::{email_addresses, emails, models, phone_numbers};
use serde_json::json;

use super::Table;

pub(super) fn all(table: &mut Table) {
    emails_rows(table);
    email_addresses_rows(table);
    phone_numbers_rows(table);
}

fn email_addresses_rows(table: &mut Table) {
    table.row(
        "emailAddresses.createEmailAddress",
        json!([{ "userId": "user_1", "emailAddress": "ada@example.com" }]),
        email_addresses::create("user_1", "ada@example.com"),
    );
    table.row(
        "emailAddresses.createEmailAddress",
        json!([{
            "userId": "user_1",
            "emailAddress": "ada@example.com",
            "verified": true,
            "primary": true,
        }]),
        email_addresses::create("user_1", "ada@example.com")
            .verified(true)
            .primary(true),
    );
    table.row(
        "emailAddresses.getEmailAddress",
        json!(["email_address_1"]),
        email_addresses::get("email_address_1"),
    );
    table.row(
        "emailAddresses.deleteEmailAddress",
        json!(["email_address_1"]),
        email_addresses::delete("email_address_1"),
    );
    table.row(
        "emailAddresses.updateEmailAddress",
        json!(["email_address_1"]),
        email_addresses::update("email_address_1"),
    );
    table.row(
        "emailAddresses.updateEmailAddress",
        json!(["email_address_1", { "verified": true, "primary": true }]),
        email_addresses::update("email_address_1")
            .verified(true)
            .primary(true),
    );
    table.row(
        "users.replaceUserEmailAddress",
        json!(["user_1", { "emailAddress": "ada@example.com" }]),
        email_addresses::replace_for_user("user_1", "ada@example.com"),
    );
    table.row(
        "users.replaceUserEmailAddress",
        json!(["user_1", {
            "emailAddress": "ada@example.com",
            "notifyPrimaryEmailAddressChanged": true,
        }]),
        email_addresses::replace_for_user("user_1", "ada@example.com")
            .notify_primary_email_address_changed(true),
    );
}

fn phone_numbers_rows(table: &mut Table) {
    table.row(
        "phoneNumbers.createPhoneNumber",
        json!([{ "userId": "user_1", "phoneNumber": "+15550100" }]),
        phone_numbers::create("user_1", "+15550100"),
    );
    table.row(
        "phoneNumbers.createPhoneNumber",
        json!([{
            "userId": "user_1",
            "phoneNumber": "+15550100",
            "verified": true,
            "primary": true,
            "reservedForSecondFactor": true,
        }]),
        phone_numbers::create("user_1", "+15550100")
            .verified(true)
            .primary(true)
            .reserved_for_second_factor(true),
    );
    table.row(
        "phoneNumbers.getPhoneNumber",
        json!(["phone_number_1"]),
        phone_numbers::get("phone_number_1"),
    );
    table.row(
        "phoneNumbers.deletePhoneNumber",
        json!(["phone_number_1"]),
        phone_numbers::delete("phone_number_1"),
    );
    table.row(
        "phoneNumbers.updatePhoneNumber",
        json!(["phone_number_1"]),
        phone_numbers::update("phone_number_1"),
    );
    table.row(
        "phoneNumbers.updatePhoneNumber",
        json!(["phone_number_1", {
            "verified": true,
            "primary": true,
            "reservedForSecondFactor": true,
        }]),
        phone_numbers::update("phone_number_1")
            .verified(true)
            .primary(true)
            .reserved_for_second_factor(true),
    );
    table.row(
        "users.replaceUserPhoneNumber",
        json!(["user_1", { "phoneNumber": "+15550100" }]),
        phone_numbers::replace_for_user("user_1", "+15550100"),
    );
}

fn emails_rows(table: &mut Table) {
    let ada = || models::EmailRecipient::new().address("ada@example.com");
    let shop = || models::Mailbox::new("shop@example.com");
    table.row(
        "emails.create",
        json!([{
            "to": { "address": "ada@example.com" },
            "from": { "address": "shop@example.com" },
            "subject": "subject",
            "text": "text",
        }]),
        emails::create(ada(), shop(), "subject").text("text"),
    );
    table.row(
        "emails.create",
        json!([{
            "to": { "userId": "user_1" },
            "from": { "address": "shop@example.com", "name": "Shop" },
            "subject": "subject",
            "html": "<p>html</p>",
            "replyTo": { "address": "help@example.com" },
            "cc": ["cc@example.com"],
            "bcc": ["bcc@example.com"],
            "attachments": [{ "filename": "a.txt", "content": "QQ==" }],
        }]),
        emails::create(
            models::EmailRecipient::new().user_id("user_1"),
            shop().name("Shop"),
            "subject",
        )
        .html("<p>html</p>")
        .reply_to(models::Mailbox::new("help@example.com"))
        .cc(["cc@example.com"])
        .bcc(["bcc@example.com"])
        .attachments([models::EmailAttachment::new("a.txt", "QQ==")]),
    );
    table.row(
        "emails.createBatch",
        json!([[{
            "to": { "address": "ada@example.com" },
            "from": { "address": "shop@example.com" },
            "subject": "subject",
            "text": "text",
            "idempotencyKey": "order-1",
        }]]),
        emails::create_batch([models::OutgoingEmail::new(ada(), shop(), "subject")
            .text("text")
            .idempotency_key("order-1")]),
    );
    table.row("emails.get", json!(["ema_1"]), emails::get("ema_1"));
}
