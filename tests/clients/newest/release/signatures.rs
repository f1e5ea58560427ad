//! cosign: signatures that lie beside the image in a registry with a password.
#![cfg(target_os = "linux")]

use crate::clients::newest::artifacts;
use crate::support::clients::{log_in, log_out, run};
use crate::support::person::Store;
use crate::support::registry::{Auth, Registry};

scenes! { "needs clients that take minutes to build; run tests/release":
    cosign_signs_and_verifies
}

fn cosign_signs_and_verifies(store: Store) {
    for auth in [Auth::Password, Auth::Token] {
        let registry = Registry::start_with_named_realm(auth);
        let (me, host) = (artifacts::person(store), registry.other_host());
        let amy = me.new_login("amy");
        registry.allow(&amy.user, &amy.password);
        log_in(&me, "cosign", &host, &amy).ok();
        assert_eq!(me.login_for(&host).as_ref(), Some(&amy));
        let image = artifacts::push_an_image(&me, &format!("{host}/{}", amy.user));
        let cosign = |words: &str| {
            let words: Vec<_> = words.split(' ').collect();
            run(&me, "cosign", &[&words[..], &["--allow-insecure-registry", &image]].concat())
        };
        run(&me, "cosign", &["generate-key-pair"]).ok();
        // Without the public log, which is out in the world.
        let sign = "sign --key cosign.key --tlog-upload=false --use-signing-config=false --yes";
        let verify = "verify --key cosign.pub --insecure-ignore-tlog";
        cosign(verify).fails();
        me.watch_calls();
        cosign(sign).ok();
        cosign(verify).ok();
        let calls = me.calls();
        assert!(!calls.is_empty() && calls.iter().all(|verb| verb == "get"), "{calls:?}");
        log_out(&me, "crane", &host).ok();
        cosign(verify).fails();
        me.assert_no_secret_on_disk();
    }
}
