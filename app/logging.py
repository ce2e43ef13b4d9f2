"""Logging: one chain for structlog and for the standard library's loggers, secrets taken out at its end."""

import json
import logging
import sys
from contextlib import AbstractContextManager
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from app.redaction import redact

ROUTED = ("uvicorn", "uvicorn.error", "uvicorn.access", "alembic", "asyncpg", "sqlalchemy")


def configure_logging(
    env: Literal["development", "production"], level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Send every log line to `stream` (standard error): JSON in production, a console's form otherwise.

    Start uvicorn with log_config=None, or it puts its own handlers back.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(_renderer(env, stream)))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in ROUTED:
        routed = logging.getLogger(name)
        routed.handlers, routed.propagate, routed.disabled = [], True, False
    # A line for each revision at every start tells nobody anything; failures are exceptions.
    logging.getLogger("alembic").setLevel(max(logging.WARNING, root.level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module; its lines are events: `log.info("run started", mode="PAPER")`."""
    return structlog.stdlib.get_logger(name)


def log_context(*, request_id: str | None = None, run_id: str | None = None) -> AbstractContextManager[None]:
    """Put these ids on every line logged inside the block, in this task and those it starts."""
    given = {"request_id": request_id, "run_id": run_id}
    return cast(
        AbstractContextManager[None],
        structlog.contextvars.bound_contextvars(**{name: value for name, value in given.items() if value}),
    )


def _shared() -> list[Processor]:
    """What happens to every line, whoever logged it, before it is rendered."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _formatter(renderer: Processor) -> logging.Formatter:
    # Tracebacks become text before redaction: an exception's message can carry a secret too.
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            _redacted,
            renderer,
        ],
    )


def _redacted(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    line.pop("color_message", None)  # uvicorn's: the event again, in escape codes
    return cast(EventDict, redact(line))


def _renderer(env: str, stream: TextIO) -> Processor:
    if env == "production":
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _json(line: object, **_: Any) -> str:
    return json.dumps(line, ensure_ascii=False)
