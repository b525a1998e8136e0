//! The load over the day, as a drawing.

use std::fmt::Write as _;

use crate::{
    day::{self, Moment, Window},
    place::Hosting,
    report::{FleetReport, OURS, PARTS, Report},
    tally::Tally,
};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 108.0;
const RIGHT: f64 = 24.0;
/// From one drawing to the next.
const HEIGHT: f64 = 440.0;
/// Above the axes: the title, and what the parts of the day are.
const ABOVE: f64 = 92.0;
const BELOW: f64 = 52.0;
/// The axis goes to a million.
const DECADES: u32 = 6;
/// What a point of a line stands for: longer than keys are kept before they are refreshed, so that herds are seen as
/// what they come to, and not as combs.
const POINT: Moment = Moment::from_secs(300);

const COLOURS: [&str; 3] = ["#1261a0", "#c0392b", "#d98200"];

/// A drawing for each fleet, one below the other.
pub(crate) fn svg(report: &Report) -> String {
    let mut text = String::new();
    let _ = write(report, &mut text);
    text
}

fn write(report: &Report, text: &mut String) -> std::fmt::Result {
    let height = HEIGHT * report.fleets.len() as f64;
    writeln!(
        text,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" fill="#333">
<rect width="{WIDTH}" height="{height}" fill="#fff"/>"##
    )?;
    for (index, fleet) in report.fleets.iter().enumerate() {
        writeln!(
            text,
            r#"<g transform="translate(0 {})">"#,
            HEIGHT * index as f64
        )?;
        write_fleet(report, fleet, text)?;
        writeln!(text, "</g>")?;
    }
    writeln!(text, "</svg>")
}

fn write_fleet(report: &Report, fleet: &FleetReport, text: &mut String) -> std::fmt::Result {
    let instances = grouped(report.options.instances);
    let what = match fleet.hosting {
        Hosting::Servers => "servers",
        Hosting::Isolates => "isolates",
    };
    let rate = report.options.rate;
    writeln!(
        text,
        r#"<text x="{LEFT}" y="28" font-size="16" font-weight="bold">Fetches at the key server: {rate} requests a second to each of {instances} {what}</text>"#
    )?;
    write_legend(fleet, text)?;
    write_parts(text)?;
    write_axes(text)?;
    for (index, (name, tally)) in fleet.tallies.iter().enumerate().rev() {
        write_line(colour(name, index), tally, text)?;
    }
    Ok(())
}

/// A policy has the same colour in each drawing.
fn colour(name: &str, index: usize) -> &'static str {
    match name {
        OURS => COLOURS[0],
        _ if name.starts_with('@') => COLOURS[2],
        _ => COLOURS[index.min(1)],
    }
}

fn write_legend(fleet: &FleetReport, text: &mut String) -> std::fmt::Result {
    for (index, (name, _)) in fleet.tallies.iter().enumerate() {
        let x = LEFT + 170.0 * index as f64;
        let colour = colour(name, index);
        writeln!(
            text,
            r#"<path d="M{x} 46h26" stroke="{colour}" stroke-width="3"/><text x="{}" y="50">{name}</text>"#,
            x + 32.0
        )?;
    }
    Ok(())
}

/// Where in the day what happens, shaded.
fn write_parts(text: &mut String) -> std::fmt::Result {
    let parts = PARTS
        .iter()
        .filter(|(name, _)| !matches!(*name, "calm" | "recovery" | "after it" | "whole day"));
    for (index, (name, Window { from, to })) in parts.enumerate() {
        let (left, right) = (x(*from), x(*to));
        let width = right - left;
        let height = HEIGHT - ABOVE - BELOW;
        // Names of parts that are close to each other take turns, one above the other.
        let label = if index % 2 == 0 {
            ABOVE - 8.0
        } else {
            ABOVE - 23.0
        };
        writeln!(
            text,
            r##"<rect x="{left:.1}" y="{ABOVE}" width="{width:.1}" height="{height}" fill="#e9edf1"/><text x="{left:.1}" y="{label}" font-size="12" fill="#555">{name}</text>"##
        )?;
    }
    Ok(())
}

fn write_axes(text: &mut String) -> std::fmt::Result {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BELOW);
    for decade in 0..=DECADES {
        let value = 10_u32.pow(decade);
        let y = y(value);
        writeln!(
            text,
            r##"<path d="M{LEFT} {y:.1}H{right}" stroke="#d5dade"/><text x="{}" y="{:.1}" text-anchor="end">{}</text>"##,
            LEFT - 8.0,
            y + 4.0,
            grouped(value as usize)
        )?;
    }
    for hour in (0..=24).step_by(3) {
        let x = x(day::hours(hour, 0));
        writeln!(
            text,
            r##"<path d="M{x:.1} {bottom}v6" stroke="#333"/><text x="{x:.1}" y="{}" text-anchor="middle">{hour}:00</text>"##,
            bottom + 20.0
        )?;
    }
    let middle = (ABOVE + bottom) / 2.0;
    writeln!(
        text,
        r##"<path d="M{LEFT} {bottom}H{right}" stroke="#333"/><text x="{}" y="{}" text-anchor="middle">time of day</text><text transform="translate(20 {middle}) rotate(-90)" text-anchor="middle">fetches a second, the busiest second of five minutes</text>"##,
        (LEFT + right) / 2.0,
        bottom + 42.0
    )
}

fn write_line(colour: &str, tally: &Tally, text: &mut String) -> std::fmt::Result {
    write!(
        text,
        r#"<polyline fill="none" stroke="{colour}" stroke-width="1.8" stroke-linejoin="round" points=""#
    )?;
    let mut from = Moment::ZERO;
    while from < day::MIDNIGHT {
        let point = Window {
            from,
            to: from + POINT,
        };
        let middle = from + POINT / 2;
        write!(text, "{:.1},{:.1} ", x(middle), y(tally.peak(point)))?;
        from += POINT;
    }
    writeln!(text, r#""/>"#)
}

fn x(at: Moment) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * at.as_secs_f64() / day::MIDNIGHT.as_secs_f64()
}

/// None is drawn as one: the axis is logarithmic.
fn y(value: u32) -> f64 {
    let height = HEIGHT - ABOVE - BELOW;
    HEIGHT - BELOW - height * f64::from(value.max(1)).log10() / f64::from(DECADES)
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
