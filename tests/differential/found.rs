//! Scenes in which something was wrong once, each made as small as it can be: lines as the test
//! prints them, with a name.

use super::scene::Scene;

pub(crate) fn scenes() -> Vec<Scene> {
    include_str!("found.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
