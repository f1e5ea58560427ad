//! Files as people write them for Terraform, Nomad and Packer, and files that are broken.

use super::*;

fn read(text: &str) -> Node {
    parse(text).unwrap()
}

fn at<'t>(node: &'t Node, path: &str) -> &'t Node {
    path.split('/').fold(node, |node, name| match name.parse::<usize>() {
        Ok(number) => &node.items()[number],
        Err(_) => node.get(name).unwrap(),
    })
}

#[test]
fn labels_are_maps_and_repeated_blocks_are_lists() {
    let tree = read(
        "provider \"docker\" {\n  host = \"unix:///x\"\n  registry_auth {\n    address = \"ghcr.io\"\n  }\n\
         \n  registry_auth {\n    address = \"quay.io\"\n  }\n}\nprovider \"aws\" {}\nresource a \"b\" { x = 1 }\n",
    );
    assert_eq!(at(&tree, "provider/docker/registry_auth/1/address").text(), Some("quay.io"));
    assert_eq!(at(&tree, "provider/docker/registry_auth/1/address").line, 8);
    assert_eq!(at(&tree, "provider/aws").value, Value::Map(Vec::new()));
    assert_eq!(at(&tree, "resource/a/b/x").text(), Some("1"));
}

#[test]
fn several_attributes_may_be_on_one_line() {
    let tree = read("auth { username = \"u\" password = var.p other = \"o\" }\n");
    assert_eq!(at(&tree, "auth/username").text(), Some("u"));
    assert_eq!(at(&tree, "auth/password").value, Value::Null);
    assert_eq!(at(&tree, "auth/other").text(), Some("o"));
}

#[test]
fn texts_are_decoded_and_keep_their_expressions() {
    let tree = read(
        "a = \"x\\n\\\"y\\\" \\u0041\"\nb = \"${lookup(m, \"k\")}-z\" # c\nc = \"$${HOME} 100%\" // d\nd = \"{}\"\n",
    );
    assert_eq!(at(&tree, "a").text(), Some("x\n\"y\" A"));
    assert_eq!(at(&tree, "b").text(), Some("${lookup(m, \"k\")}-z"));
    assert_eq!(at(&tree, "c").text(), Some("$${HOME} 100%"));
    assert_eq!(at(&tree, "d").text(), Some("{}"));
}

#[test]
fn heredocs_end_at_their_word() {
    let tree = read(
        "a = <<EOT\n  {\"x\": 1}\nEOT\nb = <<-END\n    one\n\n      two\n    END\nc = 1\nd = f(<<X\nt\nX\n)\ne = 2",
    );
    assert_eq!(at(&tree, "a").text(), Some("  {\"x\": 1}\n"));
    assert_eq!(at(&tree, "b").text(), Some("one\n\n  two\n"));
    assert_eq!((at(&tree, "b").line, at(&tree, "c").line, at(&tree, "e").line), (4, 9, 14));
    assert!(parse("a = <<EOT\nno end\n").is_err());
}

#[test]
fn calls_are_read_as_what_they_say() {
    let tree = read(
        "data = {\n  \".dockerconfigjson\" = jsonencode({\n    auths = {\n      (var.server) = { auth = base64encode(\"u:p\") }\n\
         \n      \"ghcr.io\" : { \"password\" : sensitive(\"s\") },\n    }\n  })\n  f = file(\"p.txt\")\n  m = merge({a = 1}, { b = 2 })\n}\n",
    );
    let auths = at(&tree, "data/.dockerconfigjson/auths");
    assert_eq!(at(auths, "ghcr.io/password").text(), Some("s"));
    assert_eq!(at(auths, "").get("auth").unwrap().text(), Some("dTpw"));
    assert_eq!(at(&tree, "data/f").value, Value::Null);
    assert_eq!(at(&tree, "data/m").items().len(), 2);
}

#[test]
fn what_only_a_run_can_tell_is_nothing() {
    let tree = read(
        "a = var.x == \"y\" ? \"p\" : \"q\"\nb = \"x\" == var.y ? 1 : 2\nc = [for s in var.l : upper(s)]\n\
         d = { for k, v in var.m : k => v if v != \"\" }\ne = -1\nf = local.x[\"y\"].z[*].w\ng = (\n  \"in\"\n)\n",
    );
    for name in ["a", "b", "d", "e", "f"] {
        assert_eq!(at(&tree, name).value, Value::Null, "{name}");
    }
    assert!(at(&tree, "c").items().is_empty());
    assert_eq!(at(&tree, "g").text(), Some("in"));
}

#[test]
fn lists_and_comments_go_over_lines() {
    let tree = read("/* one\ntwo */ a = [ # three\n  \"x\",\n  { y = \"z\" },\n]\n");
    assert_eq!(at(&tree, "a/0").line, 3);
    assert_eq!(at(&tree, "a/1/y").text(), Some("z"));
}

#[test]
fn what_is_not_of_the_language_is_no_tree() {
    for text in ["just words\n", "a = \n", "a = \"x\n\"", "a {", "a = [1", "}", "a = }", "= 1"] {
        assert!(parse(text).is_err(), "{text}");
    }
    assert_eq!(read("# nothing\n").value, Value::Map(Vec::new()));
}

#[test]
fn hostile_texts_end_soon() {
    for unit in ["a={", "a=[", "a {", "f(", "a=f(", "\"${", "a=\"${\"", "a \"b\" ", "<<A\n", "/*"] {
        let _ = parse(&unit.repeat(100_000));
    }
    let _ = parse(&format!("a = {}", "b.".repeat(1_000_000)));
    let _ = parse(&format!("a = [{}]", "1,".repeat(1_000_000)));
    let repeated = parse(&"a { b = 1 }\n".repeat(20_000)).unwrap();
    assert_eq!(at(&repeated, "a").items().len(), 20_000);
}
