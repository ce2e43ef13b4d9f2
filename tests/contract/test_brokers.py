"""The contract of every broker the factory knows: nine methods, answers as values, books that agree.

A broker says here how it is made ready to trade and how its market moves; everything else is the same test.
"""

import inspect
import re
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
from app.brokers.factory import BROKERS, broker_for
from app.brokers.paper import PaperBroker, PaperTerms
from streams.domain.market import Instrument, InstrumentKind
from streams.domain.orders import BrokerKind, OrderStatus, OrderType, ProductType, Side, Validity
from streams.events import Bar, CandlesClosed

RUPEE = 10_000
ALPHA = Instrument("NSE:ALPHA", InstrumentKind.EQUITY, 500, 1)
LOTS = Instrument("NSE:LOTS", InstrumentKind.EQUITY, 500, 25)
INDEX = Instrument("NSE:INDEX", InstrumentKind.INDEX, 500, 1)
INSTRUMENTS = (ALPHA, LOTS, INDEX)
TERMS = PaperTerms(opening_balance=100_000 * RUPEE, slippage=250, charge_per_order=20 * RUPEE)
NINE = (
    "authenticate",
    "place_order",
    "modify_order",
    "cancel_order",
    "get_order_status",
    "fetch_positions",
    "fetch_orders",
    "fetch_trades",
    "get_account_balance",
)


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


@pytest.fixture(params=list(BROKERS))
def venue(request: pytest.FixtureRequest) -> Venue:
    """Each broker in turn; one without a venue here fails."""
    return VENUES[request.param]()


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


@pytest.mark.parametrize("method", NINE)
def test_every_broker_has_the_nine_methods(venue: Venue, method: str) -> None:
    """Coroutines all of them, with the parameters of the interface."""
    mine, asked = getattr(venue.broker, method), getattr(BrokerInterface, method)
    assert inspect.iscoroutinefunction(mine)
    assert list(inspect.signature(mine).parameters) == list(inspect.signature(asked).parameters)[1:]


async def test_a_session_is_made_usable(venue: Venue) -> None:
    """Authentication answers with a value, and may be asked twice."""
    assert isinstance(await venue.broker.authenticate(), Accepted)
    assert isinstance(await venue.broker.authenticate(), Accepted)


async def test_a_new_broker_has_nothing_and_all_the_money(venue: Venue) -> None:
    """Empty books; the opening balance is available."""
    broker = venue.broker
    books = [await broker.fetch_orders(), await broker.fetch_trades(), await broker.fetch_positions()]
    assert books == [(), (), ()]
    assert await broker.get_account_balance() == (Decimal(100_000), Decimal(0))


async def test_an_accepted_order_is_found_by_our_id(venue: Venue) -> None:
    """The book shows it as it was asked, resting, under the broker's id."""
    broker_id = await accepted(venue, order())

    found = await venue.broker.get_order_status("first")

    assert found is not None
    assert found.broker_order_id == broker_id
    assert (found.instrument, found.side, found.quantity) == (ALPHA.key, Side.BUY, 10)
    assert (found.status, found.filled_quantity) == (OrderStatus.OPEN, 0)
    assert await venue.broker.fetch_orders() == (found,)


async def test_an_unknown_id_finds_nothing(venue: Venue) -> None:
    """That is an answer: it is what makes a lost order NOT_PLACED."""
    await accepted(venue, order())
    assert await venue.broker.get_order_status("another") is None


async def test_a_correlation_id_is_taken_once(venue: Venue) -> None:
    """The duplicate is refused and the first stands, before and after it has filled."""
    await accepted(venue, order())
    assert isinstance(await venue.broker.place_order(order(quantity=99)), Refused)
    venue.trade_at("101")
    assert isinstance(await venue.broker.place_order(order(quantity=99)), Refused)

    (found,) = await venue.broker.fetch_orders()

    assert (found.quantity, found.status) == (10, OrderStatus.FILLED)
    assert len(await venue.broker.fetch_trades()) == 1


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (order(quantity=0), "QUANTITY"),
        (order(quantity=-5), "QUANTITY"),
        (order(instrument=LOTS.key, quantity=26), "QUANTITY"),
        (order(instrument="NSE:NOWHERE"), "INSTRUMENT"),
        (order(instrument=INDEX.key), "INSTRUMENT"),
    ],
    ids=["nothing", "less than nothing", "half a lot", "an unknown instrument", "an index"],
)
async def test_what_cannot_be_done_is_refused_with_a_code(
    venue: Venue, asked: BrokerOrder, code: str
) -> None:
    """A value, not an exception; and no trace in the book."""
    assert await refused(venue, asked) == code
    venue.trade_at("101")
    assert await venue.broker.fetch_trades() == ()


async def test_an_order_does_not_trade_on_the_prices_it_was_decided_at(venue: Venue) -> None:
    """It rests until the market moves on."""
    await accepted(venue, order())
    assert await venue.broker.fetch_trades() == ()
    venue.trade_at("101")
    assert len(await venue.broker.fetch_trades()) == 1


async def test_a_fill_is_told_once_with_its_trade(venue: Venue) -> None:
    """The update's state and execution are what the books say."""
    updates = heard(venue)
    await accepted(venue, order())
    venue.trade_at("101")
    venue.trade_at("102")

    (update,) = [each for each in updates if each.trade]

    assert update.order == await venue.broker.get_order_status("first")
    assert (update.trade,) == await venue.broker.fetch_trades()
    assert (update.order.status, update.order.filled_quantity) == (OrderStatus.FILLED, 10)


async def test_trades_are_exact_and_carry_our_id(venue: Venue) -> None:
    """Decimals on the tick, worse than the price by the slippage, never a float."""
    await accepted(venue, order("buy"))
    await accepted(venue, order("sell", Side.SELL, 4))
    venue.trade_at("101")

    bought, sold = await venue.broker.fetch_trades()

    assert (bought.correlation_id, bought.side, bought.quantity) == ("buy", Side.BUY, 10)
    assert (sold.correlation_id, sold.side, sold.quantity) == ("sell", Side.SELL, 4)
    assert (bought.price, sold.price) == (Decimal("101.05"), Decimal("100.95"))
    assert type(bought.price) is type(sold.price) is Decimal
    assert len({bought.broker_trade_id, sold.broker_trade_id}) == 2


async def test_a_resting_order_can_be_cancelled(venue: Venue) -> None:
    """It is told, stays in the book as cancelled, and never trades."""
    updates = heard(venue)
    broker_id = await accepted(venue, order())

    assert await venue.broker.cancel_order(broker_id) == Accepted(broker_id)

    venue.trade_at("101")
    assert await venue.broker.fetch_trades() == ()
    (update,) = updates
    assert (update.order.status, update.trade) == (OrderStatus.CANCELLED, None)
    assert await venue.broker.get_order_status("first") == update.order


async def test_a_resting_order_can_be_modified(venue: Venue) -> None:
    """What fills is the new quantity."""
    broker_id = await accepted(venue, order())

    assert await venue.broker.modify_order(broker_id, 7, None) == Accepted(broker_id)
    venue.trade_at("101")

    (trade,) = await venue.broker.fetch_trades()
    assert trade.quantity == 7


@pytest.mark.parametrize("quantity", [0, -3, 26])
async def test_a_change_to_an_impossible_quantity_is_refused(venue: Venue, quantity: int) -> None:
    """The order stands as it was."""
    broker_id = await accepted(venue, order(instrument=LOTS.key, quantity=50))

    answer = await venue.broker.modify_order(broker_id, quantity, None)

    assert isinstance(answer, Refused)
    assert answer.code == "QUANTITY"
    found = await venue.broker.get_order_status("first")
    assert found is not None
    assert found.quantity == 50


async def test_a_market_order_has_no_price_to_change(venue: Venue) -> None:
    """A price that would be ignored is refused."""
    broker_id = await accepted(venue, order())
    assert isinstance(await venue.broker.modify_order(broker_id, 10, Decimal(99)), Refused)


@pytest.mark.parametrize("end", ["filled", "cancelled"])
async def test_an_order_that_has_ended_changes_no_more(venue: Venue, end: str) -> None:
    """Cancel and modify are refused, silently for the stream, and the book stays as it is."""
    broker_id = await accepted(venue, order())
    await venue.broker.cancel_order(broker_id) if end == "cancelled" else venue.trade_at("101")
    before, updates = await venue.broker.fetch_orders(), heard(venue)

    for answer in (
        await venue.broker.cancel_order(broker_id),
        await venue.broker.modify_order(broker_id, 5, None),
    ):
        assert isinstance(answer, Refused)
        assert answer.code == "TERMINAL"

    assert (await venue.broker.fetch_orders(), updates) == (before, [])


async def test_an_order_nobody_knows_cannot_be_changed(venue: Venue) -> None:
    """Refused, with a reason."""
    for answer in (
        await venue.broker.cancel_order("nobody"),
        await venue.broker.modify_order("nobody", 5, None),
    ):
        assert isinstance(answer, Refused)
        assert answer.code == "NOT_FOUND"


async def test_updates_come_in_the_order_things_happened(venue: Venue) -> None:
    """To everybody who listens, also to those who came late."""
    first = heard(venue)
    await accepted(venue, order())
    venue.trade_at("101")
    later = heard(venue)
    await accepted(venue, order("second", Side.SELL))
    await venue.broker.cancel_order(await accepted(venue, order("third")))
    venue.trade_at("103")

    assert [each.order.correlation_id for each in first] == ["first", "third", "second"]
    assert later == first[1:]


async def test_books_agree_after_fills(venue: Venue) -> None:
    """Orders, trades, positions and balance tell one story, to the last paisa."""
    script = [(Side.BUY, 10), (Side.BUY, 5), (Side.SELL, 12), (Side.SELL, 8), (Side.BUY, 1)]
    for number, (side, quantity) in enumerate(script):
        await accepted(venue, order(f"order-{number}", side, quantity))
        venue.trade_at(f"{100 + number}.05")
        await check_books(venue)

    (position,) = await venue.broker.fetch_positions()
    assert (position.instrument, position.quantity) == (ALPHA.key, -4)
    assert position.product_type is ProductType.INTRADAY


async def test_a_position_closed_is_no_position(venue: Venue) -> None:
    """And what it earned, less charges, is in the balance."""
    await accepted(venue, order("in"))
    venue.trade_at("100")
    await accepted(venue, order("out", Side.SELL))
    venue.trade_at("110")

    assert await venue.broker.fetch_positions() == ()
    bought, sold = [each.price for each in await venue.broker.fetch_trades()]
    assert await venue.broker.get_account_balance() == (
        100_000 + 10 * (sold - bought) - 40,
        Decimal(0),
    )


async def check_books(venue: Venue) -> None:
    """Filled quantities are the trades'; positions are their sums; money is what they cost."""
    orders, trades = await venue.broker.fetch_orders(), await venue.broker.fetch_trades()
    filled = {each.broker_order_id: each.filled_quantity for each in orders if each.filled_quantity}
    traded = {each.broker_order_id: 0 for each in trades}
    for each in trades:
        traded[each.broker_order_id] += each.quantity
    assert filled == traded
    held = sum(each.side.sign * each.quantity for each in trades)
    assert [each.quantity for each in await venue.broker.fetch_positions()] == ([held] if held else [])
    paid = sum(each.side.sign * each.quantity * each.price for each in trades)
    balance = await venue.broker.get_account_balance()
    assert balance.available == 100_000 - paid - 20 * len(traded)
    assert type(balance.available) is type(balance.used) is Decimal


async def test_our_ids_fit_the_brokers(venue: Venue) -> None:
    """The longest correlation id we make is taken as it is."""
    longest = "aZ09_-" * 4 + "x"
    assert re.fullmatch(r"[A-Za-z0-9_-]{25}", longest)
    await accepted(venue, order(longest))
    assert await venue.broker.get_order_status(longest) is not None


def test_the_factory_knows_no_other_kind() -> None:
    """An account whose adapter is missing is told so."""
    unknown = [kind for kind in BrokerKind if kind not in BROKERS]
    for kind in unknown:
        with pytest.raises(LookupError, match=kind):
            broker_for(kind, INSTRUMENTS, TERMS)
