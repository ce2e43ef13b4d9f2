"""How an entry is ordered: at market, at a limit, or once a price is touched."""

from typing import NamedTuple

from streams.columns.column import Column, Operand
from streams.domain.orders import OrderType, Validity
from streams.strategies.numbers import number, whole


class Order(NamedTuple):
    """An order type with its price columns (rupees); `offset_ticks` where the close sets the limit."""

    order_type: OrderType
    validity: Validity
    limit_price: Column | None = None
    trigger_price: Column | None = None
    offset_ticks: int = 0


def market_order(validity: Validity | str = Validity.DAY) -> Order:
    """At whatever the market gives: in a backtest the next candle's open, slipped."""
    return Order(OrderType.MARKET, _validity(validity))


def limit_order(
    price: Operand | None = None,
    *,
    offset_ticks: int | None = None,
    validity: Validity | str = Validity.DAY,
) -> Order:
    """At `price` or better; or `offset_ticks` from the close, to the better side (negative: to the worse).

    A candle on which the price is NaN asks for nothing.
    """
    if (price is None) == (offset_ticks is None):
        raise ValueError(
            "limit_order needs one price: write limit_order(price=column) or limit_order(offset_ticks=n)"
        )
    if price is not None:
        return Order(OrderType.LIMIT, _validity(validity), _price("price", price))
    offset = whole("offset_ticks", offset_ticks, least=-10_000, most=10_000)
    return Order(OrderType.LIMIT, _validity(validity), offset_ticks=offset)


def stop_order(
    trigger: Operand, limit: Operand | None = None, *, validity: Validity | str = Validity.DAY
) -> Order:
    """Sleeps until the price touches `trigger`, then goes at market, or at `limit` or better where given.

    A candle on which a price is NaN asks for nothing.
    """
    touched = _price("trigger", trigger)
    if limit is None:
        return Order(OrderType.STOP_LOSS_MARKET, _validity(validity), trigger_price=touched)
    return Order(OrderType.STOP_LOSS, _validity(validity), _price("limit", limit), touched)


def _price(name: str, operand: Operand) -> Column:
    return number(name, operand, above=0)


def _validity(named: Validity | str) -> Validity:
    try:
        return Validity(named)
    except ValueError:
        raise ValueError(f'validity={named!r}: write "DAY" or "IOC"') from None
