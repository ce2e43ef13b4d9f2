"""Where a broker under the contract trades: how it is made ready, and how its market moves.

A new broker says that here, in a venue of its own; the tests of the contract are the same for all.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

import pytest

from app.brokers.base import (
    Accepted,
    BrokerInterface,
    BrokerOrder,
    BrokerUpdate,
    Refused,
)
from app.brokers.factory import broker_for
from app.brokers.paper import PaperBroker, PaperTerms
from streams.charges import flat
from streams.domain import venue as streams_venue
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.orders import BrokerKind, OrderType, ProductType, Side, Validity
from streams.events import Bar, CandlesClosed

RUPEE = 10_000
ALPHA = Instrument("NSE:ALPHA", InstrumentKind.EQUITY, 500, 1)
LOTS = Instrument("NSE:LOTS", InstrumentKind.EQUITY, 500, 25)
INDEX = Instrument("NSE:INDEX", InstrumentKind.INDEX, 500, 1)
INSTRUMENTS = (ALPHA, LOTS, INDEX)
TERMS = PaperTerms(100_000 * RUPEE, streams_venue.Venue(amount=250), flat(20 * RUPEE))


class Venue(Protocol):
    """A broker ready to trade, and a way to let its orders fill."""

    broker: BrokerInterface

    def trade_at(self, rupees: str) -> None:
        """Lets what rests trade at about this price."""
        ...


class PaperVenue:
    """The paper broker with a candle a minute."""

    def __init__(self) -> None:
        made = broker_for(BrokerKind.PAPER, INSTRUMENTS, TERMS)
        assert isinstance(made, PaperBroker)
        self.broker: BrokerInterface = made
        self._market: Callable[[CandlesClosed], None] = made.market
        self._time = 0
        self.trade_at("100")

    def trade_at(self, rupees: str) -> None:
        """The next candle of every instrument, all of it at one price."""
        price = int(Decimal(rupees) * RUPEE)
        self._time += 60_000_000
        bar = Bar(price, price, price, price, 1000)
        self._market(CandlesClosed(self._time, (bar,) * 3, (price,) * 3))


VENUES: dict[BrokerKind, Callable[[], Venue]] = {BrokerKind.PAPER: PaperVenue}


def order(name: str = "first", side: Side = Side.BUY, quantity: int = 10, **parts: Any) -> BrokerOrder:
    """A market order for ALPHA."""
    values = {"instrument": ALPHA.key, "order_type": OrderType.MARKET, **parts}
    return BrokerOrder(
        correlation_id=name,
        side=side,
        quantity=quantity,
        product_type=ProductType.INTRADAY,
        validity=Validity.DAY,
        **values,
    )


async def accepted(venue: Venue, asked: BrokerOrder) -> str:
    """Places an order that must be taken; the broker's id of it."""
    answer = await venue.broker.place_order(asked)
    assert isinstance(answer, Accepted)
    return answer.broker_order_id


async def refused(venue: Venue, asked: BrokerOrder) -> str:
    """Places an order that must be refused; the code. Nothing may be in the book for it."""
    answer = await venue.broker.place_order(asked)
    assert isinstance(answer, Refused)
    assert answer.reason
    assert await venue.broker.get_order_status(asked.correlation_id) is None
    return answer.code


def heard(venue: Venue) -> list[BrokerUpdate]:
    """Every update from now on; an error or an end would break the promise of the stream."""
    found: list[BrokerUpdate] = []

    def broken(cause: Any = None) -> None:
        pytest.fail(f"the updates ended: {cause}")

    venue.broker.updates.subscribe(found.append, broken, broken)
    return found
