"""The three ways of running the core give the same bits: plain, in numbers, and in numbers compiled."""

from collections.abc import Iterable, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from streams import simulation
from streams.asked import ACTIONS, Asked, Distances
from streams.domain.intents import NOWHERE, Distance, Intent, Manner
from streams.domain.market import Chunk
from streams.domain.orders import OrderType
from streams.domain.venue import Venue
from streams.events import Effect
from streams.frames import moments
from streams.kernel import PLAIN, Kernel, Numbers
from streams.report import moves
from streams.state import State, Terms
from tests.builders import SEED, at_once, by_day, cut, market, one_by_one
from tests.drawn import agreements, asking
from tests.laws.test_conduct import simulated

many = settings(deadline=None, max_examples=300)


def known_to_the_kernel(terms: Terms) -> Terms:
    """The terms without what only the fold can follow: orders in parts, and late ones."""
    venue = Venue(terms.venue.slippage, terms.venue.amount)
    whole = tuple(each._replace(freeze_quantity=0) for each in terms.instruments)
    return terms._replace(venue=venue, instruments=whole)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Terms, Chunk, tuple[Intent, ...]]:
    """Terms, a small market, and what is asked on it."""
    count = draw(st.integers(1, 2))
    chunk = market(
        draw(SEED),
        sessions=draw(st.integers(1, 3)),
        bars=draw(st.integers(1, 25)),
        count=count,
        missing=draw(st.sampled_from([0.0, 0.0, 0.3])),
        wild=draw(st.booleans()),
    )
    return known_to_the_kernel(draw(agreements(count))), chunk, draw(asking(chunk))


def columns(first: int, intents: Sequence[Intent], manners: tuple[Manner, ...]) -> Asked:
    """Intents as a strategy's signals hand them over."""

    def column(numbers: Iterable[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(list(numbers), np.int64)

    def distances(found: Iterable[Distance]) -> Distances:
        points, ppm = np.array(list(found), np.int64).reshape(-1, 2).T
        return Distances(points, ppm)

    return Asked(
        first,
        manners,
        column(each.time for each in intents),
        column(0 for _ in intents),
        column(each.instrument for each in intents),
        column(each.target for each in intents),
        column(ACTIONS.index(each.action) for each in intents),
        column(each.limit_price for each in intents),
        column(each.trigger_price for each in intents),
        distances(each.stop_loss for each in intents),
        distances(each.take_profit for each in intents),
        distances(each.trailing_stop for each in intents),
    )


def manners_of(count: int, intents: Iterable[Intent]) -> tuple[Manner, ...]:
    """The one manner of each instrument."""
    known = {each.instrument: each.manner for each in intents}
    return tuple(known.get(place, Manner()) for place in range(count))


def in_numbers(
    terms: Terms, parts: Iterable[Chunk], intents: tuple[Intent, ...], kernel: Kernel
) -> tuple[State, list[Effect], list[object]]:
    """State, effects and what was moved, by the kernel."""
    manners = manners_of(len(terms.instruments), intents)
    quiet = not any(_watched(each) for each in intents) and not terms.instruments[0].price_band
    made, moved, first = Numbers(terms, manners, kernel, quiet=quiet), list[object](), 0
    for part in parts:
        times = set(moments(part).tolist())
        due = [each for each in intents if each.time in times]
        if times:
            moved += list(
                zip(*(each.tolist() for each in made.take(part, columns(first, due, manners))), strict=True)
            )
        first += len(due)
    return made.state(intents), list(made.effects(intents)), moved


def _watched(intent: Intent) -> bool:
    guarded = {intent.stop_loss, intent.take_profit, intent.trailing_stop} != {NOWHERE}
    return guarded or intent.manner.exit_after > 0 or intent.manner.order_type is not OrderType.MARKET


@many
@given(situations(), st.data())
def test_the_kernel_does_what_the_fold_does(
    situation: tuple[Terms, Chunk, tuple[Intent, ...]], data: st.DataObject
) -> None:
    """Every effect, the state at the end, and what the equity curve is made of; in any chunks."""
    # given
    terms, chunk, intents = situation
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    # when
    state, effects = simulated(terms, one_by_one(chunk), intents, simulation.every)
    # then
    for parts in (at_once(chunk), by_day(chunk), cut(chunk, cuts)):
        found, same, moved = in_numbers(terms, parts, intents, PLAIN)
        assert same == effects
        assert found == state
        assert sorted(moved) == sorted(zip(*(each.tolist() for each in moves(effects)), strict=True))
