"""Builds the wheel, looks what it carries, and runs it as somebody would who has nothing but the wheel.

A new environment with the locked libraries, an empty folder, `haloop demo`: the pages, a photo and a static file are
fetched and both trial accounts sign in. Exits with a sentence at the first thing that does not hold."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds until a busy machine's demo answers
CARRIED = {
    "the built front end": r"haloop/static/main-[^/]+\.js",
    "the style sheet": r"haloop/static/look-[^/]+\.css",
    "the pages": r"haloop/web/templates/pages/.+\.html",
    "the translations": r"haloop/core/translations/zh_Hant\.po",
    "the vocabulary": r"haloop/core/data/vocabulary\.json",
    "the migrations": r"haloop/migrations/versions/.+\.py",
    "the demo's texts": r"haloop/demo/content/north\.toml",
    "the demo's prints": r"haloop/demo/prints/.+-1200\.webp",
}
TRIALS = (("visitor2025@haloop.io", "Visitor2025"), ("hostvisitor2025@haloop.io", "hostVisitor2025"))


class Fault(Exception):  # noqa: N818  # a finding, said to whoever runs this
    """What does not hold, as a sentence."""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="haloop wheel ") as folder:
        place = Path(folder)
        try:
            wheel = build(place)
            look_into(wheel)
            haloop = install(wheel, place)
            try_commands(haloop, place)
            try_demo(haloop, place)
        except Fault as fault:
            print(f"the wheel is not good: {fault}", file=sys.stderr)
            return 1
    print("the wheel is whole; installed alone, its demo runs from an empty folder")
    return 0


def build(place: Path) -> Path:
    """The wheel of this tree, built with the tools of this environment."""
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", place / "dist", ROOT], "building")
    wheels = list((place / "dist").glob("*.whl"))
    if len(wheels) != 1:
        raise Fault(f"building made {len(wheels)} wheels")
    print(f"built {wheels[0].name}, {wheels[0].stat().st_size / 1e6:.1f} MB")
    return wheels[0]


def look_into(wheel: Path) -> None:
    """It must carry everything of the package's folder that git does not hide, and what the build makes."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for what, pattern in CARRIED.items():
        count = sum(re.fullmatch(pattern, name) is not None for name in names)
        if not count:
            raise Fault(f"it lacks {what} ({pattern})")
        print(f"  {what}: {count}")
    source = ROOT / "src"
    missing = sorted(
        path
        for file in (source / "haloop").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
        if (path := file.relative_to(source).as_posix()) not in names
    )
    if missing:
        raise Fault(f"it lacks {len(missing)} files of src/haloop, such as {missing[0]}")
    foreign = sorted(name for name in names if not name.startswith(("haloop/", "haloop-")))
    if foreign:
        raise Fault(f"it holds files from outside the package, such as {foreign[0]}")


def install(wheel: Path, place: Path) -> Path:
    """The command `haloop` of a new environment that holds the locked libraries and the wheel, nothing else."""
    uv, python = Path(sys.executable).with_name("uv"), place / "venv/bin/python"
    run([uv, "venv", "--quiet", "--python", sys.executable, place / "venv"], "making an environment")
    installing: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", python]
    run([*installing, "--require-hashes", "-r", ROOT / "requirements/app.txt"], "installing requirements/app.txt")
    run([*installing, "--no-deps", wheel], "installing the wheel")
    run([uv, "pip", "check", "--quiet", "--python", python], "checking what the wheel depends on")
    return place / "venv/bin/haloop"


def try_commands(haloop: Path, place: Path) -> None:
    empty = place / "commands"
    empty.mkdir()
    usage = run([haloop, "--help"], "haloop --help", cwd=empty)
    for command in ("demo", "serve", "migrate", "outbox"):
        if command not in usage:
            raise Fault(f"`haloop --help` does not name {command}")
    run([haloop, "migrate"], "haloop migrate", cwd=empty)
    if not (empty / "haloop.db").is_file():
        raise Fault("`haloop migrate` made no database")


def try_demo(haloop: Path, place: Path) -> None:
    with running_demo(haloop, place) as (address, seconds), httpx2.Client(base_url=address) as client:
        print(f"the demo answered {seconds:.1f} s after its start")
        page = fetch(client, "/", "text/html")
        fetch(client, "/posts", "text/html")
        posts = client.get("/api/posts").json()
        if len(posts["items"]) != 20 or posts["total"] < 200:
            raise Fault(f"/api/posts answers {len(posts['items'])} posts of {posts['total']}")
        fetch(client, posts["items"][0]["photo"]["url"], "image/webp")
        fetch(client, f"/posts/{posts['items'][0]['id']}", "text/html")
        for kind, suffix in (("text/css", "css"), ("text/javascript", "js")):
            found = re.search(rf'"(/static/[^"]+\.{suffix})"', page)
            if found is None:
                raise Fault(f"the home page names no .{suffix} file")
            fetch(client, found[1], kind)
        for email, password in TRIALS:
            answer = client.post("/api/auth/login", json={"email": email, "password": password})
            client.cookies.clear()
            if answer.status_code != 200 or answer.json()["account"]["is_trial"] is not True:
                raise Fault(f"{email} cannot sign in: {answer.status_code} {answer.text[:200]}")


@contextmanager
def running_demo(haloop: Path, place: Path) -> Iterator[tuple[str, float]]:
    """The demo on a free port, from an empty folder; answers its address and the seconds until it answered."""
    empty, log = place / "demo", place / "demo.log"
    empty.mkdir()
    port = free_port()
    begun = time.monotonic()
    with log.open("wb") as out:
        demo = subprocess.Popen(
            [haloop, "demo", "--port", str(port)], cwd=empty, env=plain_environment(), stdout=out, stderr=out
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_it_answers(f"{address}/readyz", demo, log)
        yield address, time.monotonic() - begun
        demo.terminate()
        try:
            demo.wait(20)
        except subprocess.TimeoutExpired as error:
            raise Fault("the demo did not stop within 20 seconds") from error
    finally:
        demo.kill()
        demo.wait()


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(url).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise Fault(f"the demo did not come to answer:\n{log.read_text('utf-8', 'replace')[-3000:]}")


def fetch(client: httpx2.Client, path: str, kind: str) -> str:
    response = client.get(path)
    if response.status_code != 200 or not response.headers.get("content-type", "").startswith(kind):
        raise Fault(f"{path} answers {response.status_code} {response.headers.get('content-type')}, not {kind}")
    if not response.content:
        raise Fault(f"{path} is empty")
    return response.text if kind.startswith("text/") else ""


def run(command: list[str | Path], what: str, cwd: Path = ROOT) -> str:
    """The output of a command; a Fault with the end of it when the command fails."""
    done = subprocess.run(
        command, cwd=cwd, env=plain_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    output = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        raise Fault(f"{what} failed with status {done.returncode}:\n{output[-3000:]}")
    return output


def plain_environment() -> dict[str, str]:
    """Without what belongs to this tree: its settings, its environment, its modules."""
    mine = ("HALOOP_", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    return {name: value for name, value in os.environ.items() if not name.startswith(mine)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
