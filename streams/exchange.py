"""The simulated exchange: what an order does against a bar."""

from collections.abc import Iterable

from streams.domain.market import Instrument
from streams.domain.money import PPM
from streams.domain.orders import OrderRequest, OrderStatus, Side
from streams.events import CandlesClosed, Execution, Report


def market_fill_price(side: Side, open_price: int, slippage: int, tick_size: int) -> int:
    """A market order fills at the next bar's open, worse by the slippage (parts per million of the price).

    The result is on the tick grid, rounded against the trader: up for a buy, down for a sell, and never
    below one tick.
    """
    slipped = open_price * (PPM + side.sign * slippage)
    grid = PPM * tick_size
    ticks = -(-slipped // grid) if side is Side.BUY else slipped // grid
    return max(1, ticks) * tick_size


def matched(
    orders: Iterable[OrderRequest], closed: CandlesClosed, instruments: tuple[Instrument, ...], slippage: int
) -> tuple[Report, ...]:
    """What candles do to resting market orders: each fills whole at the open of the first later bar."""
    return tuple(
        _filled(order, bar.open, closed.time, instruments[order.instrument].tick_size, slippage)
        for order in orders
        if closed.time > order.time and (bar := closed.bars[order.instrument]) is not None
    )


def _filled(order: OrderRequest, open_price: int, time: int, tick_size: int, slippage: int) -> Report:
    price = market_fill_price(order.side, open_price, slippage, tick_size)
    return Report(
        order.key, OrderStatus.FILLED, Execution(f"{order.key.name}/1", order.quantity, price, time)
    )
