"""A token server for tests: the part of Docker Hub, GitHub or GitLab that turns a login into a
token for a registry (distribution's "token authentication"), with identity tokens. Loopback only.

usage: token_server.py USERS FOLDER SECONDS
USERS is JSON, read again for every request: {"amy": {"password": "…", "identity": true}}. FOLDER
gets key.pem, cert.pem and requests.jsonl. The first line printed is the realm. It ends when its
standard input is closed, at the latest after SECONDS.
"""

import base64
import hmac
import http.server
import json
import os
import secrets
import subprocess
import sys
import threading
import time
from urllib.parse import parse_qs, urlsplit

SERVICE = "imgsec test registry"
ISSUER = "imgsec test tokens"
identity_tokens = {}  # token: user
lock = threading.Lock()


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Signer:
    def __init__(self, folder):
        self.key = os.path.join(folder, "key.pem")
        cert = os.path.join(folder, "cert.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", "/CN=imgsec test", "-keyout", self.key, "-out", cert],
            check=True, capture_output=True)
        with open(cert) as file:
            lines = [line.strip() for line in file if "CERTIFICATE" not in line]
        self.header = {"typ": "JWT", "alg": "RS256", "x5c": ["".join(lines)]}

    def token(self, user, access):
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": user, "aud": SERVICE, "iat": now, "nbf": now - 60,
                  "exp": now + 300, "jti": secrets.token_hex(8), "access": access}
        text = ".".join(b64(json.dumps(part).encode()) for part in (self.header, claims))
        done = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key],
                              input=text.encode(), check=True, capture_output=True)
        return text + "." + b64(done.stdout)


def granted(user, scopes):
    """Everybody signed in may use `shared/…`, and a user what begins with the user's name."""
    access = []
    for scope in " ".join(scopes).split():
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        if kind == "repository" and user and name.split("/")[0] in (user, "shared"):
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
    return access


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def users(self):
        with open(self.server.users) as file:
            return json.load(file)

    def right(self, user, password):
        known = self.users().get(user)
        return known and hmac.compare_digest(known["password"].encode(), password.encode())

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        user, how = "", "nobody"  # gets a token that is good for nothing, as on Docker Hub
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            user, _, password = base64.b64decode(value).decode().partition(":")
            how = "basic"
            if not self.right(user, password):
                return self.refuse(how, user)
        offline = query.get("offline_token") == ["true"]
        self.grant(how, user, query.get("scope", []), offline, "token")

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":  # Podman's is
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        data = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            data += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return data

    def do_POST(self):
        form = {key: values[0] for key, values in parse_qs(self.body().decode()).items()}
        how = form.get("grant_type", "")
        user, identity = form.get("username", ""), form.get("refresh_token", "")
        if how == "refresh_token":
            with lock:
                user = identity_tokens.get(identity, "")
            if user not in self.users():
                return self.refuse(how, user)
        elif how != "password" or not self.right(user, form.get("password", "")):
            return self.refuse(how, user)
        offline = form.get("access_type") == "offline"
        self.grant(how, user, [form.get("scope", "")], offline, "access_token", identity)

    def grant(self, how, user, scopes, offline, field, identity=""):
        answer = {field: self.server.signer.token(user, granted(user, scopes)), "expires_in": 300}
        if user and offline and self.users()[user].get("identity"):
            identity = identity or "identity-" + secrets.token_urlsafe(24)
            with lock:
                identity_tokens[identity] = user
        if identity:
            answer["refresh_token"] = identity
        self.answer(200, answer, how, user)

    def refuse(self, how, user):
        errors = [{"code": "UNAUTHORIZED", "message": "authentication required"}]
        self.answer(401, {"errors": errors}, how, user)

    def answer(self, status, body, how, user):
        with lock, open(self.server.log, "a") as file:
            file.write(json.dumps({"status": status, "how": how, "user": user}) + "\n")
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def main():
    users, folder, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.users, server.signer = users, Signer(folder)
    server.log = os.path.join(folder, "requests.jsonl")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}/token", flush=True)
    watch = threading.Timer(seconds, os._exit, [0])
    watch.daemon = True
    watch.start()
    sys.stdin.buffer.read()


main()
