"""A second set of books, kept from the effects alone, and checked against a run's after every event."""

from collections.abc import Iterable

from streams import positions
from streams.domain.orders import Leg, OrderKey
from streams.events import ChargesSettled, Effect, FillBooked, Place
from streams.state import State, Terms, Working, open_cost
from streams.trades import Trades


class Ledger:
    """A second set of books, kept from the effects alone."""

    def __init__(self, agreed: Terms) -> None:
        self._capital = agreed.capital
        self._held = [0] * len(agreed.instruments)
        self._cash = agreed.capital
        self._trades = Trades()
        self._placed: set[OrderKey] = set()

    def check(self, state: State, effects: Iterable[Effect]) -> None:
        """Takes the effects of an event and asserts that everything adds up after it."""
        for effect in effects:
            self._trades.take(effect)
            if isinstance(effect, FillBooked):
                self._fill(effect)
            if isinstance(effect, ChargesSettled):
                self._cash -= effect.parts.total
            if isinstance(effect, Place):
                self._place(effect, state)
        self._add_up(state)

    def _fill(self, booked: FillBooked) -> None:
        fill = booked.fill
        signed = fill.side.sign * fill.quantity
        self._held[fill.instrument] += signed
        self._cash -= signed * fill.price + fill.charges
        assert fill.charges == booked.parts.total

    def _place(self, place: Place, state: State) -> None:
        """No key twice; an exit never asks for more than is held beyond the other exits in flight."""
        request = place.request
        assert request.key not in self._placed
        self._placed.add(request.key)
        if request.key.leg is Leg.EXIT:
            held = positions.held(state.holdings[request.instrument].lots)
            leaving = sum(each.rest for each in _exits(state, request.instrument))
            assert held * (held + leaving) >= 0
            assert held * leaving < 0

    def _add_up(self, state: State) -> None:
        assert state.cash + open_cost(state) == self._capital + state.realised - state.charges
        assert state.cash == self._cash
        assert [positions.held(each.lots) for each in state.holdings] == self._held
        assert sum(each.realised for each in state.holdings) == state.realised
        assert sum(each.charges for each in state.holdings) == state.charges
        trades = self._trades.by_intent.values()
        assert sum(each.realised for each in trades) == state.realised
        settled = sum(self._trades.settled.values())
        assert sum(each.charges for each in trades) + settled == state.charges


def _exits(state: State, instrument: int) -> list[Working]:
    orders = [each for each in state.working if each.request.instrument == instrument]
    return [each for each in orders if each.request.key.leg is Leg.EXIT]
