"""The contract of every broker the factory knows: nine methods, answers as values, updates without end."""

import inspect
import re
from decimal import Decimal

import pytest

from app.brokers.base import Accepted, BrokerInterface, BrokerOrder, Refused
from app.brokers.factory import BROKERS, broker_for
from streams.domain.orders import BrokerKind, OrderStatus, Side
from tests.contract.venues import (
    ALPHA,
    INDEX,
    INSTRUMENTS,
    LOTS,
    TERMS,
    VENUES,
    Venue,
    accepted,
    heard,
    order,
    refused,
)

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


@pytest.fixture(params=list(BROKERS))
def venue(request: pytest.FixtureRequest) -> Venue:
    """Each broker in turn; one without a venue here fails."""
    return VENUES[request.param]()


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
