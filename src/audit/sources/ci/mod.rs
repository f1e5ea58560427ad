//! Pipelines, and the programs that keep what they build up to date.

pub(crate) mod bitbucket;
pub(crate) mod buildkite;
pub(crate) mod circleci;
pub(crate) mod concourse;
pub(crate) mod dependabot;
pub(crate) mod drone;
pub(crate) mod github_actions;
pub(crate) mod gitlab_runner;
pub(crate) mod jenkins;
pub(crate) mod renovate;
