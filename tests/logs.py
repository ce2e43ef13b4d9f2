"""What a test lets the server log, line by line."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the lines go; what logging was before comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield io.StringIO()
    root.handlers = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines logged in production."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]
