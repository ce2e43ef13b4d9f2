"""A quiet batch judged: what risk observes of all its orders at once, and whether it refuses none of them."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from streams.kernel import layout as at
from streams.kernel.columns import Fixed
from streams.kernel.quiet import HOME, Ints
from streams.kernel.reckoning import Reckoning
from streams.kernel.tallies import Table
from streams.kernel.vectors import observed
from streams.risk.facts import Book, Proposal
from streams.state import Terms


class Weighed:
    """The run's `Book` at each of some orders, in columns; what no rule asks for is not reckoned."""

    def __init__(self, whole: Reckoning, chosen: slice) -> None:
        self._whole, self._chosen = whole, chosen
        orders = whole.orders
        self._step, self._row = orders.step[chosen], orders.row[chosen]
        self._order = np.arange(len(orders.step))[chosen]

    def __getattr__(self, name: str) -> Any:
        return Book._field_defaults[name]

    @property
    def _market(self) -> Ints:
        held = self._whole.made.before[self._step]
        return np.asarray(held * self._whole.mark[self._step - 1])

    @cached_property
    def _filled(self) -> Ints:
        """How many fills each order has seen: its own step's exit has not filled yet."""
        turning = np.diff(self._whole.orders.step, prepend=-1) == 0
        return np.asarray(self._order - turning[self._chosen])

    @cached_property
    def _day(self) -> Ints:
        """How many days had begun in the batch."""
        return np.searchsorted(self._whole.begins, self._row, side="right")

    @cached_property
    def day_pnl(self) -> Ints:
        """Equity less what the day began with."""
        whole = self._whole
        began = np.concatenate(([int(whole.before.book[at.DAY_EQUITY])], whole.openings))
        pnl: Ints = whole.cash[self._filled] - whole.noted(self._row) + self._market - began[self._day]
        return pnl

    @cached_property
    def deployed(self) -> Ints:
        """Cost of the position."""
        cost = np.abs(self._whole.cost[self._filled])
        return np.where(self._whole.made.before[self._step] != 0, cost, 0)

    @cached_property
    def exposure(self) -> Ints:
        """The position at market."""
        return np.abs(self._market)

    @cached_property
    def orders_today(self) -> Ints:
        """Orders before this one on its day."""
        return self._today(slice(self._whole.orders.resting, None), at.ORDERS_TODAY)

    @cached_property
    def trades_today(self) -> Ints:
        """Entries before this one on its day."""
        return self._today(self._whole.orders.asked(self._whole.orders.entries), at.TRADES_TODAY)

    def _today(self, counted: slice, place: int) -> Ints:
        """How many of the counted orders came before on the same day."""
        row = self._whole.orders.row[counted]
        before = np.searchsorted(np.arange(len(self._whole.orders.row))[counted], self._order)
        begins = np.concatenate(([0], np.searchsorted(row, self._whole.begins)))
        known = np.where(self._day == 0, int(self._whole.before.book[place]), 0)
        count: Ints = before - begins[self._day] + known
        return count


def accepted(terms: Terms, fixed: Fixed, whole: Reckoning) -> bool:
    """Whether risk permits every order."""
    for _, proposal, book in _legs(fixed, whole):
        for rule, limit in terms.risk.rules:
            if not rule.spared(proposal, book):
                refused: Any = rule.exceeded(rule.bound(limit, proposal), observed(rule, proposal, book))
                if refused if isinstance(refused, bool) else refused.any():
                    return False
    return True


def requests(terms: Terms, fixed: Fixed, whole: Reckoning) -> Table:
    """The requests' rows for the journal, with what each rule observed."""
    orders = whole.orders
    new, leg = slice(orders.resting, None), np.full(len(orders.step), at.EXIT)
    leg[orders.entries] = at.ENTRY
    table = np.zeros((len(orders.step), fixed.numbers[at.WIDTH]), np.int64)
    table[:, at.ASK_INTENT] = table[:, at.ASK_CAUSE] = whole.number + orders.step - 1
    table[:, at.ASK_SIGNED] = orders.signed
    table[new, at.ASK_TIME] = whole.time[orders.step[new] - 1]
    table[:, at.ASK_LEG] = leg
    table[:, at.ASK_VALIDITY] = np.where(leg == at.ENTRY, fixed.traits[at.VALIDITY], at.DAY_ORDER)
    table[:, at.ASK_PERMITTED] = 1
    table[:, at.ASK_VERDICTS] = len(terms.risk.rules)
    table[:, at.ASK_REFERENCE] = int(whole.before.book[HOME + at.REFERENCE])
    for chosen, proposal, book in _legs(fixed, whole):
        for place, (rule, _) in enumerate(terms.risk.rules, at.ASK):
            table[chosen, place] = observed(rule, proposal, book)
    return table[new]


def _legs(fixed: Fixed, whole: Reckoning) -> Iterator[tuple[slice, Proposal, Any]]:
    """Exits, then entries: where they are among the orders, in the numbers the rules look at."""
    orders = whole.orders
    for leg in (orders.exits, orders.entries):
        chosen = orders.asked(leg)
        if len(orders.step[chosen]):
            entry = leg == orders.entries
            yield chosen, _proposal(fixed, whole, chosen, entry), Weighed(whole, chosen)


def _proposal(fixed: Fixed, whole: Reckoning, chosen: slice, entry: bool) -> Proposal:
    """The requests of one leg, in the numbers the rules look at."""
    signed = whole.orders.signed[chosen]
    quantity: Any = np.abs(signed)
    delivered = fixed.traits[at.DELIVERED] == 1
    short: Any = np.maximum(0, -signed) if entry and delivered else 0
    return Proposal(
        0,
        quantity,
        quantity * whole.mark[whole.orders.step[chosen] - 1],
        not entry,
        lot_size=fixed.traits[at.LOT_SIZE],
        tradable=fixed.traits[at.TRADABLE] == 1,
        short=short,
    )
