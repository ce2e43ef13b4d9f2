"""The pipeline as marbles: a letter in is a candle, a letter out is what a watcher sees, in virtual time."""

from collections.abc import Callable
from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops
from reactivex.subject import Subject
from reactivex.testing.marbles import marbles_testing

from streams.columns.column import Values, column
from streams.domain.market import Chunk
from streams.domain.orders import Leg, OrderKey, OrderStatus
from streams.events import CandlesClosed, Command, CommandKind, Execution, Report
from streams.pipeline import Executed, Run, Views, executed, formed, simulated, views
from streams.strategies import BaseStrategy, StrategyConfig
from streams.strategies.base import Bars, Intents, target
from tests.builders import MINUTE, RUPEE, START, candles, one_by_one, run, terms

CLOSES = [10.0, 10.0, 10.0, 12.0, 13.0, 9.0, 8.0]
"""SMA 2/3 crosses up at the fourth close (d) and down at the sixth (f)."""

MARKET: dict[str | float, Any] = dict(zip("abcdefg", one_by_one((candles(CLOSES),)), strict=True))
CANDLES = "-a-b-c-d-e-f-g-|"
S = OrderStatus
ENTRY = OrderKey("intent:0", Leg.ENTRY)

Show = Callable[[Any], Any]
Row = tuple[Show, str, dict[str | float, Any]]


def shown(watched: Views, stage: str, show: Show) -> Observable[Any]:
    """What a watcher of a stage sees, made short."""
    view: Observable[Any] = getattr(watched, stage)
    return view.pipe(ops.map(show))


BACKTEST: dict[str, Row] = {
    "intents": (lambda each: each.target, "-------x---y---|", {"x": 1, "y": 0}),
    "decisions": (lambda each: each.request.key.leg, "-------x---y---|", {"x": Leg.ENTRY, "y": Leg.EXIT}),
    "orders": (lambda each: each.status, "-------s-f-s-f-|", {"s": S.SUBMITTED, "f": S.FILLED}),
    "fills": (
        lambda each: (each.fill.side.sign, each.fill.price),
        "---------x---y-|",
        {"x": (1, 12 * RUPEE), "y": (-1, 9 * RUPEE)},
    ),
    "positions": (
        lambda each: (each.quantity, each.realised),
        "---------x---y-|",
        {"x": (1, 0), "y": (0, -3 * RUPEE)},
    ),
    "pnl": (
        lambda each: (each.realised + each.unrealised) // RUPEE,
        "-0-0-0-0-x-y-y-|",
        {"x": 1, "y": -3},
    ),
}


@pytest.mark.parametrize("stage", BACKTEST)
def test_each_view_of_a_backtest_shows_its_stage_when_it_happens(stage: str) -> None:
    """Decided on the close of d and f, filled at the open of e and g."""
    show, expected, lookup = BACKTEST[stage]
    with marbles_testing() as (start, _, hot, exp):
        watched = views(simulated(run(), hot(CANDLES, MARKET, None)))
        assert start(shown(watched, stage, show)) == exp(expected, lookup, None)


def fill(rupees: int, row: int) -> Report:
    """The broker fills the entry at the open of a row's bar."""
    return Report(ENTRY, S.FILLED, Execution("T1", 1, rupees * RUPEE, START + row * MINUTE))


LIVE: dict[str, Row] = {
    "intents": (lambda each: each.target, "-------x---y---|", {"x": 1, "y": 0}),
    "decisions": (
        lambda each: each.request.key.name,
        "-------x---y-z-|",
        {"x": "intent:0/ENTRY/0/0", "y": "intent:1/EXIT/0/0", "z": "intent:1/EXIT/0/1"},
    ),
    "orders": (
        lambda each: each.status,
        "--------s-f-r--|",
        {"s": S.SUBMITTED, "f": S.FILLED, "r": S.REJECTED},
    ),
    "positions": (lambda each: each.quantity, "----------1----|", {}),
    "pnl": (lambda each: each.unrealised // RUPEE, "-0-0-0-0-0-x-y-|", {"x": -3, "y": -4}),
}


@pytest.mark.parametrize("stage", LIVE)
def test_reports_come_in_beside_the_candles_of_a_live_run(stage: str) -> None:
    """The broker takes its time: submitted after d, filled after e; the exit of f it rejects."""
    # given
    show, expected, lookup = LIVE[stage]
    submitted, rejected = Report(ENTRY, S.SUBMITTED), Report(OrderKey("intent:1", Leg.EXIT), S.REJECTED)
    said: dict[str | float, Any] = {"s": submitted, "f": fill(12, 4), "r": rejected}
    with marbles_testing() as (start, _, hot, exp):
        # when
        asides = hot("--------s-f-r--|", said, None)
        watched = views(executed(run(), hot(CANDLES, MARKET, None), asides))
        # then
        assert start(shown(watched, stage, show)) == exp(expected, lookup, None)


def test_a_command_comes_in_beside_the_candles_too() -> None:
    """Paused before d: the entry is refused."""
    with marbles_testing() as (start, _, hot, exp):
        market = hot(CANDLES, MARKET, None)
        asides = hot("------p--------|", {"p": Command(0, CommandKind.PAUSE)}, None)
        watched = views(executed(run(), market, asides))
        assert start(shown(watched, "decisions", lambda each: each.decision.permitted)) == exp(
            "-------x-------|", {"x": False}, None
        )


class Fragile(BaseStrategy):
    """Raises on a close above 12."""

    key = "fragile"

    class Config(StrategyConfig):
        """Nothing to set."""

    def intents(self, bars: Bars, config: Any) -> Intents:
        """The close, as long as it lasts."""
        return target(column("fragile", _fragile, bars.close))


TOO_HIGH = OverflowError("too high for me")


def _fragile(close: Values) -> Values:
    if (close > 12).any():
        raise TOO_HIGH
    return close


def closings(made: Run, market: Observable[Chunk], nothing: Observable[Any]) -> Observable[Any]:
    """The candles that went through the live fold."""
    return executed(made, market, nothing).pipe(ops.filter(_closed))


def _closed(step: Executed) -> bool:
    return isinstance(step.event, CandlesClosed)


@pytest.mark.parametrize(
    "stage",
    [lambda made, market, _: formed(made, market), lambda made, market, _: simulated(made, market), closings],
    ids=["formed", "simulated", "executed"],
)
def test_an_error_in_a_strategy_ends_the_stream_with_that_error(
    stage: Callable[[Run, Observable[Chunk], Observable[Any]], Observable[Any]],
) -> None:
    """What came before it stands; nothing comes after it."""
    made = run(strategy=Fragile, config=Fragile.Config())
    with marbles_testing() as (start, _, hot, exp):
        steps = stage(made, hot(CANDLES, MARKET, None), hot("---------------|", None, None))
        assert start(steps.pipe(ops.map(lambda _: "x"))) == exp("-x-x-x-x-#", None, TOO_HIGH)


def test_a_raising_strategy_does_not_raise_into_the_feed() -> None:
    """The feed serves other runs too."""
    market: Subject[Chunk] = Subject()
    errors: list[Exception] = []
    simulated(run(strategy=Fragile, config=Fragile.Config()), market).subscribe(on_error=errors.append)
    for letter in "abcdefg":
        market.on_next(MARKET[letter])
    assert errors == [TOO_HIGH]


@pytest.mark.parametrize(
    "stage",
    [lambda made, market: simulated(made, market), lambda made, market: executed(made, market, Subject())],
    ids=["simulated", "executed"],
)
def test_all_watchers_share_one_run(stage: Callable[[Run, Observable[Chunk]], Observable[Any]]) -> None:
    """However many watch, each candle goes through the fold once and all see the same objects."""
    market: Subject[Chunk] = Subject()
    steps = stage(run(), market)
    first: list[Any] = []
    second: list[Any] = []
    steps.subscribe(first.append)
    steps.subscribe(second.append)
    for letter in "abcdefg":
        market.on_next(MARKET[letter])
    assert len(first) >= 7
    assert all(ours is theirs for ours, theirs in zip(first, second, strict=True))


def test_a_run_warmed_by_history_acts_on_its_first_candle() -> None:
    """Candles before the run fill the look-back."""
    whole = candles(CLOSES)
    made = run(history=(whole.rows(0, 3),))
    with marbles_testing() as (start, _, hot, exp):
        watched = views(simulated(made, hot("-d-e-f-g-|", MARKET, None)))
        assert start(shown(watched, "intents", lambda each: each.target)) == exp(
            "-x---y---|", {"x": 1, "y": 0}, None
        )


def test_a_chunk_of_many_candles_goes_through_the_live_fold_moment_by_moment() -> None:
    """Each moment's candles before the intents formed at their close, whatever the chunk held."""
    market: Subject[Chunk] = Subject()
    events: list[Any] = []
    executed(run(terms(2)), market, Subject()).subscribe(lambda step: events.append(step.event))
    market.on_next((candles(CLOSES), candles(CLOSES[:4])))
    kinds = ["candles" if isinstance(each, CandlesClosed) else "intent" for each in events]
    times = [each.time for each in events]
    assert kinds == ["candles"] * 4 + ["intent"] * 2 + ["candles"] * 2 + ["intent"] + ["candles"]
    assert times == sorted(times)
