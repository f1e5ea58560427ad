//! Nobody loses a login: settings are drawn from a seed as people have them, the real clients are
//! asked before and after a step of ours and after its undo, and what they send is compared.
//!
//! `IMGSEC_TEST_SEED` is another seed, `IMGSEC_TEST_SETTINGS` another number of settings, or with
//! `N..M` these; `IMGSEC_TEST_STEPS` how many steps are tried on each, by turns, with all clients
//! that go together; `IMGSEC_TEST_SCENE` plays the scene in this file, or in this text, and no other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use self::draw::Draw;
use self::judge::{Fault, Outcome, play, play_for};
use self::scene::Scene;

mod clients;
mod draw;
mod found;
mod helpers;
mod judge;
mod registries;
mod scene;
mod settings;
mod shrink;
mod stage;
mod step;

const SEED: u64 = 15;
const SETTINGS: u64 = 60;
/// Beside Docker.
const CLIENTS: usize = 3;
/// How many scenes are played at once: most of their time is spent waiting.
const AT_ONCE: usize = 3;
/// How many kinds of faults are made small.
const SHRUNK: usize = 12;

/// What was played, and what came of it.
struct Played {
    number: u64,
    scene: Scene,
    outcome: Outcome,
    time: Duration,
}

#[test]
#[ignore = "needs docker, podman, skopeo and the clients that tests/run builds"]
fn nobody_loses_a_login() {
    if let Ok(scene) = env::var("IMGSEC_TEST_SCENE") {
        let text = fs::read_to_string(&scene).unwrap_or(scene);
        let scene: Scene = serde_json::from_str(&text).unwrap();
        let outcome = play(&scene);
        println!("{outcome:#?}");
        assert!(outcome.faults.is_empty());
        return;
    }
    let seed = number("IMGSEC_TEST_SEED", SEED);
    let steps = env::var("IMGSEC_TEST_STEPS").ok().map(|count| count.parse().unwrap());
    let scenes = drawn(seed, &range(), steps);
    println!("seed {seed}, {} scenes", scenes.len());
    let played = play_all(scenes);
    print_counts(&played);
    let faults = report(&played);
    assert_eq!(faults, 0, "faults; replay one with IMGSEC_TEST_SCENE='…'");
}

/// Scenes in which something was wrong once.
#[test]
#[ignore = "needs docker, podman, skopeo and the clients that tests/run builds"]
fn what_was_found_stays_right() {
    let scenes = (0..).zip(found::scenes()).collect();
    let played = play_all(scenes);
    let faults = report(&played);
    assert_eq!(faults, 0, "faults");
}

fn number(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |value| value.parse().unwrap())
}

/// The numbers of the settings.
fn range() -> Range<u64> {
    let Ok(value) = env::var("IMGSEC_TEST_SETTINGS") else { return 0..SETTINGS };
    match value.split_once("..") {
        Some((from, to)) => from.parse().unwrap()..to.parse().unwrap(),
        None => 0..value.parse().unwrap(),
    }
}

/// The settings with these numbers: each with a step that was drawn and few clients, or with so many
/// steps and all clients.
fn drawn(seed: u64, numbers: &Range<u64>, steps: Option<usize>) -> Vec<(u64, Scene)> {
    let is_in = |name: &&str| steps.is_some() || *name != "docker-is-podman";
    let all: Vec<_> = clients::ALL.iter().map(|client| client.name).filter(is_in).collect();
    let count = if steps.is_some() { all.len() } else { CLIENTS };
    let range = draw::Range { clients: &all, count, may_be_without_docker: steps.is_some() };
    let one = |number| {
        let scene = settings::scene(Draw::new(seed, number), &range);
        let scenes = match steps {
            Some(count) => draw::with_steps(&scene, number, count),
            None => vec![scene],
        };
        scenes.into_iter().map(move |scene| (number, scene))
    };
    numbers.clone().flat_map(one).collect()
}

fn play_all(scenes: Vec<(u64, Scene)>) -> Vec<Played> {
    let (played, next) = (Mutex::new(Vec::new()), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((number, scene)) =
                    scenes.get(next.fetch_add(1, Ordering::Relaxed) as usize)
                {
                    let start = Instant::now();
                    let outcome = play(scene);
                    let (number, scene, time) = (*number, scene.clone(), start.elapsed());
                    played.lock().unwrap().push(Played { number, scene, outcome, time });
                }
            });
        }
    });
    let mut played = played.into_inner().unwrap();
    played.sort_by_key(|played| played.number);
    played
}

fn print_counts(played: &[Played]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for Played { scene, .. } in played {
        let step = format!("step {} after {:?}", scene.step.verb(), scene.prepared);
        let clients = scene.clients.iter().map(|client| format!("client {client}"));
        let helpers = scene.helpers.values().map(|helper| format!("helper {:?}", helper.does));
        let undo = format!("undo {:?}", scene.undo);
        for name in clients.chain(helpers).chain([step, undo]) {
            *counts.entry(name).or_default() += 1;
        }
    }
    for (name, count) in counts {
        println!("{count:5} {name}");
    }
    let sum = |of: fn(&Outcome) -> usize| played.iter().map(|p| of(&p.outcome)).sum::<usize>();
    println!("{:5} questions, {} of them sent a login", sum(|o| o.asked.0), sum(|o| o.asked.1));
    print_plain(played);
    if env::var_os("IMGSEC_TEST_TIMES").is_some() {
        for Played { number, scene, outcome, time } in played {
            println!("{number} {time:.1?} {:?} {:?}", outcome.plain, outcome.times);
            println!("{}\n{}\n", scene.compact(), outcome.said);
        }
    }
    let slowest = played.iter().max_by_key(|played| played.time);
    if let Some(Played { number, time, .. }) = slowest {
        println!("slowest: setting {number} with {time:.1?}");
    }
}

/// How many logins each step took out of plain text: a program that does nothing loses nothing.
fn print_plain(played: &[Played]) {
    let mut plain: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for Played { scene, outcome, .. } in played {
        let sum = plain.entry(scene.step.verb()).or_default();
        *sum = (sum.0 + outcome.plain.0, sum.1 + outcome.plain.1);
    }
    for (verb, (was, is)) in plain {
        println!("{was:5} logins in plain text before {verb}, {is} after");
    }
}

/// Prints each kind of fault with its smallest scene; returns how many faults there are.
fn report(played: &[Played]) -> usize {
    let mut kinds: BTreeMap<String, Vec<&Played>> = BTreeMap::new();
    for played in played {
        for fault in &played.outcome.faults {
            let of_kind = kinds.entry(fault.kind(&played.scene)).or_default();
            if of_kind.last().is_none_or(|last| !std::ptr::eq(*last, played)) {
                of_kind.push(played);
            }
        }
    }
    let limit = Duration::from_secs(number("IMGSEC_TEST_SHRINK", 20));
    let limited = if env::var_os("IMGSEC_TEST_SHRINK").is_some() { usize::MAX } else { SHRUNK };
    let limited = if limit.is_zero() { 0 } else { limited };
    for (count, (kind, scenes)) in kinds.iter().enumerate() {
        let numbers: Vec<_> = scenes.iter().map(|played| played.number).collect();
        println!("\n## {kind}: {} scenes, settings {numbers:?}", scenes.len());
        for name in scenes.iter().map(|played| &played.scene.name).filter(|n| !n.is_empty()) {
            println!("{name}");
        }
        let first = scenes.iter().min_by_key(|played| played.scene.compact().len()).unwrap();
        let is_of = |scene: &Scene, fault: &&Fault| fault.kind(scene) == *kind;
        let fault = first.outcome.faults.iter().find(|f| is_of(&first.scene, f)).unwrap();
        let small = (count < limited).then(|| shrink::shrink(&first.scene, fault, limit)).flatten();
        if count < limited && small.is_none() {
            println!("not a second time");
        }
        let again = small.as_ref().map(|scene| play_for(scene, Some(fault.rule)));
        let scene = small.as_ref().unwrap_or(&first.scene);
        let outcome = again.as_ref().unwrap_or(&first.outcome);
        for fault in outcome.faults.iter().filter(|fault| is_of(scene, fault)) {
            println!("{fault}");
        }
        println!("{}", scene.compact());
        if env::var_os("IMGSEC_TEST_SAID").is_some() {
            println!("{}", outcome.said.trim());
        }
    }
    played.iter().map(|played| played.outcome.faults.len()).sum()
}
