"""What contract notes made of provisional charges: a row a run, day and instrument that changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self

import strawberry

from app.api.charge_parts import ChargeParts
from app.api.ids import global_id
from app.api.node import Node
from app.api.orders import InRun
from app.api.paging import Listing, id_key, moment_key
from app.api.rows import Row

SETTLEMENTS = Listing("chargeSettlements", (moment_key("created_at"), id_key()))


@strawberry.type(
    description="What a day's contract note adds to the provisional charges of an instrument, or takes off."
)
class ChargeSettlement(InRun, Node):
    """A contract note's differences."""

    day: date = strawberry.field(description="The trading date (IST) it settles.")
    charges: Decimal = strawberry.field(description="The difference, in rupees; negative lowers the charges.")
    charge_parts: ChargeParts = strawberry.field(description="The same, part by part.")
    created_at: datetime = strawberry.field(
        description="When it was recorded; in a backtest, on the run's clock."
    )

    @classmethod
    def of(cls, row: Row, backtest: bool = False) -> Self:
        """From its row."""
        return cls(
            id=global_id("ChargeSettlement", row["id"], row["run_id"] if backtest else None),
            run_row=row["run_id"],
            instrument_row=row["instrument_id"],
            backtest=backtest,
            day=row["day"],
            charges=row["charges"],
            charge_parts=ChargeParts.of(row["charge_parts"]),
            created_at=row["created_at"],
        )
