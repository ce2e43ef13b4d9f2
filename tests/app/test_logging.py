"""Logging: one form for everybody's lines, ids bound, secrets gone."""

import asyncio
import io
import logging
import warnings

import pytest

from app.logging import ROUTED, configure_logging, get_logger, log_context
from tests.logs import lines_of, stream

__all__ = ["stream"]  # a fixture


def test_production_logs_one_json_object_a_line(stream: io.StringIO) -> None:
    """Event, level, logger, UTC time and fields, even when a field holds a line break."""
    configure_logging("production", stream=stream)
    get_logger("app.engine").info("run started", mode="PAPER", note="two\nlines")
    [line] = lines_of(stream)
    assert (line["event"], line["level"], line["logger"]) == ("run started", "info", "app.engine")
    assert (line["mode"], line["note"]) == ("PAPER", "two\nlines")
    assert str(line["timestamp"]).endswith("Z")


def test_development_logs_for_eyes(stream: io.StringIO) -> None:
    """The console's form, without colours where there is no terminal."""
    configure_logging("development", stream=stream)
    get_logger("app").warning("feed lost", instrument="RELIANCE")
    shown = stream.getvalue()
    assert "feed lost" in shown
    assert "instrument=RELIANCE" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("name", ROUTED)
def test_the_libraries_lines_take_the_same_way(stream: io.StringIO, name: str) -> None:
    """uvicorn and the others come out as JSON once, though they had handlers of their own."""
    logging.getLogger(name).addHandler(logging.StreamHandler(stream))
    configure_logging("production", stream=stream)
    logging.getLogger(name).warning("served %s", "/health", extra={"status": 200})
    [line] = lines_of(stream)
    assert (line["event"], line["logger"], line["status"]) == ("served /health", name, 200)


def test_uvicorns_colours_are_left_out(stream: io.StringIO) -> None:
    """It sends each of its lines twice, the second time in escape codes."""
    configure_logging("production", stream=stream)
    logging.getLogger("uvicorn.error").info("Started", extra={"color_message": "\x1b[36mStarted"})
    [line] = lines_of(stream)
    assert line["event"] == "Started"
    assert "color_message" not in line


def test_a_warning_of_python_is_a_line_too(stream: io.StringIO) -> None:
    """Nothing writes past the log."""
    configure_logging("production", stream=stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old way", stacklevel=1)
    [line] = lines_of(stream)
    assert "old way" in str(line["event"])


async def test_ids_are_bound_to_their_own_task(stream: io.StringIO) -> None:
    """Two runs that interleave keep their ids apart, the libraries' lines included."""
    configure_logging("production", stream=stream)
    turn = asyncio.Barrier(2)

    async def run(run_id: str) -> None:
        with log_context(request_id=f"request of {run_id}", run_id=run_id):
            await turn.wait()
            get_logger("app").info(run_id)
            logging.getLogger("asyncpg").warning(run_id)

    await asyncio.gather(run("one"), run("two"))
    get_logger("app").info("after")
    *inside, after = lines_of(stream)
    assert [line["run_id"] for line in inside] == [line["event"] for line in inside]
    assert {line["request_id"] for line in inside} == {"request of one", "request of two"}
    assert "run_id" not in after


@pytest.mark.parametrize("env", ["development", "production"])
def test_no_secret_is_logged_by_any_way(stream: io.StringIO, env: str) -> None:
    """As a field, in a text, in a library's arguments, in an exception's message."""
    configure_logging("production" if env == "production" else "development", stream=stream)
    log = get_logger("app")
    log.info("login", password="hunter2", body={"totp": "hunter2"})
    log.info("header authorization: Bearer hunter2")
    logging.getLogger("uvicorn.access").info('"%s %s" %d', "GET", "/x?access_token=hunter2", 200)
    try:
        raise ValueError("cannot connect to postgresql://me:hunter2@db/medha")
    except ValueError:
        log.exception("failed")
    shown = stream.getvalue()
    assert "hunter2" not in shown
    assert "ValueError" in shown


def test_lines_below_the_level_are_left_out(stream: io.StringIO) -> None:
    """WARNING is WARNING for structlog and for the libraries."""
    configure_logging("production", "WARNING", stream)
    get_logger("app").info("quiet")
    logging.getLogger("uvicorn").info("quiet")
    get_logger("app").error("loud")
    assert [line["event"] for line in lines_of(stream)] == ["loud"]
