"""What a Python program does with Docker's library; each command prints one JSON value.

usage: docker_py.py COMMAND ARGUMENT...
"""

import json
import sys

import docker
from docker.credentials import Store, errors


def resolve(*servers):
    """The login docker-py would send to each server; "" is Docker Hub, as in pull("nginx")."""
    config = docker.auth.load_config()
    return {server: config.resolve_authconfig(server or None) for server in servers}


def every():
    """All logins, as docker-py sends them with a build."""
    return docker.auth.load_config().get_all_credentials()


def round_trips(server):
    """Keeps and forgets logins through docker-py's own client of helpers."""
    store = Store("imgsec")
    for user, secret in [("amy", "plain"), ("zoë", "pässwörd ☃ 😀"), ("amy", 'a"b\\c\n\t\u0001'),
                         ("<token>", "x" * 60_000)]:
        store.store(server, user, secret)
        assert store.get(server) == {"ServerURL": server, "Username": user, "Secret": secret}
        assert store.list()[server] == user
    store.erase(server)
    store.erase(server)
    try:
        store.get(server)
    except errors.CredentialsNotFound:
        return server in store.list()
    raise AssertionError("the login is still there")


def asks(server):
    """Whether a failing store is told from a missing login."""
    try:
        Store("imgsec").get(server)
    except errors.CredentialsNotFound:
        return "not found"
    except errors.StoreError as error:
        return str(error)
    return "found"


def pull(image):
    return docker.from_env().images.pull(image).tags


def build(folder):
    image, _ = docker.from_env().images.build(path=folder, nocache=True)
    return image.id


def push(image):
    for line in docker.from_env().images.push(image, stream=True, decode=True):
        if "error" in line:
            raise SystemExit(line["error"])
    return image


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
