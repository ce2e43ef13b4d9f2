"""The paper broker's own: which candle fills what, and what it knows again after a restart."""

from decimal import Decimal
from typing import Any

from app.brokers.base import Accepted, BrokerOrder, BrokerTrade, BrokerUpdate, Refused
from app.brokers.paper import PaperBroker, PaperTerms
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.orders import OrderStatus, OrderType, ProductType, Side, Validity
from streams.events import Bar, CandlesClosed

RUPEE = 10_000
ALPHA = Instrument("NSE:ALPHA", InstrumentKind.EQUITY, 500, 1)
BRAVO = Instrument("NSE:BRAVO", InstrumentKind.EQUITY, 500, 1)


def paper(**terms: int) -> PaperBroker:
    """A broker of two instruments."""
    return PaperBroker((ALPHA, BRAVO), PaperTerms(1_000 * RUPEE, **terms))


def order(name: str, instrument: Instrument = ALPHA, **parts: Any) -> BrokerOrder:
    """An order to buy one share at the market."""
    kind = {"order_type": OrderType.MARKET} | parts
    return BrokerOrder(
        name, instrument.key, Side.BUY, 1, product_type=ProductType.INTRADAY, validity=Validity.DAY, **kind
    )


def closed(time: int, *opens: int | None) -> CandlesClosed:
    """Candles that opened at these rupees and closed two higher; None: the instrument had none."""
    bars = tuple(None if each is None else _bar(each * RUPEE) for each in opens)
    return CandlesClosed(time, bars, (0,) * len(opens))


def _bar(price: int) -> Bar:
    return Bar(price, price + 2 * RUPEE, price, price + 2 * RUPEE, 1)


async def test_an_order_fills_at_the_open_of_its_instruments_next_candle() -> None:
    """Not on the candle it was decided at, not on another instrument's, and not at the close."""
    broker = paper()
    broker.market(closed(1, 100, 200))
    await broker.place_order(order("a"))
    broker.market(closed(1, 150, 200))
    broker.market(closed(2, None, 201))
    assert await broker.fetch_trades() == ()
    broker.market(closed(3, 103, 202))
    (trade,) = await broker.fetch_trades()
    assert (trade.price, trade.traded_at) == (Decimal(103), 3)


async def test_orders_fill_in_the_order_of_placing() -> None:
    """What came first is told first."""
    broker, told = paper(), list[BrokerUpdate]()
    broker.updates.subscribe(told.append)
    for name, instrument in (("b", BRAVO), ("a", ALPHA), ("c", BRAVO)):
        await broker.place_order(order(name, instrument))
    broker.market(closed(1, 100, 200))
    assert [each.order.correlation_id for each in told] == ["b", "a", "c"]


async def test_only_market_orders_are_simulated() -> None:
    """Others are refused rather than filled as something they are not."""
    answer = await paper().place_order(order("a", order_type=OrderType.LIMIT, limit_price=Decimal(99)))
    assert isinstance(answer, Refused)
    assert answer.code == "ORDER_TYPE"


async def test_an_order_costs_its_charge_once() -> None:
    """When it has filled, not when it was placed."""
    broker = paper(charge_per_order=5 * RUPEE)
    await broker.place_order(order("a"))
    assert (await broker.get_account_balance()).available == 1000
    broker.market(closed(1, 100, 200))
    assert (await broker.get_account_balance()).available == 1000 - 100 - 5


async def test_after_a_restart_it_knows_what_rests_and_what_has_traded() -> None:
    """The ledger's orders and fills give the same books, and the same fill on the next candle."""
    lived, told = paper(), list[BrokerUpdate]()
    lived.market(closed(1, 100, 200))
    await lived.place_order(order("a"))
    lived.market(closed(2, 101, 201))
    await lived.place_order(order("b", BRAVO))

    again = paper()
    again.restore([(order("b", BRAVO), 2)], await lived.fetch_trades())
    again.updates.subscribe(told.append)

    assert await again.fetch_orders() == await lived.fetch_orders()
    assert await again.fetch_trades() == await lived.fetch_trades()
    assert await again.fetch_positions() == await lived.fetch_positions()
    assert await again.get_account_balance() == await lived.get_account_balance()
    for broker in (lived, again):
        broker.market(closed(2, 150, 250))  # the candle it was placed at is over
        broker.market(closed(3, 102, 202))
    assert await again.fetch_trades() == await lived.fetch_trades()
    assert [each.trade and each.trade.price for each in told] == [Decimal(202)]


async def test_after_a_restart_no_id_is_taken_twice() -> None:
    """Neither of what rests nor of what has filled long ago."""
    broker = paper()
    filled = BrokerTrade("Pa-1", "Pa", "a", ALPHA.key, Side.BUY, 1, Decimal(100), 1)
    broker.restore([(order("b"), 1)], [filled])
    for name in ("a", "b"):
        answer = await broker.place_order(order(name))
        assert isinstance(answer, Refused)
        assert answer.code == "DUPLICATE"
    found = await broker.get_order_status("a")
    assert found is not None
    assert found.status is OrderStatus.FILLED
    assert isinstance(await broker.place_order(order("c")), Accepted)
