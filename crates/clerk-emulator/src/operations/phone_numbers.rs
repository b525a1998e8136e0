use super::identifications;
use crate::{
    answer::Reply, call::Call, directory::IdentificationKind, refusal::Refusal, route::Handled,
};

const KIND: IdentificationKind = IdentificationKind::PhoneNumber;

pub(super) const HANDLERS: &[Handled] = &[
    ("CreatePhoneNumber", create),
    ("GetPhoneNumber", get),
    ("UpdatePhoneNumber", update),
    ("DeletePhoneNumber", delete),
    ("PreparePhoneNumberVerification", prepare),
    ("AttemptPhoneNumberVerification", attempt),
    ("ReplaceUserPhoneNumber", replace),
];

fn create(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::create(call, KIND)
}

fn get(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::get(call, KIND)
}

fn update(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::update(call, KIND)
}

fn delete(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::delete(call, KIND)
}

fn prepare(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::prepare(call, KIND)
}

fn attempt(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::attempt(call, KIND)
}

fn replace(call: &mut Call<'_>) -> Result<Reply, Refusal> {
    identifications::replace(call, KIND)
}
