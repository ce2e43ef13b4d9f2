"""Cash, lots and charges in plain Python, from "The ledger" of docs/execution.md and docs/charges.md."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tests.laws.plain.charges import Parts, contract_note, rates_on, settled, with_the_fill
from tests.laws.plain.market import Candle


class Deal(NamedTuple):
    """One fill: signed quantity, price in units, its provisional charges."""

    time: int
    quantity: int
    price: int
    charges: Parts


class Trip(NamedTuple):
    """One entry and its exit, or none yet: what both were charged with their fills and what it made."""

    opened_at: int
    quantity: int
    entry: int
    charges: int
    closed_at: int | None = None
    exit: int | None = None
    realised: int = 0


class Books:
    """What the run has: each entry is a lot, and an exit closes all of them."""

    def __init__(self, capital: int, segment: str) -> None:
        self.cash, self.mark = capital, 0
        self.deals: list[Deal] = []
        self.lots: list[Trip] = []
        self.closed: list[Trip] = []
        self.notes: list[tuple[date, Parts]] = []
        self._segment = segment
        self._today: list[Deal] = []
        self._day = date.min

    @property
    def trips(self) -> list[Trip]:
        """All entries in their order."""
        return self.closed + self.lots

    @property
    def held(self) -> int:
        """Signed quantity."""
        return sum(each.quantity for each in self.lots)

    @property
    def average(self) -> int:
        """The average price of what is held, to the unit, a half to the even one."""
        cost, held = abs(sum(each.quantity * each.entry for each in self.lots)), abs(self.held)
        whole, rest = divmod(cost, held)
        return whole + (2 * rest > held or (2 * rest == held and whole % 2 == 1))

    @property
    def equity(self) -> int:
        """Cash and the position at the last close."""
        return self.cash + self.held * self.mark

    def enter(self, candle: Candle, quantity: int, price: int) -> None:
        """A fill that opens."""
        deal = self._deal(candle, quantity, price)
        self.lots.append(Trip(candle.time, quantity, price, sum(deal.charges)))

    def leave(self, candle: Candle, price: int) -> None:
        """A fill that closes all; the oldest entry bears its charges."""
        deal = self._deal(candle, -self.held, price)
        borne = [sum(deal.charges), *([0] * (len(self.lots) - 1))]
        self.closed += [_closed(lot, deal, charges) for lot, charges in zip(self.lots, borne, strict=True)]
        self.lots = []

    def _deal(self, candle: Candle, quantity: int, price: int) -> Deal:
        rates = rates_on(self._segment, candle.day)
        deal = Deal(candle.time, quantity, price, with_the_fill(rates, abs(quantity) * price, quantity > 0))
        self.cash -= quantity * price + sum(deal.charges)
        self.deals.append(deal)
        self._today.append(deal)
        return deal

    def begin_day(self, day: date) -> None:
        """When a later day begins, the former one is over."""
        if day > self._day:
            self.end_day()
            self._day = day

    def end_day(self) -> None:
        """Its contract note, less what its fills were charged."""
        if self._today:
            bought, sold = (_value(self._today, sign) for sign in (1, -1))
            brokerage = sum(each.charges.brokerage for each in self._today)
            note = contract_note(rates_on(self._segment, self._day), bought, sold, brokerage)
            difference = settled(note, [each.charges for each in self._today])
            self.cash -= sum(difference)
            self.notes.append((self._day, difference))
        self._today = []


def _value(deals: Iterable[Deal], sign: int) -> int:
    return sum(abs(each.quantity) * each.price for each in deals if each.quantity * sign > 0)


def _closed(lot: Trip, deal: Deal, charges: int) -> Trip:
    realised = (deal.price - lot.entry) * lot.quantity
    return Trip(
        lot.opened_at, lot.quantity, lot.entry, lot.charges + charges, deal.time, deal.price, realised
    )
