"""The paper broker's own: which candle fills what, in how many parts, and at what cost."""

from decimal import Decimal
from typing import Any

from app.brokers.base import Accepted, BrokerOrder, BrokerUpdate, Refused
from app.brokers.paper import PaperBroker, PaperTerms
from streams.charges import flat
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.money import PPM
from streams.domain.orders import OrderType, ProductType, Side, Validity
from streams.domain.venue import Venue
from streams.events import Bar, CandlesClosed

RUPEE = 10_000
ALPHA = Instrument("NSE:ALPHA", InstrumentKind.EQUITY, 500, 1)
BRAVO = Instrument("NSE:BRAVO", InstrumentKind.EQUITY, 500, 1)


def paper(**terms: Any) -> PaperBroker:
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
    return Bar(price, price + 2 * RUPEE, price, price + 2 * RUPEE, 4)


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


async def test_a_limit_order_waits_for_its_price() -> None:
    """And fills there, or better at an open that is beyond it."""
    broker = paper()
    broker.market(closed(1, 100, 200))
    await broker.place_order(order("a", order_type=OrderType.LIMIT, limit_price=Decimal(99)))
    broker.market(closed(2, 101, 200))
    assert await broker.fetch_trades() == ()
    broker.market(closed(3, 97, 200))
    (trade,) = await broker.fetch_trades()
    assert trade.price == 97


async def test_an_order_without_the_price_of_its_kind_is_refused() -> None:
    """Rather than filled as something it is not."""
    for kind in (OrderType.LIMIT, OrderType.STOP_LOSS, OrderType.STOP_LOSS_MARKET):
        answer = await paper().place_order(order("a", order_type=kind))
        assert isinstance(answer, Refused)
        assert answer.code == "PRICE"


async def test_what_a_bars_volume_does_not_give_fills_later_in_parts_of_its_own() -> None:
    """Each part is a trade with an id of its own."""
    broker = paper(venue=Venue(participation=PPM // 2))
    broker.market(closed(1, 100, 200))
    await broker.place_order(order("a")._replace(quantity=5))
    broker.market(closed(2, 101, 200))
    broker.market(closed(3, 102, 200))
    broker.market(closed(4, 103, 200))
    trades = await broker.fetch_trades()
    assert [(each.broker_trade_id, each.quantity) for each in trades] == [
        ("Pa-1", 2),
        ("Pa-2", 2),
        ("Pa-3", 1),
    ]


async def test_a_changed_order_is_the_changed_one_to_the_exchange() -> None:
    """Quantity and trigger; a price its kind does not have is refused."""
    broker = paper()
    broker.market(closed(1, 100, 200))
    stop = order("a", order_type=OrderType.STOP_LOSS_MARKET, trigger_price=Decimal(110))
    await broker.place_order(stop._replace(quantity=4))
    assert isinstance(await broker.modify_order("Pa", 3, Decimal(99), None), Refused)
    assert isinstance(await broker.modify_order("Pa", 3, None, Decimal(102)), Accepted)
    broker.market(closed(2, 101, 200))
    (trade,) = await broker.fetch_trades()
    assert (trade.quantity, trade.price) == (3, Decimal(102))


async def test_an_order_costs_its_charge_once() -> None:
    """When it has filled, not when it was placed."""
    broker = paper(charges=flat(5 * RUPEE))
    await broker.place_order(order("a"))
    assert (await broker.get_account_balance()).available == 1000
    broker.market(closed(1, 100, 200))
    assert (await broker.get_account_balance()).available == 1000 - 100 - 5
