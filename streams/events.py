"""What goes into the fold and what comes out of it."""

from enum import StrEnum
from typing import NamedTuple

from streams.domain.intents import Intent
from streams.domain.orders import OrderKey, OrderRequest, OrderStatus
from streams.domain.portfolio import Charges, Fill
from streams.positions import Closed
from streams.risk.engine import Decision


class Bar(NamedTuple):
    """One candle in the core's exact terms: prices in units of 1e-4 rupee."""

    open: int
    high: int
    low: int
    close: int
    volume: int


class CandlesClosed(NamedTuple):
    """The candles that opened at `time` (microseconds UTC) have closed: one bar per instrument, or None.

    `marks` are the last known closes of all instruments in units, 0 where there has been none.
    """

    time: int
    bars: tuple[Bar | None, ...]
    marks: tuple[int, ...]


class ExposureElsewhere(NamedTuple):
    """What the strategy's other runs in the account are exposed by now, and the day's P&L of all other runs
    of the account, in units."""

    exposure: int
    day_pnl: int = 0


class Execution(NamedTuple):
    """What a broker says of one execution. `price` in units, `time` in microseconds UTC."""

    trade_id: str
    quantity: int
    price: int
    time: int


class Report(NamedTuple):
    """What a broker says of an order."""

    order: OrderKey
    status: OrderStatus
    execution: Execution | None = None
    broker_order_id: str | None = None
    reason: str | None = None


class CommandKind(StrEnum):
    """What a person may tell a run. KILL engages the kill switch, RELEASE releases it; ACTIVATE, REDUCE and
    HALT set its trading state. SETTLE is its engine's: the run has come to its end, and with it the day."""

    PAUSE = "PAUSE"
    RESUME = "RESUME"
    STOP = "STOP"
    SQUARE_OFF = "SQUARE_OFF"
    RESTART = "RESTART"
    KILL = "KILL"
    RELEASE = "RELEASE"
    ACTIVATE = "ACTIVATE"
    REDUCE = "REDUCE"
    HALT = "HALT"
    SETTLE = "SETTLE"


class Command(NamedTuple):
    """An order from a person. `sequence` is its place among the run's inputs."""

    sequence: int
    kind: CommandKind
    square_off: bool = False


Event = CandlesClosed | Intent | Report | Command | ExposureElsewhere


class Decided(NamedTuple):
    """Risk has judged a request; `intent` is what asked for it, None for a command's."""

    intent: Intent | None
    request: OrderRequest
    decision: Decision


class Place(NamedTuple):
    """Send this order, once."""

    request: OrderRequest


class Cancel(NamedTuple):
    """Withdraw this order."""

    order: OrderKey


class Modify(NamedTuple):
    """Change this working order to what the request now says: its quantity, its prices."""

    request: OrderRequest


class OrderMoved(NamedTuple):
    """An order has a new status; `filled` is its quantity filled so far and `value` what that cost, units."""

    request: OrderRequest
    status: OrderStatus
    filled: int
    value: int
    broker_order_id: str | None
    reason: str | None


class FillBooked(NamedTuple):
    """A fill in the ledger: the quantity it opened, what it closed lot by lot, its charges part by part."""

    fill: Fill
    opened: int
    closed: tuple[Closed, ...]
    parts: Charges = Charges()


class ChargesSettled(NamedTuple):
    """A day is over: what its contract note adds to the provisional charges of an instrument, or takes off.

    `day` counts Indian dates since 1970-01-01.
    """

    day: int
    instrument: int
    parts: Charges


class PositionChanged(NamedTuple):
    """An instrument after a fill: signed quantity and cost, realised P&L and charges, in units."""

    instrument: int
    quantity: int
    cost: int
    realised: int
    charges: int


class PnlStruck(NamedTuple):
    """The run's P&L after a candle, in units; equity = cash + positions at market."""

    time: int
    realised: int
    unrealised: int
    charges: int
    equity: int
    exposure: int


Effect = (
    Decided | Place | Modify | Cancel | OrderMoved | FillBooked | ChargesSettled | PositionChanged | PnlStruck
)
