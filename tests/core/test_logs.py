"""Logs tell what happened without what people wrote."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from haloop.core.database import Database
from haloop.core.logs import set_up_logs

PASSWORD = "open sesame 123"
EMAIL = "mei@example.org"


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def fail(password: str) -> None:
    account = {"email": EMAIL, "password": password}
    raise RuntimeError(f"could not store an account of {len(account)} fields")


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_traceback_does_not_show_the_values_of_variables(capsys: pytest.CaptureFixture[str], style: str) -> None:
    set_up_logs("json" if style == "json" else "console")
    log = structlog.get_logger()
    try:
        fail(PASSWORD)
    except RuntimeError as error:
        log.error("unexpected_error", exc_info=error)  # noqa: TRY400  # as the handlers log

    written = capsys.readouterr().err
    assert "could not store an account of 2 fields" in written
    assert "fail" in written
    assert PASSWORD not in written
    assert EMAIL not in written
    if style == "json":
        assert json.loads(written)["event"] == "unexpected_error"


@pytest.mark.parametrize("by", ["object", "in hand"])
def test_what_another_library_says_is_a_line_too_unless_it_repeats_an_exception(
    capsys: pytest.CaptureFixture[str], by: str
) -> None:
    set_up_logs("json")
    other = logging.getLogger("uvicorn.error")
    for said in (True, False):
        try:
            fail(PASSWORD)
        except RuntimeError as error:
            if said:
                structlog.get_logger().error("unexpected_error", exc_info=error if by == "object" else True)
            other.error("Exception in ASGI application\n", exc_info=error)  # as uvicorn does
    other.info("127.0.0.1 asked for a query")
    other.warning("Invalid %s", "request")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("it is old", DeprecationWarning, stacklevel=1)
    logging.getLogger("engineio.server").error("Invalid session of a client")

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("logger"), "exception" in line) for line in lines[:3]] == [
        ("unexpected_error", None, True),
        ("Exception in ASGI application\n", "uvicorn.error", True),
        ("Invalid request", "uvicorn.error", False),
    ]
    assert "it is old" in lines[3]["event"]
    assert len(lines) == 4
    assert PASSWORD not in json.dumps(lines)


def test_what_clients_can_cause_at_will_is_said_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs("json")
    other = logging.getLogger("engineio.server")
    for _ in range(3):
        try:
            fail(PASSWORD)
        except RuntimeError:
            other.exception("post request handler error")
    other.error("Invalid session 42")

    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "post request handler error"


@pytest.mark.anyio
async def test_an_error_of_the_database_does_not_show_its_parameters(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(SQLAlchemyError) as raised:
        async with database.engine.connect() as connection:
            await connection.execute(sa.text("SELECT nothing FROM nowhere WHERE email = :email"), {"email": EMAIL})
    await database.close()

    assert EMAIL not in str(raised.value)
