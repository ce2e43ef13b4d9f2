"""The three ways of running the core give the same bits: plain, in numbers, and in numbers compiled."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from streams import simulation
from streams.asked import ACTIONS, Asked, Distances
from streams.backtest import Backtest
from streams.charges import INDIAN
from streams.columns import rolling
from streams.columns.rolling import Running
from streams.curves import Changes, Fall, strike
from streams.domain.intents import NOWHERE, Distance, Intent, Manner
from streams.domain.market import Chunk
from streams.domain.money import MAX_PRICE, MAX_QUANTITY
from streams.domain.orders import OrderType, ProductType
from streams.domain.venue import Venue
from streams.events import Effect
from streams.frames import moments
from streams.kernel import PLAIN, Kernel, Numbers
from streams.kernel.compiled import compiled, installed
from streams.kernel.striking import struck
from streams.kernel.sweeping import Sweeps, ways
from streams.report import moves
from streams.risk import RiskLimits
from streams.state import State, Terms
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import (
    RUPEE,
    SEED,
    at_once,
    by_day,
    candles,
    configs,
    cut,
    markets,
    one_by_one,
    run,
    terms,
    unhurried,
)
from tests.drawn import situation
from tests.laws.outcomes import whole
from tests.laws.test_chunks import limits
from tests.laws.test_conduct import simulated

many = settings(deadline=None, max_examples=300)


def known_to_the_kernel(terms: Terms) -> Terms:
    """The terms without what only the fold can follow: orders in parts, and late ones."""
    venue = Venue(terms.venue.slippage, terms.venue.amount)
    whole = tuple(each._replace(freeze_quantity=0) for each in terms.instruments)
    return terms._replace(venue=venue, instruments=whole, detail=())


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


class Found(NamedTuple):
    """State, effects, and what was moved."""

    state: State
    effects: list[Effect]
    moved: list[tuple[int, ...]]


def in_numbers(terms: Terms, parts: Iterable[Chunk], intents: tuple[Intent, ...], kernel: Kernel) -> Found:
    """What the kernel comes to."""
    manners = manners_of(len(terms.instruments), intents)
    quiet = not any(_watched(each) for each in intents) and not terms.instruments[0].price_band
    made, moved, first = Numbers(terms, manners, kernel, quiet=quiet), list[tuple[int, ...]](), 0
    for part in parts:
        times = set(moments(part).tolist())
        due = [each for each in intents if each.time in times]
        if times:
            row, *rest = made.take(part, columns(first, due, manners))
            dated = (moments(part)[row], *rest)
            moved += list(zip(*(each.tolist() for each in dated), strict=True))
        first += len(due)
    return Found(made.state(intents), list(made.effects(intents)), moved)


def _watched(intent: Intent) -> bool:
    guarded = {intent.stop_loss, intent.take_profit, intent.trailing_stop} != {NOWHERE}
    return guarded or intent.manner.exit_after > 0 or intent.manner.order_type is not OrderType.MARKET


def of_one_manner(intents: Sequence[Intent]) -> tuple[Intent, ...]:
    """The intents of each instrument that are in the manner of its first: a strategy has one for each."""
    known: dict[int, Manner] = {}
    kept = [each for each in intents if known.setdefault(each.instrument, each.manner) == each.manner]
    return tuple(each._replace(sequence=number) for number, each in enumerate(kept))


def same(seed: int, kernel: Kernel) -> int:
    """Asserts that fold and kernel agree on a seed's situation, however cut; how many effects it had."""
    # given
    drawn = situation(seed)
    terms, chunk, intents = known_to_the_kernel(drawn.terms), drawn.chunk, of_one_manner(drawn.intents)
    cuts = Random(seed).choices(moments(chunk).tolist() or [0], k=4)
    # when
    state, effects = simulated(terms, one_by_one(chunk), intents, simulation.every)
    # then
    row, *rest = moves(effects, moments(chunk))
    moved = sorted(zip(*(each.tolist() for each in (moments(chunk)[row], *rest)), strict=True))
    for parts in (at_once(chunk), by_day(chunk), cut(chunk, cuts)):
        found = in_numbers(terms, parts, intents, kernel)
        assert found.effects == effects
        assert found.state == state
        assert sorted(found.moved) == moved
    return len(effects)


@many
@given(SEED)
@example(1_701_754)  # a day's last candle before the chunk's last moment: bands reach from it
def test_the_kernel_does_what_the_fold_does(seed: int) -> None:
    """Every effect, the state at the end, and what the equity curve is made of; in any chunks."""
    same(seed, PLAIN)


@pytest.mark.skipif(not installed(), reason="needs the extra fast")
def test_the_compiled_kernel_does_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same source over 64-bit integers. Compiling takes a while, so it is done once for many seeds."""
    kernel = compiled(str(tmp_path_factory.getbasetemp() / "kernel"))
    assert sum(same(seed, kernel) for seed in range(200)) > 2_000


@pytest.mark.skipif(not installed(), reason="needs the extra fast")
def test_a_quiet_run_is_the_same_with_the_compiled_kernel(tmp_path: Path) -> None:
    """Curve, figures, effects and state, in batches; what a quiet run needs is compiled within seconds."""
    # given
    random = np.random.default_rng(7)
    chunk = (candles(np.round(100 + np.cumsum(random.normal(0, 0.5, 3_000)), 2).tolist()),)
    made = run(terms()._replace(charges=INDIAN), config=SmaCrossover.Config(fast=3, slow=8, quantity=4))
    ways = [Backtest(made, simulation.every), Backtest(made), Backtest(made, kernel=compiled(str(tmp_path)))]
    # when
    for way in ways:
        for part in cut(chunk, chunk[0].time[[700, 701, 2_000]].tolist()):
            way.feed(part)
        way.settle()
    # then
    fold, plain, fast = (whole(way.outcome()) for way in ways)
    assert fold.figures.trades > 100
    assert fold == plain == fast


@unhurried
@given(chunk=markets(1), data=st.data())
def test_a_batch_reckoned_at_once_is_what_the_fold_makes_of_it(chunk: Chunk, data: st.DataObject) -> None:
    """Bit for bit, trades, curve and figures too; where risk refuses something it is gone through instead."""
    # given
    agreed = terms(
        limits=data.draw(limits() | st.just(RiskLimits())),
        slippage=data.draw(st.sampled_from([0, 500])),
        charge=data.draw(st.sampled_from([0, 20 * RUPEE])),
        lot_size=data.draw(st.sampled_from([1, 5])),
    )
    charges = data.draw(st.sampled_from([agreed.charges, INDIAN]))
    product = data.draw(st.sampled_from(ProductType))
    made = run(
        agreed._replace(charges=charges, product_type=product), config=data.draw(configs(SmaCrossover))
    )
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    # when
    quick, slow = Backtest(made), Backtest(made, simulation.every)
    for part in cut(chunk, cuts):
        quick.feed(part)
        slow.feed(part)
    # then
    assert whole(quick.outcome()) == whole(slow.outcome())
    # and
    quick.settle()
    slow.settle()
    assert whole(quick.outcome()) == whole(slow.outcome())


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=60), SEED)
def test_a_curve_struck_candle_by_candle_is_that_struck_at_once(closes: list[int], seed: int) -> None:
    """Equity and the deepest fall, with moves anywhere: several on a candle, in a row, none."""
    # given
    random = Random(seed)
    rows = sorted(random.choices(range(len(closes)), k=random.randrange(8)))
    quantity = [random.choice((-10, 0, 10)) for _ in rows]
    cash = [random.randrange(-(10**8), 10**8) for _ in rows]
    changes = Changes(*(np.array(each, np.int64) for each in (rows, cash, quantity)))
    prices, fall = np.array(closes) / 100, Fall(random.randrange(10**8), random.randrange(10**4))
    at_once, by_one = np.empty((2, len(closes)), np.int64)
    # when
    found = [way(10**7, 5, changes, prices, out, fall) for way, out in ((strike, at_once), (struck, by_one))]
    # then
    assert found[0] == found[1]
    assert at_once.tolist() == by_one.tolist()


@given(
    st.lists(st.integers(1, 10**9).map(lambda ticks: ticks / 1e7) | st.just(1 / 3) | st.just(float("nan"))),
    st.integers(1, 5),
)
def test_sums_and_means_value_by_value_are_those_of_whole_columns(prices: list[float], window: int) -> None:
    """To the bit, on the grid and off it, whatever came before."""
    # given
    faster, state = ways(Sweeps()), Running(np.int64(2**62), 1)
    values = np.array([1.0, *prices])
    # when
    found, whole = (way(state, values) for way in (faster[rolling.gridded], rolling.gridded))
    totals = np.concatenate((np.arange(window), whole[1].totals))
    padded = np.concatenate((np.ones(window - 1), values))
    means = [way(padded, totals, whole[1].clean, window) for way in (faster[rolling.mean], rolling.mean)]
    # then
    assert found[0] == whole[0]
    assert_array_equal(found[1].totals, whole[1].totals)
    assert_array_equal(found[1].clean, whole[1].clean)
    assert means[0].tobytes() == means[1].tobytes()


@pytest.mark.parametrize("price", [MAX_PRICE // 10**4, 0.5])
def test_the_ways_agree_at_the_extremes(price: float) -> None:
    """The highest price with the largest quantity, and the lowest: every product still fits 64 bits."""
    closes = price * np.array([0.8, 0.8, 0.8, 0.9, 1.0, 0.9, 0.7, 0.6, 0.7, 0.9, 1.0, 1.0])
    chunk = (candles(np.maximum(0.05, np.round(closes, 2)).tolist()),)
    agreed = terms(capital=MAX_PRICE * MAX_QUANTITY)._replace(charges=INDIAN)
    made = run(agreed, config=SmaCrossover.Config(fast=2, slow=3, quantity=MAX_QUANTITY))
    ways = [Backtest(made), Backtest(made, simulation.every)]
    for way in ways:
        way.feed(chunk)
    assert whole(ways[0].outcome()) == whole(ways[1].outcome())
    assert ways[0].outcome().figures.orders_count > 1
