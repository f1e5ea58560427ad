//! The same hook with the real kubectl, against as much of a cluster's API as it asks for
//! (kubernetes/kubectl `pkg/cmd/apply`): what it sends, what it keeps, and what it says of a refusal.

use std::fs;
use std::sync::{Arc, Mutex};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::scene::Scene;
use crate::support::process;
use crate::support::web::{Reply, Request, Web};

const SECRET: &str = "/api/v1/namespaces/prod/secrets/regcred";

const PLACE: [&str; 2] = ["--hook-k8s", "kind/of/prod/regcred"];

/// The Secret that the cluster has, and whether it takes another.
#[derive(Default)]
struct Cluster {
    secret: Option<Value>,
    refuses: bool,
}

/// What kubectl looks up before it sends anything; up to 1.26 in `/openapi/v2`.
fn description(path: &str) -> Option<Value> {
    let parameters = ["fieldValidation", "dryRun"].map(|name| json!({"name": name, "in": "query"}));
    Some(match path {
        "/version" => json!({"major": "1", "minor": "32", "gitVersion": "v1.32.0"}),
        "/api" => json!({"kind": "APIVersions", "versions": ["v1"]}),
        "/apis" => json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": []}),
        "/api/v1" => json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [
            {"name": "secrets", "singularName": "secret", "namespaced": true, "kind": "Secret",
             "verbs": ["create", "get", "patch"]}]}),
        "/openapi/v3" => {
            json!({"paths": {"api/v1": {"serverRelativeURL": "/openapi/v3/api/v1?hash=1"}}})
        }
        "/openapi/v3/api/v1" => json!({"openapi": "3.0.0", "info": {"title": "x", "version": "1"},
            "paths": {"/api/v1/namespaces/{namespace}/secrets/{name}": {"patch": {
                "parameters": parameters, "x-kubernetes-group-version-kind":
                {"group": "", "version": "v1", "kind": "Secret"}}}}}),
        _ => return None,
    })
}

/// A field of a protobuf message that is a text or a message.
fn field(number: u8, value: impl AsRef<[u8]>) -> Vec<u8> {
    let (value, mut bytes) = (value.as_ref(), vec![number << 3 | 2]);
    let mut length = value.len();
    while length > 0x7f {
        bytes.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    [&bytes, value].concat()
}

/// `/openapi/v2`, which old clients take as protobuf only (google/gnostic `OpenAPIv2.proto`): that a
/// Secret can be patched with `dryRun`.
fn old_description() -> Reply {
    let parameter = [field(2, "query"), field(4, "dryRun")].concat();
    // ParametersItem, Parameter, NonBodyParameter, QueryParameterSubSchema
    let parameter = field(8, field(1, field(2, field(3, parameter))));
    let kind = field(2, "group: \"\"\nkind: Secret\nversion: v1\n");
    let kind = [field(1, "x-kubernetes-group-version-kind"), field(2, kind)].concat();
    let patch = field(8, [parameter, field(13, kind)].concat());
    let name = field(1, "/api/v1/namespaces/{namespace}/secrets/{name}");
    let paths = field(2, [name, field(2, patch)].concat());
    let body = [field(1, "2.0"), field(8, paths)].concat();
    Reply::Say { status: 200, headers: Vec::new(), body }
        .with("Content-Type", "application/com.github.proto-openapi.spec.v2.v1.0+protobuf")
}

fn answer(request: &Request, cluster: &Mutex<Cluster>) -> Reply {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let status = |code: u16, why: &str, words: &str| {
        let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code,
            "reason": why, "message": words});
        let body = body.to_string().into_bytes();
        Reply::Say { status: code, headers: Vec::new(), body }
    };
    let reply = match request.method.as_str() {
        "GET" if path == "/openapi/v2" => return old_description(),
        "GET" => {
            description(path).map_or_else(|| status(404, "NotFound", "none"), |d| Reply::json(&d))
        }
        "PATCH" if path == SECRET => {
            let secret: Value = serde_json::from_str(&request.body).unwrap();
            let mut cluster = cluster.lock().unwrap();
            let is_real = !query.contains("dryRun=All");
            if is_real && cluster.refuses {
                // It repeats what it was sent.
                status(409, "Conflict", &request.body)
            } else {
                cluster.secret = is_real.then(|| secret.clone()).or(cluster.secret.take());
                Reply::json(&secret)
            }
        }
        _ => status(405, "MethodNotAllowed", "no"),
    };
    reply.with("Content-Type", "application/json")
}

/// A person whose kubectl knows one cluster.
fn scene() -> (Scene, Web, Arc<Mutex<Cluster>>) {
    let _ = process::need("kubectl");
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let cluster = Arc::new(Mutex::new(Cluster::default()));
    let known = cluster.clone();
    let web = Web::start(move |request| answer(request, &known));
    let config = json!({"apiVersion": "v1", "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": format!("http://{}", web.host())}}],
        "contexts": [{"name": "kind/of", "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {}}]});
    let folder = scene.person.home().join(".kube");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config"), config.to_string()).unwrap();
    (scene, web, cluster)
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn kubectl_puts_the_secret_there_and_keeps_no_copy() {
    let (scene, web, cluster) = scene();
    let said = scene.give(&scene.new, &PLACE).is("rotated", 0);
    assert_eq!(said.item["hooks"][0]["ok"], true, "{said:#?}");
    let secret = cluster.lock().unwrap().secret.clone().unwrap();
    assert_eq!(secret["metadata"], json!({"name": "regcred", "namespace": "prod"}));
    let data = secret["data"][".dockerconfigjson"].as_str().unwrap();
    let held: Value = serde_json::from_slice(&Base64::decode_vec(data).unwrap()).unwrap();
    assert_eq!(held["auths"][scene.host()]["password"], scene.new.password);
    let asked = web.asked();
    let patches: Vec<_> = asked.iter().filter(|request| request.method == "PATCH").collect();
    let types = patches.iter().map(|p| p.header("content-type"));
    assert!(types.into_iter().all(|kind| kind == Some("application/apply-patch+yaml")));
    // First it is tried without a credential.
    assert_eq!(patches.len(), 2);
    assert!(patches[0].path.contains("dryRun=All") && !patches[0].body.contains(data));
    assert!(!patches[1].path.contains("dryRun") && patches[1].path.contains("force=false"));
    scene.is_tidy();
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn a_conflict_keeps_the_old_one_alive_and_is_told_without_the_secret() {
    let (scene, web, cluster) = scene();
    cluster.lock().unwrap().refuses = true;
    let said = scene.give(&scene.new, &PLACE).is("hook-failed", 3);
    assert!(said.stderr.contains("conflict"), "{said:#?}");
    let sent: Value = serde_json::from_str(&web.asked().last().unwrap().body).unwrap();
    let data = sent["data"][".dockerconfigjson"].as_str().unwrap();
    assert!(data.len() > 100 && !said.stderr.contains(data.trim_end_matches('=')), "{said:#?}");
    cluster.lock().unwrap().refuses = false;
    scene.rotate(&["--resume"]).is("rotated", 0);
    assert!(cluster.lock().unwrap().secret.is_some());
    scene.is_tidy();
}

#[test]
#[ignore = "needs kubectl; run tests/run"]
fn a_context_that_kubectl_does_not_know_begins_nothing() {
    let (scene, web, _) = scene();
    let said = scene.give(&scene.new, &["--hook-k8s", "elsewhere/prod/regcred"]);
    let said = said.is("refused", 6);
    assert!(said.stderr.contains("elsewhere"), "{said:#?}");
    assert_eq!(scene.current().as_ref(), Some(&scene.old));
    assert!(web.asked().is_empty());
    scene.is_tidy();
}
