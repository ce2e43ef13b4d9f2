"""Portfolio: what is held, lot by lot, and what it cost."""

from typing import NamedTuple

from streams.domain.orders import OrderKey, Side


class Fill(NamedTuple):
    """An execution. `price` and `charges` are in units, `time` in microseconds UTC."""

    trade_id: str
    order: OrderKey
    instrument: int
    side: Side
    quantity: int
    price: int
    charges: int
    time: int


class Charges(NamedTuple):
    """What trading cost, part by part, in units. `rounding` is what a contract note rounds up or down."""

    brokerage: int = 0
    stt: int = 0
    exchange: int = 0
    sebi: int = 0
    stamp: int = 0
    gst: int = 0
    dp: int = 0
    rounding: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self)


class Lot(NamedTuple):
    """What is left of one entry: signed quantity, signed cost in units. Lots close first in, first out."""

    trade: int | None
    quantity: int
    cost: int
