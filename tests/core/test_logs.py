"""Logs tell what happened without what people wrote."""

from __future__ import annotations

import json
import logging
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
    before = logging.root.handlers[:]
    yield
    logging.root.handlers[:] = before
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


@pytest.mark.anyio
async def test_an_error_of_the_database_does_not_show_its_parameters(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(SQLAlchemyError) as raised:
        async with database.engine.connect() as connection:
            await connection.execute(sa.text("SELECT nothing FROM nowhere WHERE email = :email"), {"email": EMAIL})
    await database.close()

    assert EMAIL not in str(raised.value)
