//! What visitors have at hand.

use super::*;

const RENEWAL: Duration = Duration::from_secs(50);

fn stock() -> (Emulator, Stock, fastrand::Rng) {
    let emulator = Emulator::builder().seed(seed(1)).build().unwrap();
    let mut random = fastrand::Rng::with_seed(1);
    let stock = Stock::new(&emulator, (1, RENEWAL), &mut random);
    (emulator, stock, random)
}

fn renew(emulator: &Emulator, stock: &mut Stock, at: At) -> usize {
    let errands = stock.errands(at);
    for errand in &errands {
        stock.put(*errand, errand.run(emulator), at);
    }
    errands.len()
}

#[test]
fn everybody_has_something_to_send_and_no_two_users_have_one_page() {
    let (_, mut stock, mut random) = stock();
    let awake = ASLEEP;
    for class in Class::ALL {
        let ticket = stock.ticket(class, 0, (awake, &mut random));
        assert_eq!(
            ticket.map(|ticket| ticket.asked.class),
            Some(class),
            "{}",
            class.name()
        );
    }
    let bearers = stock
        .slots
        .iter()
        .filter(|slot| matches!(slot.kind, Kind::Bearer(_)));
    let pages: std::collections::BTreeSet<_> = bearers
        .map(|slot| slot.ticket.asked.settled.body.clone())
        .collect();
    assert_eq!(pages.len(), USERS);
}

#[test]
fn tokens_are_renewed_one_after_the_other_by_the_key_that_signs_then() {
    let (emulator, mut stock, _) = stock();
    let new = KeyOf::Instance(emulator.rotate_keys(true).into());
    let with_new = |stock: &Stock| {
        let slots = stock.slots.iter();
        slots.filter(|slot| slot.ticket.asked.key == new).count()
    };
    assert_eq!(renew(&emulator, &mut stock, Duration::ZERO), 0);
    let half = renew(&emulator, &mut stock, RENEWAL / 2);
    assert!((10..45).contains(&half), "{half} of {}", stock.slots.len());
    renew(&emulator, &mut stock, RENEWAL);
    let without_key = |slot: &&Slot| slot.ticket.asked.key == KeyOf::Nobody;
    let keyless = stock.slots.iter().filter(without_key).count();
    assert_eq!(with_new(&stock), stock.slots.len() - keyless);
}

#[test]
fn a_browser_that_slept_comes_once_until_it_has_slept_again() {
    let (emulator, mut stock, mut random) = stock();
    let mut come = |stock: &mut Stock, at| {
        let comes = |_: &_| stock.ticket(Class::Refresh, 0, (at, &mut random)).is_some();
        (0..2 * SLEEPERS).filter(comes).count()
    };
    assert_eq!(come(&mut stock, ASLEEP - Duration::from_secs(1)), 0);
    assert_eq!(come(&mut stock, ASLEEP), SLEEPERS);
    let again = ASLEEP + ANSWERED;
    assert!(renew(&emulator, &mut stock, again) >= SLEEPERS);
    assert_eq!(come(&mut stock, again), 0);
    assert_eq!(come(&mut stock, again + ASLEEP), SLEEPERS);
}

#[test]
fn made_up_keys_are_new_each_time() {
    let (emulator, mut stock, mut random) = stock();
    let mut header = || {
        let ticket = stock
            .ticket(Class::MadeUp, 0, (Duration::ZERO, &mut random))
            .unwrap();
        let Credentials::Bearer(token) = ticket.credentials else {
            panic!("it is no bearer's");
        };
        let (header, _) = token.split_once('.').unwrap();
        String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
    };
    let (one, other) = (header(), header());
    assert_ne!(one, other);
    assert!(one.contains("ins_") && !one.contains(&emulator.key_id()));
}
