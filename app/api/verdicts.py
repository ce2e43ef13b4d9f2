"""What the rules said of a decision, with their numbers."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

import orjson
import strawberry


@strawberry.type(description="What one rule said of a decision.")
class RuleVerdict:
    """What one rule said."""

    rule: str = strawberry.field(description="The rule's key.")
    passed: bool = strawberry.field(description="Whether it let the decision through.")
    limit: Decimal | None = strawberry.field(description="Its limit: rupees, or a count.")
    observed: Decimal | None = strawberry.field(description="What it saw: rupees, or a count.")
    message: str = strawberry.field(description="Why it refused, in words a trader understands; else empty.")

    @classmethod
    def of(cls, verdict: Mapping[str, Any]) -> Self:
        """From its document."""
        return cls(
            rule=verdict["rule"],
            passed=verdict["passed"],
            limit=decimal(verdict.get("limit")),
            observed=decimal(verdict.get("observed")),
            message=verdict.get("message") or "",
        )

    @classmethod
    def all_of(cls, document: Any) -> list[Self]:
        """From `verdicts`: a list, bare or under that name; a backtest's result holds it as text."""
        held = orjson.loads(document) if isinstance(document, str | bytes) else document
        verdicts: Sequence[Mapping[str, Any]] = held["verdicts"] if isinstance(held, Mapping) else held
        return [cls.of(verdict) for verdict in verdicts or ()]


def decimal(value: Any) -> Decimal | None:
    """A number out of a JSON document, where amounts are strings."""
    return None if value is None else Decimal(str(value))
