"""What a strategy asks for: the columns it acts on, and the manner in which its orders are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.columns.column import Column, Operand, condition
from streams.columns.plan import markets
from streams.columns.warmth import lookback
from streams.domain.intents import Manner, Sizing
from streams.domain.market import Instrument, Interval
from streams.domain.orders import ProductType
from streams.strategies.numbers import number, whole
from streams.strategies.orders import Order, market_order
from streams.strategies.protection import Away, Protection, away, minutes_of
from streams.strategies.sizes import Size, quantity


class Conditions(NamedTuple):
    """When to leave and when to enter, in the order in which they act on one candle."""

    exit_long: Column | None = None
    exit_short: Column | None = None
    long: Column | None = None
    short: Column | None = None


class Ask(NamedTuple):
    """What is asked of one instrument: a target, or conditions that enter and leave.

    `target` is a column of positions (times `size`, where given); the conditions act on their rising edges.
    """

    manner: Manner
    order: Order
    protection: Protection
    size: Size | None = None
    target: Column | None = None
    conditions: Conditions = Conditions()

    @property
    def numbers(self) -> tuple[Column | None, ...]:
        """The columns read on a candle that acts: size, limit, trigger; stop, profit, trailing distance."""
        distances = (each and each.column for each in self.protection)
        return self.size and self.size.column, self.order.limit_price, self.order.trigger_price, *distances

    @property
    def roots(self) -> tuple[Column, ...]:
        """Every column it needs the values of: a number that is the same on every candle is known."""
        numbers = (each for each in self.numbers if each is not None and not fixed(each))
        return tuple(each for each in (self.target, *self.conditions, *numbers) if each is not None)


def fixed(column: Column) -> bool:
    """Whether it is the same number on every candle."""
    return column.name == "constant" and not column.inputs


class Intents(NamedTuple):
    """What a strategy asks for: one ask for every instrument on its own, or one each for some positions.

    With `positions`, all columns are read on the candles of the run's first instrument.
    """

    asks: tuple[Ask, ...]
    positions: tuple[int, ...] | None = None

    @property
    def roots(self) -> tuple[Column, ...]:
        """Every column of every ask."""
        return tuple(root for ask in self.asks for root in ask.roots)

    def lookback(self, interval: Interval, instruments: Sequence[Instrument] = ()) -> int:
        """How many candles before a run its columns need: a run's history is so many.

        With conditions one more, which can show them false before the run's first candle. FrameError when the
        columns do not fit the interval.
        """
        conditional = any(each is not None for ask in self.asks for each in ask.conditions)
        return max(lookback(each, interval, instruments) for each in self.roots) + conditional

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets it reads by name: "NSE:NIFTY", or "NIFTY" where the name alone is written."""
        return tuple(each for each in markets(self.roots) if isinstance(each, str))

    def references(self, traded: Sequence[str]) -> tuple[str, ...]:
        """Those of them that are none of the traded keys: their candles follow the traded in every chunk."""
        known = {*traded, *(each.partition(":")[2] for each in traded)}
        return tuple(each for each in self.markets if each not in known)

    @property
    def instruments(self) -> int:
        """The fewest instruments a run of it can have."""
        read = (each for each in markets(self.roots) if isinstance(each, int))
        return 1 + max((0, *read, *(self.positions or ())))

    def dealt(self, count: int) -> tuple[Ask | None, ...]:
        """What is asked of each of a run's instruments. ValueError when they are too few."""
        if count < self.instruments:
            raise ValueError(
                f"this strategy needs {self.instruments} instruments and the run has {count}: add the rest"
            )
        if self.positions is None:
            return self.asks * count
        by_position = dict(zip(self.positions, self.asks, strict=True))
        return tuple(by_position.get(each) for each in range(count))


def target(
    column: Operand,
    *,
    size: Size | None = None,
    order: Order | None = None,
    stop_loss: Away | None = None,
    take_profit: Away | None = None,
    trailing_stop: Away | None = None,
    exit_after: int = 0,
    square_off: str | None = None,
    product: ProductType | str | None = None,
    tag: str = "",
) -> Intents:
    """Hold this position. It acts when the column changes from one candle to the next; NaN (HOLD) keeps it.

    The column counts units, negative is short; with a `size` it counts sizes (1, 0, -1, 0.5), and the size is
    read on the candle that acts.
    """
    manner = _manner(size, order, exit_after, square_off, product, tag)
    guarded = _guarded(size, stop_loss, take_profit, trailing_stop)
    wanted = number("target", column, above=float("-inf"))
    return Intents((Ask(manner, order or market_order(), guarded, size, wanted),))


def entries(
    *,
    long: Column | None = None,
    short: Column | None = None,
    exit_long: Column | None = None,
    exit_short: Column | None = None,
    size: Size | None = None,
    order: Order | None = None,
    stop_loss: Away | None = None,
    take_profit: Away | None = None,
    trailing_stop: Away | None = None,
    pyramiding: int = 1,
    exit_after: int = 0,
    square_off: str | None = None,
    product: ProductType | str | None = None,
    tag: str = "",
) -> Intents:
    """Enter and leave on each candle where a condition has become true; one unit unless `size` says more.

    A candle that leaves and enters leaves first; one on which long and short both begin enters neither.
    `pyramiding` is how often it may enter the same way before it is flat again. Exits go at market.
    """
    conditions = _conditions(long, short, exit_long, exit_short)
    size = quantity(1) if size is None else size
    manner = _manner(size, order, exit_after, square_off, product, tag)
    if short is not None and manner.product_type is ProductType.CNC:
        raise ValueError('product="CNC" cannot be sold short: drop short=, or write product="INTRADAY"')
    manner = manner._replace(pyramiding=whole("pyramiding", pyramiding, least=1, most=1000))
    guarded = _guarded(size, stop_loss, take_profit, trailing_stop)
    return Intents((Ask(manner, order or market_order(), guarded, size, None, conditions),))


def legs(asks: Mapping[int, Intents]) -> Intents:
    """One ask for each of some of the run's instruments, by position from 0: `legs({0: ..., 1: ...})`.

    All columns are read on the candles of the run's first instrument; `market(1)` reads the second's.
    """
    _check_legs(asks)
    positions = tuple(sorted(asks))
    return Intents(tuple(asks[each].asks[0] for each in positions), positions)


def _check_legs(asks: object) -> None:
    if not isinstance(asks, Mapping) or not asks:
        raise TypeError(f"legs({asks!r}): write legs({{0: target(...), 1: target(...)}})")
    for position, each in asks.items():
        whole("the position of a leg", position, least=0, most=999)
        if not isinstance(each, Intents) or each.positions is not None:
            raise TypeError(f"leg {position} is {each!r}: write {position}: target(...) or entries(...)")


def _conditions(
    long: Column | None, short: Column | None, exit_long: Column | None, exit_short: Column | None
) -> Conditions:
    if long is None and short is None:
        raise ValueError("entries() enters nothing: give long= or short=")
    for name, way_out, way_in in (("long", exit_long, long), ("short", exit_short, short)):
        if way_out is not None and way_in is None:
            raise ValueError(f"exit_{name}= has no position to close: give {name}= too, or drop it")
    given = (exit_long, exit_short, long, short)
    return Conditions(*(each if each is None else condition(each) for each in given))


def _manner(
    size: Size | None,
    order: Order | None,
    exit_after: int,
    square_off: str | None,
    product: ProductType | str | None,
    tag: str,
) -> Manner:
    _kinds(size, order, tag)
    held = _product(product)
    ends = None if square_off is None else minutes_of(square_off)
    if ends is not None and held is ProductType.CNC:
        raise ValueError('square_off= with product="CNC": delivery is carried; drop one of the two')
    chosen = order or market_order()
    return Manner(
        size.sizing if size else Sizing.QUANTITY,
        chosen.order_type,
        chosen.validity,
        held,
        chosen.offset_ticks,
        exit_after=whole("exit_after", exit_after, least=0, most=100_000),
        square_off=ends,
        tag=tag,
    )


def _kinds(size: object, order: object, tag: object) -> None:
    if not isinstance(size, Size | None):
        raise TypeError(
            f"size={size!r}: write quantity({size!r}), lots(...), value(...) or capital_percent(...)"
        )
    if not isinstance(order, Order | None):
        raise TypeError(f"order={order!r}: write market_order(), limit_order(...) or stop_order(...)")
    if not (isinstance(tag, str) and len(tag) <= 20 and tag.isprintable()):
        raise TypeError(f"tag={tag!r}: write at most 20 printable characters")


def _product(named: ProductType | str | None) -> ProductType | None:
    try:
        return None if named is None else ProductType(named)
    except ValueError:
        raise ValueError(f'product={named!r}: write "INTRADAY", "CNC" or "MARGIN"') from None


def _guarded(
    size: Size | None, stop_loss: Away | None, take_profit: Away | None, trailing_stop: Away | None
) -> Protection:
    unguarded = stop_loss is None and trailing_stop is None
    if size is not None and size.sizing is Sizing.RISK and unguarded:
        raise ValueError("risk_percent needs to know where the loss ends: add stop_loss=points(...)")
    return Protection(
        away("stop_loss", stop_loss),
        away("take_profit", take_profit),
        away("trailing_stop", trailing_stop),
    )
