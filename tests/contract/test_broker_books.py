"""The contract of every broker, its books: trades, positions and balance tell one story, exactly."""

from decimal import Decimal

import pytest

from app.brokers.factory import BROKERS
from streams.domain.orders import ProductType, Side
from tests.contract.venues import ALPHA, VENUES, Venue, accepted, order


@pytest.fixture(params=list(BROKERS))
def venue(request: pytest.FixtureRequest) -> Venue:
    """Each broker in turn; one without a venue here fails."""
    return VENUES[request.param]()


async def test_a_new_broker_has_nothing_and_all_the_money(venue: Venue) -> None:
    """Empty books; the opening balance is available."""
    broker = venue.broker
    books = [await broker.fetch_orders(), await broker.fetch_trades(), await broker.fetch_positions()]
    assert books == [(), (), ()]
    assert await broker.get_account_balance() == (Decimal(100_000), Decimal(0))


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
