"""Where the browser for the tests comes from: named, found, or installed where that is ours to do."""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No name but this machine's resolves: a page that needs anything from outside fails, as it would offline.
FLAGS = (
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
INSTALL = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
ADVICE = "no Chromium: run `apt-get install chromium`, or set CHROMIUM=/path/to/it"


def find_chromium() -> Path | None:
    """The browser `$CHROMIUM` names, else the one on PATH, else a fresh one where root has apt, else None."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    return on_path() or (installed() if may_install() else None)


def on_path() -> Path | None:
    """The first known browser on PATH."""
    return next((Path(path) for name in NAMES if (path := shutil.which(name))), None)


def may_install() -> bool:
    """Root on a Debian-like machine: there, and only there, the tests may install a package."""
    return is_root() and shutil.which("apt-get") is not None


def is_root() -> bool:
    """Whether the tests run as root. Chromium's sandbox refuses to; an ordinary user keeps it."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def installed() -> Path | None:
    """Install Chromium with apt, saying so; None where its package servers cannot be reached."""
    print("+ apt-get update &&", *INSTALL, flush=True)
    for command in (("apt-get", "update"), INSTALL):
        if subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode:
            return None
    return on_path()
