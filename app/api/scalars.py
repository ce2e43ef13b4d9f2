"""The contract's own scalars: exact money, unambiguous times, whole numbers beyond 32 bits, cursors, JSON."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

Long = NewType("Long", int)
Cursor = NewType("Cursor", str)
JSON = NewType("JSON", object)

# What JSON's readers carry without loss: IEEE doubles count exactly up to here.
MAX_LONG = 2**53 - 1
_PLAIN = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,8})?", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,16}", re.ASCII)


def decimal_text(value: Decimal) -> str:
    """Plain notation, with no exponent and no zeros at the end of a fraction."""
    if not value.is_finite():
        raise GraphQLError(f"{value} is not a finite number.")
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def parse_decimal(value: Any) -> Decimal:
    """A string in plain notation, or a whole number; never a JSON fraction, which is a float."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not (isinstance(value, str) and _PLAIN.fullmatch(value)):
        raise GraphQLError('Decimal is written as a string in plain notation, like "1234.50".')
    return Decimal(value)


def moment_text(value: datetime) -> str:
    """RFC 3339 in UTC with `Z`; fractions only where there are any."""
    if value.tzinfo is None:
        raise GraphQLError("A time without its zone cannot be shown.")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_moment(value: Any) -> datetime:
    """An RFC 3339 time with its offset, as UTC."""
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError('DateTime is RFC 3339 with a zone, like "2026-01-31T09:15:00Z".')


def parse_day(value: Any) -> date:
    """A calendar date."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise GraphQLError('Date is written like "2026-01-31".')


def whole(value: Any) -> int:
    """A whole number that JSON carries exactly, in either direction."""
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_LONG:
        raise GraphQLError("Long is a whole number of at most 53 bits.")
    return value


def parse_cursor(value: Any) -> str:
    """A cursor as it was given out; what it means is checked where it is used."""
    if not (isinstance(value, str) and 0 < len(value) <= 512):
        raise GraphQLError("Cursor is a string this server has given out.")
    return value


def _scalar(
    name: str,
    description: str,
    url: str,
    serialize: Callable[[Any], Any],
    parse: Callable[[Any], Any],
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, specified_by_url=url, serialize=serialize, parse_value=parse
    )


_RFC_3339 = "https://www.rfc-editor.org/rfc/rfc3339"
_RFC_8259 = "https://www.rfc-editor.org/rfc/rfc8259"

SCALARS: dict[object, ScalarDefinition] = {
    Decimal: _scalar(
        "Decimal",
        "An exact decimal number as a string in plain notation; amounts are in rupees.",
        "https://speleotrove.com/decimal/daconvs.html",
        decimal_text,
        parse_decimal,
    ),
    datetime: _scalar(
        "DateTime", "A moment: RFC 3339; given in UTC with `Z`.", _RFC_3339, moment_text, parse_moment
    ),
    date: _scalar("Date", "A calendar date.", f"{_RFC_3339}#section-5.6", date.isoformat, parse_day),
    Long: _scalar(
        "Long", "A whole number of at most 53 bits, as a JSON number.", f"{_RFC_8259}#section-6", whole, whole
    ),
    Cursor: _scalar(
        "Cursor",
        "A place in a list or in the log of events: opaque, bound to the viewer and the filter it came with.",
        "https://relay.dev/graphql/connections.htm#sec-Cursor",
        str,
        parse_cursor,
    ),
    JSON: _scalar("JSON", "Any JSON value.", _RFC_8259, lambda value: value, lambda value: value),
}
"""Python type to scalar, for the schema's configuration."""
