"""The demo's folder: known by its mark, emptied of what a demo made and of nothing else."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from rich.console import Console
from typer import Exit

from haloop.demo.folder import DemoFolder, NotOurs
from haloop.demo.run import run_demo
from tests.processes import free_port

KEY = "0123456789abcdef" * 2
FOREIGN = ("notes.txt", "media/holiday.jpg", "media/ab/mine.webp", f"media/{KEY}-480.webp", "haloop.db.backup")


@pytest.fixture
def folder(tmp_path: Path) -> DemoFolder:
    """A folder that a demo has filled, with files of somebody else."""
    folder = DemoFolder(tmp_path / "haloop-demo")
    with folder.held():
        folder.begin()
        folder.settings(8000, "127.0.0.1")
        for name in ("haloop.db", "haloop.db-wal", "haloop.db-shm", f"media/01/{KEY}-480.webp", *FOREIGN):
            path = folder.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        folder.end([uuid4(), uuid4()])
    return folder


def names(folder: DemoFolder) -> set[str]:
    return {str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()}


def test_beginning_anew_removes_what_a_demo_made_and_nothing_else(folder: DemoFolder) -> None:
    folder.begin()
    assert names(folder) == {"demo.json", *FOREIGN}
    assert not (folder.path / "media/01").exists()
    assert all((folder.path / name).read_text() == name for name in FOREIGN)


def test_a_folder_is_seeded_between_end_and_begin(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    assert folder.seeded() is None
    folder.begin()
    assert folder.seeded() is None
    ids = [uuid4(), uuid4()]
    folder.end(ids)
    assert DemoFolder(tmp_path).seeded() == ids
    folder.begin()
    assert folder.seeded() is None


@pytest.mark.parametrize("name", ["haloop.db", "haloop.db-wal", "media/holiday.jpg", "secret.txt"])
@pytest.mark.parametrize("reset", [False, True])
def test_what_no_demo_made_is_refused_and_left_alone(tmp_path: Path, name: str, reset: bool) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("precious")
    console = Console(record=True, width=80)

    with pytest.raises(Exit) as ended:
        run_demo(console, tmp_path, free_port(), reset=reset)

    assert ended.value.exit_code == 2
    said = f"haloop: {tmp_path} holds {name.partition('/')[0]}, which no demo made: choose another folder with --data\n"
    assert console.export_text() == said
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()] == [name]
    assert (tmp_path / name).read_text() == "precious"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotOurs, match="file cannot be used: File exists"), DemoFolder(tmp_path / "file").held():
        pass


def test_a_held_folder_is_not_given_to_a_second_demo_and_is_free_afterwards(folder: DemoFolder) -> None:
    with folder.held(), pytest.raises(NotOurs, match="another demo runs in"), DemoFolder(folder.path).held():
        pass
    with DemoFolder(folder.path).held():
        pass


def test_the_secret_is_made_once_and_for_its_owner_alone(folder: DemoFolder) -> None:
    first = folder.settings(8000, "127.0.0.1").secret()
    assert folder.settings(9000, "127.0.0.1").secret() == first
    assert (folder.path / "secret.txt").stat().st_mode & 0o077 == 0
