//! Measures, and prints a line of JSON for each row.
//!
//! | | |
//! |---|---|
//! | `measure [ROW]...` | rows, interleaved |
//! | `measure --iterate ROW COUNT` | runs one row that often, for a profiler to watch |
//! | `measure --cores` | what two threads lose to each other that share a `Clerk` |
//! | `measure --serve NAME` | prints where that service listens and which token to bring, and serves until its own input ends |
//! | `measure --fixture` | prints the token, its key, the webhook, the users and where one of them can be fetched, for programs in other languages, and serves that one until its own input ends |
//!
//! One program, because linking one takes minutes.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

mod cores;
mod serve;
mod time;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--iterate", name, count] => {
            time::iterate(name, count.parse().expect("COUNT is a number"))
        }
        ["--cores"] => cores::measure(),
        ["--serve", name] => serve::serve(name),
        ["--fixture"] => time::show_fixture(),
        _ => time::measure(&arguments),
    }
}
