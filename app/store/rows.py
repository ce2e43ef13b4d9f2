"""Rows as plain JSON values: what the writer sends in bulk, and what the audit chain hashes.

Exact both ways: the plain form of a row read back equals the plain form of the row as given.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Column, DateTime, Integer, LargeBinary, Numeric, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import SQLModel

from app.store.database import spoken
from app.store.tables import metadata
from app.store.tables.strategies import RunInput, RunResult, StrategyRun
from app.store.tables.system import SystemLog
from app.store.tables.trading import (
    ChargeSettlement,
    Fill,
    Order,
    OrderEvent,
    OrderState,
    PnlSnapshot,
    Position,
    RiskEvent,
    Trade,
)

Row = Mapping[str, Any]
PlainRow = dict[str, Any]
MODELS: dict[str, type[SQLModel]] = {
    "strategy_runs": StrategyRun,
    "run_inputs": RunInput,
    "run_results": RunResult,
    "trades": Trade,
    "orders": Order,
    "order_events": OrderEvent,
    "order_states": OrderState,
    "fills": Fill,
    "charge_settlements": ChargeSettlement,
    "positions": Position,
    "pnl_snapshots": PnlSnapshot,
    "risk_events": RiskEvent,
    "system_logs": SystemLog,
}
BEYOND_INTEGERS = 2**64
"""What jsonb gives back as an integer below this, a JSON reader gives as a float from it on."""


class Shape(NamedTuple):
    """How a table's rows are written: a converter and a default for each column, the identity apart."""

    convert: dict[str, Callable[[Any], Any]]
    default: dict[str, Callable[[], Any]]
    key: tuple[str, ...]


@cache
def shape(table: str) -> Shape:
    """The shape of a table of the ledger's; ValueError for any other."""
    if table not in MODELS:
        raise ValueError(f"{table} is not the ledger's")
    columns = [column for column in metadata.tables[table].columns if column.identity is None]
    fields = MODELS[table].model_fields
    return Shape(
        {column.name: _converter(column) for column in columns},
        {
            column.name: _default(fields[column.name])
            for column in columns
            if _may_be_left_out(fields, column)
        },
        tuple(column.name for column in metadata.tables[table].primary_key),
    )


def plain(table: str, row: Row) -> PlainRow:
    """The columns given, as JSON values. Raise ValueError for a column the table does not have, or a
    value its column cannot hold exactly (TypeError for a fraction of a count)."""
    convert = shape(table).convert
    if unknown := row.keys() - convert.keys():
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    return {name: None if value is None else convert[name](value) for name, value in row.items()}


def complete(table: str, row: Row) -> PlainRow:
    """The whole row, as `plain`: columns left out take the model's defaults, as in a model just made."""
    convert, default, _ = shape(table)
    missing = convert.keys() - row.keys()
    if required := missing - default.keys():
        raise ValueError(f"{table} wants {', '.join(sorted(required))}")
    return plain(table, {**{name: default[name]() for name in missing}, **row})


def json_value(value: Any) -> Any:
    """A document as it will be read back from jsonb: numbers in one form, keys as text."""
    return _settled(orjson.loads(orjson.dumps(value, default=spoken)))


def _may_be_left_out(fields: Mapping[str, Any], column: Column[Any]) -> bool:
    return bool(column.nullable) or not fields[column.name].is_required()


def _default(field: Any) -> Callable[[], Any]:
    """What makes the value; pydantic's own get_default reads the factory's signature at every call."""
    value = None if field.is_required() else field.default
    factory: Callable[[], Any] = field.default_factory or (lambda: value)
    return factory


def _converter(column: Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, Numeric) and kind.scale is not None:
        return _exactly(kind.scale, f"{column.table.name}.{column.name}")
    for cls, convert in CONVERTERS:
        if isinstance(kind, cls):
            return convert
    return str


def _exactly(places: int, name: str) -> Callable[[Any], str]:
    """Numbers as text with the column's places; the database would round what has more."""
    step = Decimal(1).scaleb(-places)

    def convert(value: Any) -> str:
        if isinstance(value, float):
            raise ValueError(f"{name} is exact: give a Decimal, not the float {value!r}")
        exact = Decimal(value).quantize(step)
        if exact != value:
            raise ValueError(f"{name} holds {places} places: {value} has more")
        return f"{exact + 0:f}"  # without the sign of a zero

    return convert


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError(f"a time without a zone: {value}")
    return value.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _bytea(value: bytes) -> str:
    return "\\x" + value.hex()


def _uuid(value: Any) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _texts(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


CONVERTERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (DateTime, _moment),
    (LargeBinary, _bytea),
    (ARRAY, _texts),
    (Integer, operator.index),
    (Uuid, _uuid),
    (JSONB, json_value),
)


def _settled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_settled(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> int | float:
    """1e16 and 10000000000000000 are one number to jsonb: here too."""
    whole = value.is_integer() and abs(value) < BEYOND_INTEGERS
    return int(Decimal(repr(value))) if whole else value
