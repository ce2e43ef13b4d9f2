"""Orders: what may be asked of a broker, and where an order can stand."""

from enum import StrEnum
from typing import NamedTuple


class BrokerKind(StrEnum):
    """Where an account's orders go."""

    PAPER = "PAPER"
    DHAN = "DHAN"


class Side(StrEnum):
    """Which way."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for BUY, -1 for SELL."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """How the price is set."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_MARKET = "STOP_LOSS_MARKET"


class ProductType(StrEnum):
    """How the position is carried."""

    INTRADAY = "INTRADAY"
    CNC = "CNC"
    MARGIN = "MARGIN"


class Validity(StrEnum):
    """How long an order rests."""

    DAY = "DAY"
    IOC = "IOC"


class Leg(StrEnum):
    """What the order is for: taking risk, giving it back, or guarding what is held."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"
    STOP_LOSS = "STOP_LOSS"
    TAKE_PROFIT = "TAKE_PROFIT"

    @property
    def protective(self) -> bool:
        """Rests beside a position until its price comes or the position is gone."""
        return self in (Leg.STOP_LOSS, Leg.TAKE_PROFIT)


class OrderStatus(StrEnum):
    """The states of an order; `streams.orders` holds the edges between them."""

    PENDING = "PENDING"
    SENDING = "SENDING"
    SUBMITTED = "SUBMITTED"
    OPEN = "OPEN"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING_CANCEL = "PENDING_CANCEL"
    PENDING_MODIFY = "PENDING_MODIFY"
    UNKNOWN = "UNKNOWN"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    NOT_PLACED = "NOT_PLACED"


class OrderKey(NamedTuple):
    """What makes an order request itself within its run; the same key is never sent twice.

    `cause` names what asked for it: `intent:<sequence>` or `command:<sequence>`.
    """

    cause: str
    leg: Leg
    slice: int = 0
    generation: int = 0

    @property
    def intent(self) -> int | None:
        """The sequence of the intent that caused the order; None for a command's."""
        kind, _, number = self.cause.partition(":")
        return int(number) if kind == "intent" else None

    @property
    def name(self) -> str:
        """The key in one word, the same in every run that makes the same decisions."""
        return f"{self.cause}/{self.leg}/{self.slice}/{self.generation}"


class OrderRequest(NamedTuple):
    """One order as asked. `instrument` is the position in the run's list; `price` fields are in units."""

    key: OrderKey
    instrument: int
    side: Side
    quantity: int
    time: int
    trade: int | None
    order_type: OrderType = OrderType.MARKET
    product_type: ProductType = ProductType.INTRADAY
    validity: Validity = Validity.DAY
    limit_price: int | None = None
    trigger_price: int | None = None
