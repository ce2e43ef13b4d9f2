"""Intents: what a strategy asks for, before anyone has said whether it may."""

from enum import StrEnum
from typing import NamedTuple

from streams.domain.orders import OrderType, ProductType, Validity


class Action(StrEnum):
    """How a number is meant: the position to hold, more of it, or none of it."""

    TARGET = "TARGET"
    ENTER = "ENTER"
    EXIT = "EXIT"


class Sizing(StrEnum):
    """What a strategy's numbers measure; each becomes a quantity when the order is decided.

    QUANTITY counts units and LOTS lots; VALUE is money; CAPITAL and RISK are parts per million of the run's
    equity, laid out in full or lost when the stop-loss is hit.
    """

    QUANTITY = "QUANTITY"
    LOTS = "LOTS"
    VALUE = "VALUE"
    CAPITAL = "CAPITAL"
    RISK = "RISK"


class Distance(NamedTuple):
    """How far from the price of entry: units, and parts per million of that price. Neither: nowhere."""

    points: int = 0
    ppm: int = 0


NOWHERE = Distance()


class Manner(NamedTuple):
    """How a strategy wants its orders made, fixed for a run.

    `limit_offset` counts ticks from the close at the decision to the better side, where no price is named;
    `pyramiding` is how often ENTER may add before the position is flat again; `exit_after` counts the candles
    a position may last, 0 any number; `square_off` is the time of day in minutes (IST) at which it ends.
    """

    sizing: Sizing = Sizing.QUANTITY
    order_type: OrderType = OrderType.MARKET
    validity: Validity = Validity.DAY
    product_type: ProductType | None = None
    limit_offset: int = 0
    pyramiding: int = 1
    exit_after: int = 0
    square_off: int | None = None
    tag: str = ""


class Intent(NamedTuple):
    """What a strategy asks for at a candle.

    `time` is the candle's open time in microseconds UTC; `sequence` counts a run's intents from 0. `target`
    is signed, in the measure of the manner's sizing (money in units). Prices are in units, 0 where none is
    named.
    """

    sequence: int
    time: int
    instrument: int
    target: int
    action: Action = Action.TARGET
    limit_price: int = 0
    trigger_price: int = 0
    stop_loss: Distance = NOWHERE
    take_profit: Distance = NOWHERE
    trailing_stop: Distance = NOWHERE
    manner: Manner = Manner()
