//! Takes out of a failing scene what it fails without.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::judge::{Fault, play_for};
use super::scene::Scene;

/// What no scene can be without.
const KEPT: [&str; 4] = ["step", "undo", "prepared", "layout"];

/// The smallest scene that was found within the time in which a fault of this kind is there; `None`
/// if it is not there a second time.
pub(crate) fn shrink(scene: &Scene, fault: &Fault, limit: Duration) -> Option<Scene> {
    let (end, kind) = (Instant::now() + limit, fault.kind(scene));
    let fails = |scene: &Scene| {
        let outcome = play_for(scene, Some(fault.rule));
        outcome.faults.iter().any(|fault| fault.kind(scene) == kind)
    };
    let mut best = only_about(scene, fault);
    if !fails(&best) {
        best = scene.clone();
        if !fails(&best) {
            return None;
        }
    }
    let mut best = serde_json::to_value(&best).unwrap();
    let mut depth = 1;
    while depth <= 5 {
        let mut is_smaller = false;
        for path in paths(&best, depth) {
            if Instant::now() > end {
                return serde_json::from_value(best).ok();
            }
            let Some(less) = without(&best, &path) else { continue };
            let Ok(candidate) = serde_json::from_value::<Scene>(less.clone()) else { continue };
            if !candidate.clients.is_empty() && !candidate.images.is_empty() && fails(&candidate) {
                best = less;
                is_smaller = true;
            }
        }
        if !is_smaller || depth == 1 {
            depth += 1;
        }
    }
    serde_json::from_value(best).ok()
}

/// With no other client and no other image, where the fault has one.
fn only_about(scene: &Scene, fault: &Fault) -> Scene {
    let mut scene = scene.clone();
    if scene.clients.contains(&fault.who) {
        scene.clients = vec![fault.who.clone()];
    }
    if !fault.image.is_empty() {
        scene.images = vec![fault.image.clone()];
    }
    scene
}

/// The way to each value at a depth, last first, so that those before stay where they are.
fn paths(value: &Value, depth: usize) -> Vec<Vec<String>> {
    if depth == 0 {
        return vec![Vec::new()];
    }
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(list) => {
            list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect()
        }
        _ => return Vec::new(),
    };
    let below = |(key, value): (String, &Value)| {
        paths(value, depth - 1).into_iter().map(move |rest| [vec![key.clone()], rest].concat())
    };
    let found = inner.into_iter().rev().flat_map(below);
    found.filter(|path| !KEPT.contains(&path[0].as_str())).collect()
}

fn without(value: &Value, path: &[String]) -> Option<Value> {
    let mut whole = value.clone();
    let (last, way) = path.split_last()?;
    let mut at = &mut whole;
    for key in way {
        at = match at {
            Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?)?,
            other => other.get_mut(key)?,
        };
    }
    match at {
        Value::Object(object) => object.shift_remove(last).map(drop)?,
        Value::Array(list) => {
            let number: usize = last.parse().ok()?;
            (number < list.len()).then(|| list.remove(number)).map(drop)?;
        }
        _ => return None,
    }
    Some(whole)
}
