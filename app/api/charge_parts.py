"""What trading cost, part by part."""

from decimal import Decimal
from typing import Any, Self

import orjson
import strawberry

NAMES = ("brokerage", "stt", "exchange", "sebi", "stamp", "gst", "dp", "rounding")


@strawberry.type(description="What trading cost, part by part, in rupees; a part that fell is negative.")
class ChargeParts:
    """Charges, part by part."""

    brokerage: Decimal = strawberry.field(description="The broker's own, once an order.")
    stt: Decimal = strawberry.field(description="Securities or commodities transaction tax.")
    exchange: Decimal = strawberry.field(description="The exchange's transaction charge.")
    sebi: Decimal = strawberry.field(description="The regulator's turnover fee.")
    stamp: Decimal = strawberry.field(description="Stamp duty on what was bought.")
    gst: Decimal = strawberry.field(description="Tax on the services among these.")
    dp: Decimal = strawberry.field(
        description="The depository's, once a day for each instrument of which delivered shares are sold."
    )
    rounding: Decimal = strawberry.field(description="What the contract note rounds up or down.")

    @classmethod
    def of(cls, document: Any) -> Self:
        """From a document of amounts as text, as text itself in a backtest's result; absent parts are 0."""
        held = orjson.loads(document) if isinstance(document, str | bytes) else document
        return cls(**{name: Decimal(held.get(name, "0.0000")) for name in NAMES})


def parts_of(document: Any, charges: Decimal) -> ChargeParts:
    """A fill's; of one from before charges had parts all is brokerage."""
    return ChargeParts.of({"brokerage": format(charges, "f")} if document is None else document)
