"""A server process with its own database, and browsers that report every error and every foreign request."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.e2e.platform import Platform

PATIENCE = 30.0  # seconds until the server must answer
START = "from haloop.cli import main; main()"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Only where these tests are asked for: after a synchronous Playwright test no asynchronous one can run."""
    asked_for = any("e2e" in argument for argument in config.args)
    return None if asked_for else True


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestRemovedIn10Warning")  # pytest-playwright's own


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:  # Any: Playwright's options
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    return {"executable_path": chromium, "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


class Server:
    """A `haloop serve` of its own, as an operator would start it; it can be stopped and started on its port."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, "-c", START, "serve", "--port", str(self._port)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)  # noqa: S603
        _wait(self.address, self._process, self._folder / "log")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@contextmanager
def a_server(folder: Path, **settings: str) -> Iterator[Server]:
    """A server with its own database in the folder; `settings` are HALOOP_… of the environment."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HALOOP_")},
        "HALOOP_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'haloop.db'}",
        "HALOOP_MEDIA_URL": str(folder / "media"),
        "HALOOP_SECRET_KEY": "a secret of the browser tests, 32 bytes",
        "HALOOP_RATE_LIMIT_FACTOR": "0",
        "HALOOP_SQLITE_SYNCHRONOUS": "NORMAL",
        **settings,
    }
    subprocess.run([sys.executable, "-c", START, "migrate"], env=environment, check=True, capture_output=True)  # noqa: S603
    running = Server(folder, environment)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with a_server(tmp_path_factory.mktemp("haloop")) as running:
        yield running


@pytest.fixture(scope="session")
def platform(server: Server) -> Platform:
    return Platform(server.address)


@pytest.fixture
def faults() -> Iterator[list[str]]:
    """What the browsers of a test complained of; it must be nothing."""
    found: list[str] = []
    yield found
    assert found == []


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def open_browser(browser: Browser, platform: Platform, faults: list[str]) -> Iterator[NewContext]:
    """A private window of someone; `signed_in` is an account of the platform."""
    opened: list[BrowserContext] = []

    def make(signed_in: str | None = None, **options: Any) -> BrowserContext:  # Any: Playwright's options
        options = {"base_url": platform.address, "reduced_motion": "reduce", **options}
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)
        opened.append(context)
        if signed_in:
            platform.sign_in(context, signed_in)
        context.on("page", lambda page: _watch(page, options["base_url"], faults))
        return context

    yield make
    for context in opened:
        context.close()


def _watch(page: Page, address: str, faults: list[str]) -> None:
    def said(message: ConsoleMessage) -> None:
        # The browser's own notes on what a test asked for: an error answer, no network.
        expected = "status of 4" in message.text or "ERR_INTERNET_DISCONNECTED" in message.text
        if message.type in ("error", "warning") and not expected:
            faults.append(f"{page.url}: {message.text}")

    def asked(request: Request) -> None:
        if not request.url.startswith((address, address.replace("http", "ws"), "blob:", "data:")):
            faults.append(f"{page.url} asked {request.url}")

    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", asked)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{address}/healthz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
