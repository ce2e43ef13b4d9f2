"""Laws 2, 3 and 4 for whatever a strategy may ask: any order, size, protection, venue and schedule."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from streams import exchange, positions, simulation
from streams.detail import walked
from streams.domain.intents import Intent
from streams.domain.market import Chunk
from streams.domain.orders import Leg, OrderStatus, OrderType
from streams.events import (
    Cancel,
    ChargesSettled,
    Effect,
    Event,
    FillBooked,
    Modify,
    OrderMoved,
    Place,
    PnlStruck,
    Report,
)
from streams.execution import step
from streams.frames import frames, marks_after, moments
from streams.settlement import settle_day
from streams.state import State, Terms, opening
from tests.builders import at_once, by_day, cut, one_by_one
from tests.drawn import Situation, situations
from tests.drawn import situation as situation_of
from tests.laws.ledger import Ledger

S = OrderStatus
many = settings(deadline=None, max_examples=200)


def simulated(
    terms: Terms, parts: Iterable[Chunk], intents: tuple[Intent, ...], choose: simulation.Choose
) -> tuple[State, list[Effect]]:
    """The state and the effects of a backtest over these chunks, but for the P&L struck at candles."""
    known, effects, asked = simulation.begin(terms), list[Effect](), list(intents)
    for part in parts:
        times = set(moments(part).tolist())
        due = tuple(each for each in asked if each.time in times)
        known, more = simulation.simulate(terms, known, part, due, choose)
        effects += [each for each in more if not isinstance(each, PnlStruck)]
    return known.state, effects


@many
@given(situations(), st.data())
def test_what_happens_depends_neither_on_chunks_nor_on_the_candles_stepped_through(
    situation: Situation, data: st.DataObject
) -> None:
    """Bit for bit: every effect, and the state at the end."""
    terms, chunk, intents = situation
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    expected = simulated(terms, one_by_one(chunk), intents, simulation.every)
    assert simulated(terms, at_once(chunk), intents, simulation.every) == expected
    assert simulated(terms, at_once(chunk), intents, simulation.eventful) == expected
    assert simulated(terms, by_day(chunk), intents, simulation.eventful) == expected
    assert simulated(terms, cut(chunk, cuts), intents, simulation.eventful) == expected


def guarded_once(state: State, instrument: int, held: int) -> None:
    """Asserts that what is to go on resting to close a position never comes to more than it."""
    orders = [
        each
        for each in state.working
        if each.request.instrument == instrument and each.request.key not in state.withdrawn
    ]
    for leg in (Leg.STOP_LOSS, Leg.TAKE_PROFIT):
        rests = sum(each.rest for each in orders if each.request.key.leg in (leg, Leg.EXIT))
        assert rests * held <= 0
        assert abs(rests) <= abs(held)


class Outside:
    """A run whose broker stands outside and answers errand by errand; its books are checked throughout."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.state = terms, opening(terms)
        self.book, self.ledger = exchange.opened(terms.instruments), Ledger(terms)
        self.effects: list[Effect] = []
        self._errands: list[Effect] = []

    def take(self, events: Iterable[Event]) -> None:
        """Events, then everything they lead to."""
        for event in events:
            self._step(event)
        while self._errands:
            self._carry(self._errands.pop(0))

    def _step(self, event: Event) -> None:
        self.state, effects = step(self.terms, self.state, event)
        self.ledger.check(self.state, effects)
        for instrument, holding in enumerate(self.state.holdings):
            guarded_once(self.state, instrument, positions.held(holding.lots))
        self.effects += [each for each in effects if not isinstance(each, PnlStruck)]
        self._errands += [each for each in effects if isinstance(each, Place | Modify | Cancel)]

    def _carry(self, errand: Effect) -> None:
        if isinstance(errand, Place):
            self.book = exchange.accept(self.book, errand.request)
            self._step(Report(errand.request.key, OrderStatus.SUBMITTED))
        elif isinstance(errand, Modify):
            self.book = exchange.amend(self.book, errand.request)
        elif isinstance(errand, Cancel):
            self.book = exchange.withdraw(self.book, errand.order)
            self._step(Report(errand.order, OrderStatus.CANCELLED))

    def live(self, part: Chunk, marks: tuple[int, ...], intents: Iterable[Intent]) -> None:
        """One moment."""
        (closed,) = frames(part, moments(part), marks)
        terms = self.terms
        for place, bars in enumerate(walked(closed, terms.detail, terms.interval)):
            while True:
                self.book, reports = exchange.meet(terms.instruments, terms.venue, self.book, bars, place)
                if not reports:
                    break
                self.take(reports)
        self.take((closed, *intents))


@many
@given(situations())
def test_a_run_with_its_broker_outside_does_the_same_and_its_books_add_up_at_every_event(
    situation: Situation,
) -> None:
    """Cash, cost, positions, fills, trades, charges; a stop and an exit never sell the same share."""
    terms, chunk, intents = situation
    lived, marks = Outside(terms), (0,) * len(chunk)
    for part in one_by_one(chunk):
        time = int(moments(part)[0])
        lived.live(part, marks, [each for each in intents if each.time == time])
        marks = marks_after(part, marks)
    assert (lived.state, lived.effects) == simulated(terms, at_once(chunk), intents, simulation.eventful)
    state, effects = settle_day(terms, lived.state)
    lived.ledger.check(state, effects)


def test_the_situations_bring_what_they_are_said_to() -> None:
    """Every leg fills, orders end in every way the exchange knows, protection moves, days are settled."""
    seen: set[object] = set()
    for seed in range(400):
        terms, chunk, intents = situation_of(seed)
        for each in simulated(terms, at_once(chunk), intents, simulation.eventful)[1]:
            seen.add(type(each))
            if isinstance(each, OrderMoved):
                seen.update({each.status, each.request.order_type})
            if isinstance(each, FillBooked):
                seen.update({each.fill.order.leg, each.fill.order.cause.partition(":")[0]})
    ends = {S.SUBMITTED, S.PARTIALLY_FILLED, S.FILLED, S.CANCELLED, S.EXPIRED}
    causes = {"intent", "exit_after", "square_off"}
    assert seen >= {*Leg, *OrderType, *ends, *causes, Modify, ChargesSettled}
