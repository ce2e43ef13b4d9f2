"""Column recipes shared by the tables: keys, money, moments, documents and closed sets of words."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import uuid4

from pydantic_core import PydanticUndefined as Undefined
from pydantic_core import PydanticUndefinedType as UndefinedType
from sqlalchemy import BigInteger, CheckConstraint, DateTime, LargeBinary, Numeric, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from app.clock import utc_now

Document = dict[str, Any]
OnDelete = Literal["CASCADE", "SET NULL"] | UndefinedType
MONEY = Numeric(20, 4)
RATE = Numeric(12, 4)


def key() -> Any:
    """A random UUID primary key."""
    return Field(default_factory=uuid4, primary_key=True)


def reference(
    target: str, *, index: bool = True, primary_key: bool = False, ondelete: OnDelete = Undefined
) -> Any:
    """A required foreign key; `ondelete` says what becomes of the row with what it refers to."""
    return Field(foreign_key=target, index=index, primary_key=primary_key, ondelete=ondelete)


def optional_reference(target: str, *, index: bool = True, ondelete: OnDelete = Undefined) -> Any:
    """A foreign key that may be null; `ondelete` as above."""
    return Field(default=None, foreign_key=target, index=index, nullable=True, ondelete=ondelete)


def moment(*, default: Callable[[], datetime] | None = utc_now) -> Any:
    """A required timestamptz; stamped on insert unless `default` is None."""
    if default is None:
        return Field(sa_type=DateTime(timezone=True))
    return Field(default_factory=default, sa_type=DateTime(timezone=True))


def optional_moment() -> Any:
    """A timestamptz that may be null."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def money(*, default: Any = ...) -> Any:
    """NUMERIC(20,4): rupees, exact."""
    return Field(default=default, sa_type=MONEY, nullable=default is None)


def rate(*, default: Any = ...) -> Any:
    """NUMERIC(12,4): basis points, speeds, shares."""
    return Field(default=default, sa_type=RATE, nullable=default is None)


def count(*, default: Any = ..., primary_key: bool = False) -> Any:
    """BIGINT: quantities, volumes, sequences."""
    return Field(default=default, sa_type=BigInteger, nullable=default is None, primary_key=primary_key)


def words(*, default: Any = ...) -> Any:
    """TEXT."""
    return Field(default=default, sa_type=Text, nullable=default is None)


def document(*, optional: bool = False, default: Callable[[], Document] | None = None) -> Any:
    """JSONB; None is the database's null, not JSON's."""
    kind = JSONB(none_as_null=True)
    if default is not None:
        return Field(default_factory=default, sa_type=kind, nullable=False)
    return Field(default=None if optional else ..., sa_type=kind, nullable=optional)


def blob(*, optional: bool = False) -> Any:
    """BYTEA."""
    return Field(default=None if optional else ..., sa_type=LargeBinary, nullable=optional)


def one_of(column: str, words: type[StrEnum], table: str) -> CheckConstraint:
    """The CHECK that keeps `column` inside the enum."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"ck_{table}_{column}")
