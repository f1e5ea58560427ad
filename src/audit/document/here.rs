//! A value of a tree and its way from the root: what is around a secret says whose it is.

use std::borrow::Cow;

use super::{Node, Value};

/// The longest names that a pointer is made of, in bytes: a thousand findings may have the same.
const MAX_POINTER: usize = 1024;

/// Where a value is: itself, and all that is above it.
#[derive(Debug, Clone, Copy)]
pub struct Here<'t> {
    /// The value.
    pub node: &'t Node,
    /// Its name in the map above, or its number in the list above; nothing at a root.
    pub step: Step<'t>,
    /// The value above. That of a document inside a text is the text.
    pub up: Option<&'t Here<'t>>,
}

/// How a value is reached from the one above.
#[derive(Debug, Clone, Copy)]
pub enum Step<'t> {
    /// It is a root.
    Root,
    /// By a name in a map.
    Name(&'t str),
    /// By its place in a list, counted from 0.
    Item(usize),
    /// It is what a text above says: a document inside a document.
    Inner,
}

impl<'t> Here<'t> {
    /// The root of a tree.
    #[must_use]
    pub fn root(node: &'t Node) -> Self {
        Self { node, step: Step::Root, up: None }
    }

    /// The root of a tree that is what this text says.
    #[must_use]
    pub fn inner<'a>(&'a self, node: &'a Node) -> Here<'a> {
        Here { node, step: Step::Inner, up: Some(self) }
    }

    /// The values of a map with their names, each with its place.
    pub fn fields<'a>(&'a self) -> impl Iterator<Item = (&'a str, Here<'a>)> {
        let up = Some(self);
        self.entries().map(move |(name, node)| (name, Here { node, step: Step::Name(name), up }))
    }

    /// The value of a name, in any case, with its place; the last one where there are several.
    #[must_use]
    pub fn field<'a>(&'a self, name: &str) -> Option<Here<'a>> {
        self.fields().filter(|(field, _)| field.eq_ignore_ascii_case(name)).last().map(|(_, at)| at)
    }

    /// The values of a list, each with its place.
    pub fn items<'a>(&'a self) -> impl Iterator<Item = Here<'a>> {
        let items = self.node.items().iter().enumerate();
        items.map(|(number, node)| Here { node, step: Step::Item(number), up: Some(self) })
    }

    /// Whether the nearest name above, or its own, is one of these in any case.
    #[must_use]
    pub fn is_named(&self, names: &[&str]) -> bool {
        self.name().is_some_and(|name| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
    }

    /// Whether it, or one of the values above it, has this name in any case.
    #[must_use]
    pub fn is_below(&self, name: &str) -> bool {
        self.names().any(|above| above.eq_ignore_ascii_case(name))
    }

    /// Names and values, where it is a map.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Node)> + use<'t> {
        let entries: &'t [(String, Node)] = match &self.node.value {
            Value::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// The value of a name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'t Node> {
        self.node.get(name)
    }

    /// The text under the first of these names that has one.
    #[must_use]
    pub fn text(&self, names: &[&str]) -> Option<&'t str> {
        names.iter().find_map(|name| self.get(name)?.text())
    }

    /// The name it has in the nearest map above, also through lists and texts.
    #[must_use]
    pub fn name(&self) -> Option<&'t str> {
        match self.step {
            Step::Name(name) => Some(name),
            _ => self.up?.name(),
        }
    }

    /// The nearest map above.
    #[must_use]
    pub fn map_above(&self) -> Option<&'t Here<'t>> {
        let mut up = self.up;
        while let Some(here) = up {
            if matches!(here.node.value, Value::Map(_)) {
                return Some(here);
            }
            up = here.up;
        }
        None
    }

    /// Names above it, nearest first, its own among them.
    pub fn names(&self) -> impl Iterator<Item = &'t str> + use<'t> {
        let mut next = Some(*self);
        std::iter::from_fn(move || {
            while let Some(here) = next {
                next = here.up.copied();
                if let Step::Name(name) = here.step {
                    return Some(name);
                }
            }
            None
        })
    }

    /// The line in the file: inside a document in a text, the line of the text.
    #[must_use]
    pub fn line(&self) -> usize {
        self.outermost().node.line
    }

    /// A JSON pointer (RFC 6901) to it; inside a document in a text, to the text. Nothing where it
    /// would be longer than a kilobyte.
    #[must_use]
    pub fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut next = Some(self.outermost());
        if next.is_some_and(|here| here.names().map(str::len).sum::<usize>() > MAX_POINTER) {
            return String::new();
        }
        while let Some(here) = next {
            match here.step {
                Step::Name(name) => {
                    steps.push(Cow::from(name.replace('~', "~0").replace('/', "~1")));
                }
                Step::Item(number) => steps.push(number.to_string().into()),
                Step::Root | Step::Inner => {}
            }
            next = here.up.copied();
        }
        steps.iter().rev().map(|step| format!("/{step}")).collect()
    }

    /// It, or the text of the file in which it lies.
    fn outermost(&self) -> Here<'t> {
        let (mut found, mut next) = (*self, Some(*self));
        while let Some(here) = next {
            if matches!(here.step, Step::Inner)
                && let Some(text) = here.up
            {
                found = *text;
            }
            next = here.up.copied();
        }
        found
    }
}
