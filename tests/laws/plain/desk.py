"""From what a strategy asks for to fills, in plain Python, from docs/execution.md.

One instrument, and market orders that fill whole: what the loops beside it need.
"""

from fractions import Fraction
from typing import NamedTuple

from tests.laws.plain.books import Books
from tests.laws.plain.bracket import Bracket, Distances
from tests.laws.plain.market import Candle, Sessions


class Terms(NamedTuple):
    """What is traded and how. `slippage` is a share of the price, `slippage_ticks` whole ticks.

    With `risk`, a share of equity, the stop's distance gives the quantity. From `square_off` on, minutes
    since midnight, or from `square_off_before` the market closes, a position is closed and none is entered.
    """

    capital: int
    segment: str
    sessions: Sessions
    quantity: int = 1
    risk: Fraction = Fraction(0)
    lot: int = 1
    tick: int = 500
    slippage: Fraction = Fraction(0)
    slippage_ticks: int = 0
    square_off: int | None = None
    square_off_before: int | None = None


class Ask(NamedTuple):
    """What a strategy asks for at a candle's close: which sides to leave, which side (+1, -1) to enter.

    `entries` is how often it may enter the same side before it is flat.
    """

    leave_long: bool = False
    leave_short: bool = False
    enter: int = 0
    distances: Distances = Distances()
    entries: int = 1


class Order(NamedTuple):
    """An entry of so much, guarded so far; without distances an exit."""

    quantity: int
    distances: Distances | None


class Desk:
    """Feed it each candle twice: `meet` before the strategy has seen it, `close` with what it asks for."""

    def __init__(self, terms: Terms) -> None:
        self.books = Books(terms.capital, terms.segment)
        self._terms = terms
        self._orders: list[Order] = []
        self._bracket: Bracket | None = None

    def meet(self, candle: Candle) -> None:
        """What rests meets the bar: a gap, the orders at the open, then the stop and the target by range."""
        self.books.begin_day(candle.day)
        self._guard(candle, candle.open, candle.open)
        orders, self._orders = self._orders, []
        for order in orders:
            self._fill(candle, order)
        self._guard(candle, candle.low, candle.high)

    def _guard(self, candle: Candle, low: int, high: int) -> None:
        """Fills the stop, else the target, where these prices reach it, and withdraws what still works."""
        touched = self._bracket.touched(candle.open, low, high) if self._bracket else None
        if touched:
            price = self._worse(touched.price, -self.books.held) if touched.slips else touched.price
            self.books.leave(candle, price)
            self._bracket, self._orders = None, []

    def _fill(self, candle: Candle, order: Order) -> None:
        """An order at the open; an entry gets its bracket."""
        price = self._worse(candle.open, order.quantity)
        if order.distances is None:
            self.books.leave(candle, price)
            return
        self.books.enter(candle, order.quantity, price)
        reference, sign = self.books.average, 1 if order.quantity > 0 else -1
        if self._bracket:
            self._bracket.renew(reference, order.distances)
        else:
            self._bracket = Bracket(sign, self._terms.tick, reference, order.distances)

    def _worse(self, price: int, quantity: int) -> int:
        """Slipped against the trader, then to the tick on the far side."""
        terms, sign = self._terms, 1 if quantity > 0 else -1
        slipped = price * (1 + sign * terms.slippage) + sign * terms.slippage_ticks * terms.tick
        ticks = -(-slipped // terms.tick) if quantity > 0 else slipped // terms.tick
        return int(ticks) * terms.tick

    def close(self, candle: Candle, ask: Ask) -> None:
        """The candle has closed: the mark, the trail, the square-off, then exits and entries."""
        self.books.mark = candle.close
        if self._bracket:
            self._bracket.follow(candle.high, candle.low, candle.close)
        over, held = self._is_over(candle), self.books.held
        turned = ask.enter * held < 0 and not over
        leaves = (ask.leave_long and held > 0) or (ask.leave_short and held < 0)
        if held and (over or turned or leaves):
            self._bracket = None
            self._orders.append(Order(-held, None))
        if ask.enter and not over and self._may_enter(ask):
            self._enter(ask)

    def _is_over(self, candle: Candle) -> bool:
        terms = self._terms
        if terms.square_off is not None:
            return candle.closes >= terms.square_off
        before = terms.square_off_before
        return before is not None and terms.sessions.squares_off(candle, before)

    def _may_enter(self, ask: Ask) -> bool:
        return ask.enter * self.books.held <= 0 or len(self.books.lots) < ask.entries

    def _enter(self, ask: Ask) -> None:
        terms, stop = self._terms, ask.distances.stop
        wanted = int(self.books.equity * terms.risk / stop) if terms.risk else terms.quantity
        quantity = max(0, wanted // terms.lot * terms.lot)
        if quantity:
            self._orders.append(Order(ask.enter * quantity, ask.distances))

    def done(self) -> Books:
        """The run ends, and with it the day."""
        self.books.end_day()
        return self.books
