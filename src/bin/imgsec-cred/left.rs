//! What of several registries a verb left undone, and why: the rest of its answer stands.

use serde_json::{Value, json};

use crate::failure::Failure;
use crate::list::registry;
use crate::report::{Mark, Report};

/// A registry that was not done, or not all of it.
pub(crate) struct Left {
    pub(crate) server: String,
    /// Nothing where it was not its turn yet when the store gave no answer or somebody wished to stop.
    pub(crate) why: Option<anyhow::Error>,
}

impl Left {
    /// The next one would be left as well.
    pub(crate) fn ends_all(&self) -> bool {
        self.why.as_ref().is_none_or(|why| Failure::of(why).ends_all())
    }

    fn error(&self) -> Option<Value> {
        self.why.as_ref().map(|why| Failure::of(why).document())
    }
}

/// Which reason is that of all: the wish to stop, or else the first one.
fn main(left: &[Left]) -> Option<usize> {
    let is_stop = |one: &Left| one.why.as_ref().is_some_and(|w| Failure::of(w).is_interruption());
    left.iter().position(is_stop).or_else(|| left.iter().position(|one| one.why.is_some()))
}

/// For programs: adds what is left to an answer, and the reason of all.
pub(crate) fn tell(left: &[Left], answer: &mut Value) {
    let Some(error) = main(left).and_then(|at| left[at].error()) else { return };
    let one = |one: &Left| json!({"registry": registry(&one.server), "error": one.error()});
    answer["left"] = left.iter().map(one).collect();
    answer["error"] = error;
}

/// For people: each as "NAME is not DONE", and why.
///
/// # Errors
/// The reason of all, which is the end of the verb; nothing is said of it here.
pub(crate) fn say(left: Vec<Left>, done: &str, report: &Report) -> anyhow::Result<()> {
    let main = main(&left);
    let mut end = Ok(());
    for (at, one) in left.into_iter().enumerate() {
        report.marked(Mark::Fail, &format!("{} is not {done}", registry(&one.server)))?;
        match one.why {
            Some(why) if main == Some(at) => end = Err(why),
            Some(why) => Failure::of(&why).say(),
            None => {}
        }
    }
    end
}
