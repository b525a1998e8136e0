//! What is done, one after the other. Which of the users or organizations there are is a number: it counts among those
//! that there are then, and now and then among all that there ever were.

use proptest::prelude::*;

use crate::{
    invitations::{self, Wish},
    lists::Lookup,
    organizations::{self, Facts, ROLES},
    plan::Plan,
    sessions,
    users::{self, Names, one},
    world::{DAY, Kind, World},
};

#[derive(Clone, Debug)]
pub(crate) enum Step {
    CreateUser(Vec<(Kind, usize)>, Names, bool),
    UpdateUser(usize, Names),
    DeleteUser(usize),
    Ban(Vec<usize>, bool),
    AddAddress(usize, (Kind, usize), (bool, bool)),
    ChangeAddress((Kind, usize), (bool, bool)),
    DeleteAddress(Kind, usize),
    CreateOrganization(Facts, Option<usize>),
    UpdateOrganization(usize, Facts),
    DeleteOrganization(usize),
    AddMember(usize, usize, usize),
    ChangeRole(usize, usize, usize),
    RemoveMember(usize, usize),
    Invite(Option<(usize, usize)>, usize, Option<usize>),
    InviteTwo(Option<(usize, usize)>, [usize; 2]),
    Revoke(usize, bool),
    Accept(usize),
    DeleteInvitation(usize),
    StartSession(usize, Option<usize>),
    RevokeSession(usize),
    Wait(u64),
    Look(Lookup),
}

pub(crate) enum Planned {
    Ask(Plan),
    Wait(u64),
    Look(Lookup),
}

const NOBODY: &str = "nobody";

/// One of what there is, or something that there is not.
fn pick<'w>(world: &World, number: usize, all: impl Iterator<Item = &'w String>) -> String {
    let all: Vec<&String> = all.collect();
    let (kind, number) = (number % 12, number / 12);
    let known = match kind {
        0 => world.ever.get(number % world.ever.len().max(1)),
        _ => all.get(number % all.len().max(1)).copied(),
    };
    known.map_or(NOBODY.to_owned(), String::clone)
}

impl Step {
    pub(crate) fn plan(&self, world: &World) -> Planned {
        let user = |number: &usize| pick(world, *number, world.users.iter().map(|known| &known.id));
        let organization = |number: &usize| {
            pick(
                world,
                *number,
                world.organizations.iter().map(|known| &known.id),
            )
        };
        let address = |kind: Kind, number: &usize| {
            let all = world.users.iter().flat_map(|user| user.addresses(kind));
            pick(world, *number, all.map(|own| &own.id))
        };
        let invitation = |number: &usize| {
            pick(
                world,
                *number,
                world.invitations.iter().map(|known| &known.id),
            )
        };
        // Members more often than others.
        let member = |number: &usize, id: &str| match number % 4 {
            0 => user(number),
            _ => pick(
                world,
                *number,
                world.members(id).into_iter().map(|known| &known.user),
            ),
        };
        let place = |place: &Option<(usize, usize)>| {
            place.map(|(number, role)| (organization(&number), one(&ROLES, role)))
        };
        Planned::Ask(match self {
            Self::Wait(seconds) => return Planned::Wait(*seconds),
            Self::Look(lookup) => return Planned::Look(lookup.clone()),
            Self::CreateUser(addresses, names, banned) => {
                users::create(world, addresses, names, *banned)
            }
            Self::UpdateUser(number, names) => users::update(world, &user(number), names),
            Self::DeleteUser(number) => users::delete(world, &user(number)),
            Self::Ban(numbers, banned) => {
                let ids: Vec<String> = numbers.iter().map(user).collect();
                users::ban(world, &ids, *banned)
            }
            Self::AddAddress(number, address, wishes) => {
                users::add_address(world, &user(number), *address, *wishes)
            }
            Self::ChangeAddress((kind, number), wishes) => {
                users::change_address(world, (*kind, &address(*kind, number)), *wishes)
            }
            Self::DeleteAddress(kind, number) => {
                users::delete_address(world, (*kind, &address(*kind, number)))
            }
            Self::CreateOrganization(facts, creator) => {
                organizations::create(world, facts, creator.as_ref().map(user))
            }
            Self::UpdateOrganization(number, facts) => {
                organizations::update(world, &organization(number), facts)
            }
            Self::DeleteOrganization(number) => organizations::delete(world, &organization(number)),
            Self::AddMember(number, who, role) => organizations::add_member(
                world,
                &organization(number),
                &user(who),
                one(&ROLES, *role),
            ),
            Self::ChangeRole(number, who, role) => {
                let id = organization(number);
                organizations::change_role(world, &id, &member(who, &id), one(&ROLES, *role))
            }
            Self::RemoveMember(number, who) => {
                let id = organization(number);
                organizations::remove_member(world, &id, &member(who, &id))
            }
            Self::Invite(to, email, inviter) => {
                let mut wish = Wish::of(*email, place(to));
                let id = wish.place.as_ref().map(|place| place.0.clone());
                wish.inviter = id.and_then(|id| Some(member(inviter.as_ref()?, &id)));
                invitations::invite(world, &wish)
            }
            Self::InviteTwo(to, emails) => {
                let wishes = emails.map(|email| Wish::of(email, place(to)));
                invitations::invite_two(world, &wishes)
            }
            Self::Revoke(number, rightly) => {
                let id = invitation(number);
                let mut all = world.invitations.iter();
                let known = all.find(|known| known.id == id);
                let rightful = known.and_then(|known| Some(known.place.as_ref()?.0.clone()));
                let place = match rightly {
                    true => rightful,
                    false => Some(organization(number)),
                };
                invitations::revoke(world, &id, place.as_deref())
            }
            Self::Accept(number) => invitations::accept(world, &invitation(number)),
            Self::DeleteInvitation(number) => invitations::delete(world, &invitation(number)),
            Self::StartSession(number, place) => {
                let place = place.as_ref().map(organization);
                sessions::create(world, &user(number), place.as_deref())
            }
            Self::RevokeSession(number) => {
                let id = pick(world, *number, world.sessions.iter().map(|known| &known.id));
                sessions::revoke(world, &id)
            }
        })
    }
}

/// Any number that [`pick`] and [`one`] take.
fn number() -> impl Strategy<Value = usize> {
    0_usize..5000
}

fn seldom<T: Strategy>(strategy: T) -> impl Strategy<Value = Option<T::Value>> {
    proptest::option::weighted(0.3, strategy)
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![3 => Just(Kind::Email), 1 => Just(Kind::Phone)]
}

fn names() -> impl Strategy<Value = Names> {
    (seldom(number()), seldom(number()), seldom(number())).prop_map(
        |(username, external_id, first_name)| Names {
            username,
            external_id,
            first_name,
        },
    )
}

fn facts(always: f64) -> impl Strategy<Value = Facts> {
    let name = proptest::option::weighted(always, number());
    (name, seldom(number()), proptest::option::of(0_usize..3))
        .prop_map(|(name, slug, limit)| Facts { name, slug, limit })
}

fn place() -> impl Strategy<Value = Option<(usize, usize)>> {
    proptest::option::weighted(0.7, (number(), number()))
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let addresses = proptest::collection::vec((kind(), number()), 0..3);
    let flags = || (any::<bool>(), any::<bool>());
    let people = proptest::collection::vec(number(), 1..4);
    let lookup =
        (number(), number(), number(), 1_usize..4).prop_map(|(list, filter, order, limit)| {
            Step::Look(Lookup {
                list,
                filter,
                order,
                limit,
            })
        });
    prop_oneof![
        10 => (addresses, names(), proptest::bool::weighted(0.1)).prop_map(|(a, n, b)| Step::CreateUser(a, n, b)),
        4 => (number(), names()).prop_map(|(u, n)| Step::UpdateUser(u, n)),
        1 => number().prop_map(Step::DeleteUser),
        1 => (people, any::<bool>()).prop_map(|(u, b)| Step::Ban(u, b)),
        4 => (number(), (kind(), number()), flags()).prop_map(|(u, a, w)| Step::AddAddress(u, a, w)),
        4 => ((kind(), number()), flags()).prop_map(|(a, w)| Step::ChangeAddress(a, w)),
        2 => (kind(), number()).prop_map(|(k, a)| Step::DeleteAddress(k, a)),
        3 => (facts(0.9), proptest::option::of(number())).prop_map(|(f, u)| Step::CreateOrganization(f, u)),
        2 => (number(), facts(0.3)).prop_map(|(o, f)| Step::UpdateOrganization(o, f)),
        1 => number().prop_map(Step::DeleteOrganization),
        8 => (number(), number(), number()).prop_map(|(o, u, r)| Step::AddMember(o, u, r)),
        3 => (number(), number(), number()).prop_map(|(o, u, r)| Step::ChangeRole(o, u, r)),
        3 => (number(), number()).prop_map(|(o, u)| Step::RemoveMember(o, u)),
        7 => (place(), number(), seldom(number())).prop_map(|(p, e, i)| Step::Invite(p, e, i)),
        2 => (place(), [number(), number()]).prop_map(|(p, e)| Step::InviteTwo(p, e)),
        3 => (number(), proptest::bool::weighted(0.8)).prop_map(|(i, r)| Step::Revoke(i, r)),
        6 => number().prop_map(Step::Accept),
        1 => number().prop_map(Step::DeleteInvitation),
        4 => (number(), seldom(number())).prop_map(|(u, o)| Step::StartSession(u, o)),
        3 => number().prop_map(Step::RevokeSession),
        3 => prop_oneof![0..3_u64, Just(8 * DAY), Just(31 * DAY)].prop_map(Step::Wait),
        8 => lookup,
    ]
}
