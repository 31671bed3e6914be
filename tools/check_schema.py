"""Tries a running server against its own OpenAPI document: what is documented is answered, and nothing else.

A real `haloop serve` on an empty database, filled through the API with a host, a helper and their posts; then
schemathesis with bounded examples. Its seed is fixed, so that a finding comes again. Exits with what it found."""

from __future__ import annotations

import io
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image

EXAMPLES = int(os.environ.get("HALOOP_SCHEMA_EXAMPLES", "12"))  # for each call and phase
SEED = 20261124
PATIENCE = 60.0  # seconds until a busy machine's server answers
PASSWORD = "correct horse battery"  # noqa: S105  # of accounts that live as long as this check
CLOSING_LINES = 25

# These would take the session or the profile that all other calls need; they are tried by themselves, at the end.
ENDING = ("/api/auth/logout", "/api/account/helper")

Json = dict[str, Any]  # Any: an API's answer


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="haloop-schema-") as folder, serving(Path(folder)) as address:
        values = fill(address)
        lasting = [argument for path in ENDING for argument in ("--exclude-path", path)]
        ending = [argument for path in ENDING for argument in ("--include-path", path)]
        found = [run_schemathesis(Path(folder), address, values, chosen) for chosen in (lasting, ending)]
    return max(found)


@contextmanager
def serving(place: Path) -> Iterator[str]:
    """A server process of this tree on a free port; answers its address."""
    port = free_port()
    environment = {
        **os.environ,
        "HALOOP_DATABASE_URL": f"sqlite+aiosqlite:///{place / 'haloop.db'}",
        "HALOOP_MEDIA_URL": str(place / "media"),
        "HALOOP_SECRET_KEY": secrets.token_hex(32),
        "HALOOP_RATE_LIMIT_FACTOR": "0",
        "HALOOP_SQLITE_SYNCHRONOUS": "NORMAL",
    }
    haloop = Path(sys.executable).with_name("haloop")
    subprocess.run([haloop, "migrate"], env=environment, check=True, capture_output=True)
    with (place / "server.log").open("wb") as log:
        process = subprocess.Popen([haloop, "serve", "--port", str(port)], env=environment, stderr=log, stdout=log)
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, process)
            yield address
        finally:
            process.terminate()
            process.wait(30)
    show_mistakes(place / "server.log")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx2.get(f"{address}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    sys.exit("the server does not answer")


def fill(address: str) -> Mapping[str, str]:
    """A host with posts in every state, who is a helper too and has been told of another host's post; answers what
    the document's calls need: the token, and an id for each name in a path."""
    with httpx2.Client(base_url=address) as client:
        own, token = register(client, "lin@example.org", helper=True)
        _, others_token = register(client, "bo@example.org")
        subscription = send(client, token, "/api/subscriptions", {"name": "All", "filter": {"group_size": 1}})
        publish(client, others_token)
        posts = [publish(client, token) for _ in range(3)]
        send(client, token, "/api/posts", {"title": "Later"})
        send(client, token, f"/api/posts/{posts[1]['id']}/close", None)
    return {
        "token": token,
        "post_id": posts[0]["id"],
        "host_id": own["host"]["id"],
        "subscription_id": subscription["id"],
    }


def register(client: httpx2.Client, email: str, *, helper: bool = False) -> tuple[Json, str]:
    host = {"name": "Tide House", "address": "12 Harbour Road", "region": "TW-TTT", "locality": "Dulan",
            "point": {"latitude": 22.87, "longitude": 121.23}}  # fmt: skip
    body = {"email": email, "password": PASSWORD, "name": "Lin", "host": host, **({"helper": {}} if helper else {})}
    account: Json = client.post("/api/auth/register", json=body).raise_for_status().json()
    client.cookies.clear()
    token: str = client.post("/api/auth/login", json={"email": email, "password": PASSWORD}).json()["token"]
    client.cookies.clear()
    return account, token


def publish(client: httpx2.Client, token: str) -> Json:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, "PNG")
    headers = {"Authorization": f"Bearer {token}"}
    files = {"file": ("photo.png", out.getvalue(), "image/png")}
    photos = [client.post("/api/photos", files=files, headers=headers).json()["id"] for _ in range(3)]
    today = time.strftime("%Y-%m-%d")
    body = {"title": "Mornings", "description": "Change the linen.", "starts_on": today,
            "ends_on": f"{int(today[:4]) + 1}{today[4:7]}-01", "places": 2, "hours_per_day": 4, "min_stay_days": 7,
            "job_types": ["housekeeping"], "accommodations": ["bunk-bed"], "photos": photos,
            "status": "published"}  # fmt: skip
    return send(client, token, "/api/posts", body)


def send(client: httpx2.Client, token: str, path: str, body: object) -> Json:
    response = client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
    answer: Json = response.raise_for_status().json()
    return answer


def run_schemathesis(place: Path, address: str, values: Mapping[str, str], chosen: list[str]) -> int:
    """Prints its closing lines; answers its exit status."""
    settings = place / "schemathesis.toml"
    settings.write_text(SETTINGS.format_map(values), "utf-8")
    tool = Path(sys.executable).with_name("schemathesis")
    command: list[str | Path] = [
        tool, "--config-file", settings, "run", f"{address}/api/openapi.json", "--seed", str(SEED), "--no-color",
        "--max-examples", str(EXAMPLES), "--phases", "examples,coverage,fuzzing", "--continue-on-failure", *chosen,
    ]  # fmt: skip
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    print("\n".join(lines if done.returncode else lines[-CLOSING_LINES:]), done.stderr, sep="\n")
    return done.returncode


# A token by -H would leave the other of the two ways to sign in untried. What follows the schema may still be refused
# for what a schema cannot say: a made-up cursor or version, the photo of another, a day that has passed, a draft that
# is not ready, control characters.
SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 415, 422]

[auth.openapi.bearerAuth]
bearer = "{token}"

[parameters]
host_id = "{host_id}"

[[operations]]
include-path-regex = "^/api/posts/.post_id"
exclude-method = "DELETE"
parameters = {{ post_id = "{post_id}" }}

[[operations]]
include-path-regex = "^/api/subscriptions/.subscription_id"
exclude-method = "DELETE"
parameters = {{ subscription_id = "{subscription_id}" }}
"""


def show_mistakes(log: Path) -> None:
    """What the server itself reported as its mistakes."""
    for line in log.read_text("utf-8", "replace").splitlines():
        if "unexpected_error" in line:
            print(line[:4000])


if __name__ == "__main__":
    sys.exit(main())
