//! What all clients would use, and who of them comes to the same.

use super::{ALL, Answer, Client, Found, Question, Role, Source, Step, World};

/// A client's row and one of its answers.
pub type Asked = (&'static Client, Answer);

/// Clients that use the same login, and how the first of them finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The clients.
    pub clients: Vec<&'static str>,
    /// The answer of the first.
    pub answer: Answer,
}

/// What every client would use, Docker first.
#[must_use]
pub fn ask_all(question: &Question, world: &World<'_>) -> Vec<Asked> {
    let of = |client: &'static Client| {
        let answers = (client.look_up)(question, world).into_iter();
        answers.map(move |answer| (client, answer))
    };
    ALL.iter().flat_map(of).collect()
}

/// The answers of these clients, each with those that come to the same.
pub fn merged<'a>(
    answers: impl IntoIterator<Item = (Vec<&'static str>, &'a Answer)>,
) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    for (clients, answer) in answers {
        match all.iter_mut().find(|other| is_alike(&other.answer, answer)) {
            Some(other) => other.clients.extend(clients),
            None => all.push(Merged { clients, answer: answer.clone() }),
        }
    }
    all
}

/// Whether two clients send the same login, wherever else they look.
#[must_use]
pub fn sends_alike(one: &Answer, other: &Answer) -> bool {
    fn sent(answer: &Answer) -> Option<(&Source, &Found, Role)> {
        answer.used().map(|step| (&step.source, &step.found, step.role))
    }
    sent(one) == sent(other)
}

/// Whether one account does for both: the same is used, and the same is passed over; where nothing is
/// used they have looked in the same places.
fn is_alike(one: &Answer, other: &Answer) -> bool {
    let is_told = |answer: &Answer, step: &Step| {
        answer.used().is_none() || step.role != Role::Passed || step.found != Found::Nothing
    };
    let told = |answer: &Answer| {
        let mut all: Vec<(Source, Found, Role)> = Vec::new();
        for step in answer.steps.iter().filter(|step| is_told(answer, step)) {
            let step = (step.source.clone(), step.found.clone(), step.role);
            if !all.contains(&step) {
                all.push(step);
            }
        }
        all
    };
    let is_cluster = |answer: &Answer| answer.clients.contains(&"kubernetes");
    (&one.image, is_cluster(one)) == (&other.image, is_cluster(other)) && told(one) == told(other)
}
