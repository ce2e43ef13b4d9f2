"""The locks: complete, hashed, agreeing with one another, and silent about where packages come from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = [ROOT / "requirements.lock", *sorted((ROOT / "locks").iterdir())]


def pins(lock: Path) -> dict[str, str]:
    """Every `name==version ; marker` of a lock, with its hashes."""
    entries = lock.read_text().replace("\\\n", " ").splitlines()
    return dict(re.split(r"\s+(?=--hash)", entry, maxsplit=1) for entry in entries)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_every_package_is_pinned_and_hashed(lock: Path) -> None:
    """Nothing is installed that was not looked at."""
    for pin, hashes in pins(lock).items():
        assert re.match(r"[a-z0-9-]+==\S+( ; |$)", pin), pin
        assert re.fullmatch(r"(--hash=sha256:[0-9a-f]{64}\s*)+", hashes), pin


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.name))
def test_no_lock_names_a_place_to_download_from(lock: Path) -> None:
    """A site's own mirror serves as well as any other."""
    assert not re.search(r"://|--(extra-)?index|--find-links", lock.read_text())


@pytest.mark.parametrize("name", ["runtime.lock", "build.txt"])
def test_the_image_gets_the_versions_that_were_tested(name: str) -> None:
    """The image's locks are parts of the one that development and tests use."""
    whole = pins(ROOT / "requirements.lock")
    part = {pin.split(" ;")[0]: hashes for pin, hashes in pins(ROOT / "locks" / name).items()}
    assert part.items() <= {pin.split(" ;")[0]: hashes for pin, hashes in whole.items()}.items()


def test_the_folder_graphql_holds_no_python() -> None:
    """One Python file there, and `import graphql` stops meaning graphql-core."""
    assert not list((ROOT / "graphql").rglob("*.py"))
