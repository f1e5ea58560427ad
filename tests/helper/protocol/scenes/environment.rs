//! An environment that somebody else wrote: what it names is not run, and what it says is no panic.

use std::fs;

use super::super::subject::HELPER;
use crate::support::person::{Person, Store};
use crate::support::process;

#[test]
fn the_address_of_the_bus_runs_no_program_and_leads_to_no_other_machine() {
    let me = Person::without_keychain(Store::Keychain);
    let mark = me.folder().join("mark");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    for address in [
        format!("unixexec:path=/usr/bin/touch,argv1={}", mark.display()),
        format!("tcp:host=127.0.0.1,port={port}"),
    ] {
        let mut get = me.command(HELPER);
        get.arg("get").env("DBUS_SESSION_BUS_ADDRESS", &address);
        let ran = process::run(&mut get, b"ghcr.io");
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        assert!(ran.stdout.contains("names no socket of this machine"), "{ran:?}");
    }
    assert!(!fs::exists(&mark).unwrap());
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn a_time_limit_that_is_none_is_an_error() {
    let me = Person::without_keychain(Store::Sealed);
    for limit in ["18446744073709551615", "99999999999999999999", "0", "-1", "1.5", "soon"] {
        let mut get = me.command(HELPER);
        let ran = process::run(get.arg("get").env("IMGSEC_TIMEOUT", limit), b"ghcr.io");
        assert_eq!(ran.status.code(), Some(1), "{ran:?}");
        assert!(ran.stdout.starts_with("IMGSEC_TIMEOUT is not a number of seconds"), "{ran:?}");
        let mut list = me.command(env!("CARGO_BIN_EXE_imgsec-cred"));
        let ran = process::run(list.arg("list").env("IMGSEC_TIMEOUT", limit), b"");
        assert_eq!(ran.status.code(), Some(6), "{ran:?}");
        assert!(ran.stderr.contains("IMGSEC_TIMEOUT is not a number of seconds"), "{ran:?}");
    }
}
