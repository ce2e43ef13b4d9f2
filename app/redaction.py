"""Keeping secrets out of the logs: by the name of a value, and by the look of a text."""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import PurePath
from uuid import UUID

REDACTED = "[REDACTED]"
DEEPEST = 6

# A fencing token is a counter that says which owner of a run is the latest; it opens nothing.
_HARMLESS = frozenset({"fencing_token"})
_NAMES = (
    r"pass(?:word|wd|phrase)|secret|token|authorization|credential|cookie|totp|api[_-]?key|private[_-]?key"
)
_SECRET_NAME = re.compile(rf"{_NAMES}|(?:^|_)(?:pin|otp|jwt)$", re.IGNORECASE)

_JWT = re.compile(r"\beyJ[\w-]{4,}\.[\w-]+\.[\w-]*")
_BEARER = re.compile(r"\b(bearer)\s+(?!\[)[\w.~+/=-]+", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(://[^\s:/@]*:)[^\s/@]+(@)")
_ASSIGNED = re.compile(
    rf"""(?<!fencing_)((?:{_NAMES}|\b(?:pin|otp|jwt))[\w-]{{0,20}}\\?["']?\s{{0,3}}[=:]\s{{0,3}})"""
    r"""(\\?"[^"\\]*\\?"|'[^']*'|(?!\[)[^\s"'&,;)}\]]+)""",
    re.IGNORECASE,
)


def redact(value: object, depth: int = 0) -> object:
    """A copy of `value` fit for a log: secrets blanked, anything but plain data turned into text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, date | time | Decimal | UUID):
        return str(value)
    if depth < DEEPEST and isinstance(value, Mapping | list | tuple | set | frozenset):
        return _redact_items(value, depth + 1)
    return f"[{len(value)} bytes]" if isinstance(value, bytes | bytearray) else scrub(_text(value))


def _redact_items(value: Collection[object], depth: int) -> object:
    if not isinstance(value, Mapping):
        return [redact(item, depth) for item in value]
    return {
        str(name): REDACTED if is_secret(str(name)) and item is not None else redact(item, depth)
        for name, item in value.items()
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, PurePath) else repr(value)


def is_secret(name: str) -> bool:
    """Whether a value of this name must not be shown."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return snake not in _HARMLESS and bool(_SECRET_NAME.search(snake))


def scrub(text: str) -> str:
    """Blank what looks like a secret inside a text: tokens, passwords in URLs, `password=...`."""
    text = _JWT.sub(REDACTED, text)
    text = _BEARER.sub(rf"\1 {REDACTED}", text)
    text = _URL_PASSWORD.sub(rf"\1{REDACTED}\2", text)
    return _ASSIGNED.sub(rf"\1{REDACTED}", text)
