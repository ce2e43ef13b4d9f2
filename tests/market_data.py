"""Where the shared real market data lies, for tests that want it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "../shared/data"


def real(name: str) -> Path:
    """A file of the shared data; the test that asks is skipped when it is not there."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"no real market data: ../shared/data/{name} is absent")
    return path
