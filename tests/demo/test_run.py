"""`haloop demo` as people start it: a process, its folder, its words. A start takes seconds, so tests share some."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path

import httpx2

from haloop.demo.folder import DemoFolder
from haloop.demo.seed import HELPER_TRIAL, HOST_TRIAL
from tests.demo.conftest import Seeded
from tests.processes import Haloop, free_port, run, started
from tests.world import Json, a_picture, a_post


@contextmanager
def signed_in(demo: Haloop, account: tuple[str, str]) -> Iterator[httpx2.Client]:
    email, password = account
    with httpx2.Client(base_url=demo.address) as client:
        answer = client.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        client.cookies.clear()
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        yield client


def publish(host: httpx2.Client, title: str) -> Json:
    picture = {"file": ("a.png", a_picture(kind="PNG"), "image/png")}
    photos = [host.post("/api/photos", files=picture).json()["id"] for _ in range(3)]
    starts_on = date.today() + timedelta(days=30)  # noqa: DTZ011  # a month away, whichever day it is
    days = {"starts_on": starts_on.isoformat(), "ends_on": (starts_on + timedelta(days=60)).isoformat()}
    answer = host.post("/api/posts", json=a_post(title=title, photos=photos, status="published", **days))
    assert answer.status_code == 201, answer.text
    post: Json = answer.json()
    return post


def count(data: Path, table: str) -> int:
    with closing(sqlite3.connect(data / "haloop.db")) as database:
        try:
            (found,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  # a test's own word
        except sqlite3.OperationalError:  # not there yet, or being made
            return 0
        return int(found)


def test_the_first_run_shows_progress_and_says_where_and_as_whom_to_come_in(seeded: Seeded) -> None:
    assert re.search(r"Making hosts, posts and helpers.*\b(\d{3,})/\1", seeded.output)
    assert f"Haloop is ready: {seeded.address}\n" in seeded.output
    for email, password in (HELPER_TRIAL, HOST_TRIAL):
        assert re.search(rf"{re.escape(email)}\s+password\s+{password}\n", seeded.output)
    assert "Open the second account in a private window" in seeded.output
    assert "Traceback" not in seeded.output


def test_the_folder_holds_what_the_demo_needs_and_no_secret_that_others_may_read(seeded: Seeded) -> None:
    data = seeded.folder / "haloop-demo"
    assert {path.name for path in data.iterdir()} - {"haloop.db-wal", "haloop.db-shm"} == {
        "haloop.db",
        "media",
        "secret.txt",
        "demo.json",
    }
    assert (data / "secret.txt").stat().st_mode & 0o077 == 0
    assert len((data / "secret.txt").read_bytes()) >= 32


def test_a_running_demo_is_this_machines_alone_and_has_its_folder_for_itself(demo_folder: Path) -> None:
    folder = demo_folder.parent
    with started(folder, "demo") as demo:
        demo.wait_until_it_serves()
        for other in ("127.0.0.2", _address_on_the_network()):
            with socket.socket() as probe:
                assert other is None or probe.connect_ex((other, demo.port)) != 0, other

        same_port = run(folder, "demo", "--data", "elsewhere", "--port", str(demo.port))
        assert same_port.returncode == 2
        said = f"haloop: port {demo.port} is in use. Choose another one: --port {demo.port + 1}\n"
        assert same_port.stdout == said
        assert not (folder / "elsewhere").exists()

        same_folder = run(folder, "demo", "--reset", "--port", str(free_port()))
        assert same_folder.returncode == 2
        assert same_folder.stdout.startswith("haloop: another demo runs in haloop-demo: ")

        with signed_in(demo, HELPER_TRIAL) as visitor:
            assert visitor.get("/api/subscriptions").json()["items"]
        assert demo.stop(signal.SIGINT) < 10
        assert "Traceback" not in demo.output


def test_running_again_keeps_what_people_made(demo_folder: Path) -> None:
    port = free_port()
    photos = {path: path.stat().st_mtime_ns for path in demo_folder.rglob("*.webp")}
    with started(demo_folder.parent, "demo", port=port) as demo:
        demo.wait_for("Stop with Ctrl+C")
        assert "Making hosts" not in demo.output
        with signed_in(demo, HOST_TRIAL) as host, signed_in(demo, HELPER_TRIAL) as visitor:
            wish = {"name": "Only mine", "filter": {"text": "kingfisher"}}
            subscription = visitor.post("/api/subscriptions", json=wish).json()
            post = publish(host, "The kingfisher's pond")
            demo.kill()  # the hardest end: what was answered stays

            with started(demo_folder.parent, "demo", port=port) as again:
                again.wait_for("Stop with Ctrl+C")
                assert "Making hosts" not in again.output
                shown = visitor.get(f"/api/subscriptions/{subscription['id']}").json()  # signed in as before
                assert (shown["name"], shown["matching_posts"]) == ("Only mine", 1)
                assert visitor.get(f"/api/posts/{post['id']}").json()["title"] == "The kingfisher's pond"
                assert visitor.get(post["photos"][0]["url"]).status_code == 200
                deadline = time.monotonic() + 20
                while (newest := visitor.get("/api/notifications").json()["items"][0])["post_id"] != post["id"]:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                assert "Only mine" in newest["subscription_names"]
                assert again.stop() < 10
                assert "Traceback" not in again.output
    assert all(path.stat().st_mtime_ns == written for path, written in photos.items())


def test_a_seeding_that_was_killed_is_done_anew(seeded: Seeded, tmp_path: Path) -> None:
    data = tmp_path / "my data"
    with started(tmp_path, "demo", "--data", str(data)) as demo:
        while not (data / "demo.json").exists() or count(data, "posts") < 20:
            assert demo.process.poll() is None, demo.output
            time.sleep(0.02)
        demo.kill()
    assert "Haloop is ready" not in demo.output
    assert DemoFolder(data).seeded() is None
    (data / "notes.txt").write_text("mine")

    with started(tmp_path, "demo", "--data", str(data)) as demo:
        demo.wait_for("Stop with Ctrl+C")
        assert "Making hosts" in demo.output
        with signed_in(demo, HOST_TRIAL) as host:
            assert host.get("/api/me/posts").json()["items"]
        demo.stop()
    whole = seeded.folder / "haloop-demo"
    for table in ("accounts", "hosts", "posts", "photos", "subscriptions"):
        assert count(data, table) == count(whole, table) > 0, table
    assert len(list((data / "media").rglob("*.webp"))) == len(list((whole / "media").rglob("*.webp")))
    assert (data / "notes.txt").read_text() == "mine"


def test_reset_begins_a_seeded_folder_anew(demo_folder: Path) -> None:
    photos = {path.name for path in demo_folder.rglob("*.webp")}
    with started(demo_folder.parent, "demo", "--reset") as demo:
        while DemoFolder(demo_folder).seeded() is not None or count(demo_folder, "hosts") < 2:
            assert demo.process.poll() is None, demo.output
            time.sleep(0.02)
    left = {path.name for path in demo_folder.rglob("*.webp")}
    assert left.isdisjoint(photos)
    assert count(demo_folder, "hosts") < 60


def _address_on_the_network() -> str | None:
    """This machine's address as others see it, if it has one; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address
