"""The bootstrap script: refuses old Pythons in words, builds the web when and only when it has to."""

import ast
import glob
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bootstrap.py"
ENSURE_WEB = "import sys, bootstrap; sys.exit(bootstrap.ensure_web(forced='web' in sys.argv))"
needs_npm = pytest.mark.skipif(not shutil.which("npm"), reason="needs npm on PATH")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout, with a space in its path, whose web has nothing to install and one file to build."""
    root = tmp_path / "a checkout"
    (root / "web").mkdir(parents=True)
    (root / ".venv").mkdir()
    shutil.copy(SCRIPT, root)
    package = {
        "name": "web",
        "version": "1.0.0",
        "scripts": {"build": "mkdir -p dist && cat page >> dist/built"},
    }
    lock = {
        "name": "web",
        "version": "1.0.0",
        "lockfileVersion": 3,
        "requires": True,
        "packages": {"": package},
    }
    (root / "web" / "package.json").write_text(json.dumps(package))
    (root / "web" / "package-lock.json").write_text(json.dumps(lock))
    (root / "web" / "page").write_text("one\n")
    return root


def ensure_web(checkout: Path, *words: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    """Let the checkout's own script see to the web."""
    return subprocess.run(
        [sys.executable, "-c", ENSURE_WEB, *words],
        cwd=checkout,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def built(checkout: Path) -> str:
    """What the builds so far have written."""
    return (checkout / "web" / "dist" / "built").read_text()


def test_the_script_parses_on_interpreters_it_refuses() -> None:
    """A SyntaxError would hide the sentence that says which Python is needed."""
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


OLD = [path for minor in range(6, 11) for path in glob.glob(f"/usr/bin/python3.{minor}")] + glob.glob(
    os.path.expanduser("~/.pyenv/versions/3.[6-9].*/bin/python")
)


@pytest.mark.skipif(not OLD, reason="no Python older than 3.11 on this machine")
def test_an_old_python_is_refused_by_name(checkout: Path) -> None:
    """The sentence names the interpreter, its version and the way out."""
    refused = subprocess.run(
        [OLD[0], "bootstrap.py"], cwd=checkout, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert OLD[0] in refused.stderr
    assert "make run PYTHON=" in refused.stderr


@needs_npm
def test_the_web_is_built_once_and_again_after_a_change(checkout: Path) -> None:
    """The second start builds nothing; a changed source does."""
    for _ in range(2):
        assert ensure_web(checkout).returncode == 0
    assert built(checkout) == "one\n"
    (checkout / "web" / "page").write_text("two\n")
    ensure_web(checkout)
    assert built(checkout) == "one\ntwo\n"


@needs_npm
def test_a_changed_contract_builds_the_web_again(checkout: Path) -> None:
    """What is generated from graphql/ depends on it."""
    ensure_web(checkout)
    (checkout / "graphql").mkdir()
    (checkout / "graphql" / "schema.graphql").write_text("type Query { one: Int }")
    ensure_web(checkout)
    assert built(checkout) == "one\none\n"


@needs_npm
def test_a_failed_build_warns_and_is_not_tried_at_every_start(checkout: Path) -> None:
    """The server can do without its pages; asked for by name, the build is tried again and must succeed."""
    (checkout / "web" / "page").unlink()
    first, second, asked = (
        ensure_web(checkout),
        ensure_web(checkout),
        ensure_web(checkout, "web"),
    )
    assert (first.returncode, second.returncode, asked.returncode) == (0, 0, 1)
    assert "WARNING: the web was not built" in first.stdout
    assert "failed before" in second.stdout
    assert "WARNING" in asked.stdout


@needs_npm
def test_ci_does_not_go_on_without_the_web(checkout: Path) -> None:
    """There a broken build is a broken change, at each try."""
    (checkout / "web" / "page").unlink()
    assert [ensure_web(checkout, ci="true").returncode for _ in range(2)] == [1, 1]
