"""How fast a backtest is: against the fastest peer measured, a plain loop, and with everything switched on.

Run it with `make bench`. Each figure is a median of rounds in which the contestants take turns; ratios carry
over to other machines, times do not. The peer's job: SMA 10/30, long only, ten units, the next open, ten
basis points a fill.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from reactivex.subject import Subject

from streams import signals, simulation
from streams.backtest import BATCH, Backtest
from streams.charges import INDIAN, Schedule
from streams.charges.schedules import proportional
from streams.columns import HOLD, sma, when
from streams.domain.market import Candles, Chunk, Interval
from streams.kernel import PLAIN, Kernel
from streams.kernel.compiled import compiled, installed
from streams.outcome import Outcome
from streams.pipeline import Run, executed, formed
from streams.risk import RiskLimits
from streams.strategies import BaseStrategy, StrategyConfig
from streams.strategies.asks import target
from streams.strategies.base import Bars, Intents
from streams.strategies.protection import percent
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import MINUTE, RUPEE, run, terms
from tests.laws.oracle import Result, Rules, crossover

ROWS, LIVE, ROUNDS = 1_000_000, 3_000, 9
FEE, QUANTITY, CASH = 0.001, 10, 10_000_000
RATE = 1_000_000
"""Ten basis points in parts per billion."""
RULES = Rules(quantity=QUANTITY, capital=CASH * RUPEE, tick=1, rate=RATE)


def bars(rows: int, seed: int = 7) -> Candles:
    """A seeded random walk of one-minute candles; each opens a little off the close before it."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 4e-4, rows)))
    previous = np.concatenate(([100.0], close[:-1]))
    opened = np.round(previous * np.exp(random.normal(0.0, 1e-4, rows)), 7)
    close = np.round(close, 7)
    high = np.round(np.maximum(opened, close) * (1 + np.abs(random.normal(0, 2e-4, rows))), 7)
    low = np.round(np.minimum(opened, close) * (1 - np.abs(random.normal(0, 2e-4, rows))), 7)
    volume = np.round(random.lognormal(8.0, 0.5, rows)).astype(np.int64) + 1000
    times = 1_641_168_000_000_000 + MINUTE * np.arange(rows)
    return Candles("NSE:BENCH", Interval.ONE_MINUTE, times, opened, high, low, close, volume)


def opening_in_paise(candles: Candles) -> Candles:
    """The same with opens of two decimals: ten basis points of ten of them are a whole number of units, so
    that cutting to the unit takes nothing. The closes stay: their means never tie."""
    opens = np.round(candles.open, 2)
    high, low = np.maximum(candles.high, opens), np.minimum(candles.low, opens)
    return replace(candles, open=opens, high=high, low=low)


def batches(candles: Candles, size: int) -> list[Chunk]:
    """Chunks of so many rows."""
    return [(candles.rows(start, min(len(candles), start + size)),) for start in range(0, len(candles), size)]


def timed(work: Callable[[], object]) -> float:
    """How long it takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rounds(works: dict[str, Callable[[], object]], count: int = ROUNDS) -> dict[str, float]:
    """The median of each, taken in turns, after one go that warms up."""
    for work in works.values():
        work()
    times = [{name: timed(work) for name, work in works.items()} for _ in range(count)]
    return {name: statistics.median(each[name] for each in times) for name in works}


def backtested(made: Run, parts: list[Chunk], kernel: Kernel = PLAIN) -> Outcome:
    """Through the pipeline, with curve and figures."""
    backtest = Backtest(made, kernel=kernel)
    for part in parts:
        backtest.feed(part)
    backtest.settle()
    outcome = backtest.outcome()
    assert len(outcome.curve.equity) > 0
    assert not outcome.reason
    return outcome


def job(charges: Schedule = proportional(RATE), **options: Any) -> Run:  # noqa: B008  # a NamedTuple is frozen
    """The peer's job; its prices are on a grid of a unit."""
    agreed = terms(capital=CASH * RUPEE, **options)._replace(charges=charges)
    agreed = agreed._replace(instruments=(agreed.instruments[0]._replace(tick_size=1),))
    return run(agreed, config=SmaCrossover.Config(fast=10, slow=30, quantity=QUANTITY))


class Bracketed(BaseStrategy):
    """The crossover with a stop-loss and a take-profit on every entry."""

    key = "bracketed"
    Config = SmaCrossover.Config

    def intents(self, bars: Bars, config: StrategyConfig) -> Intents:
        """Half a per cent down, one per cent up."""
        fast, slow = sma(bars.close, 10), sma(bars.close, 30)
        wanted = when(fast > slow, QUANTITY, when(fast < slow, 0, HOLD))
        return target(wanted, stop_loss=percent(0.5), take_profit=percent(1))


def with_everything(strategy: type[BaseStrategy] = SmaCrossover) -> Run:
    """Every rule with a limit of its own, and Indian charges."""
    money = 10 * CASH * RUPEE
    limits = RiskLimits(money, 5, money, money, 10**6, money, money, 10**6, 10**6)
    made = job(limits=limits)
    config = SmaCrossover.Config(fast=10, slow=30, quantity=QUANTITY)
    return run(made.terms._replace(charges=INDIAN), strategy=strategy, config=config)


def peer(candles: Candles) -> Callable[[], tuple[int, float]]:
    """The same job by raptorbt's array path: a lot of ten, an allotment that buys one lot and not two."""
    import raptorbt

    config = raptorbt.BacktestConfig(initial_capital=float(CASH), fees=FEE, fill_timing="next_bar_open")
    allotted = QUANTITY * (candles.high.max() + 2 * candles.low.min()) / 2
    lots = raptorbt.InstrumentConfig(lot_size=float(QUANTITY), alloted_capital=float(allotted))
    prices = candles.open, candles.high, candles.low, candles.close
    columns = (candles.time * 1000, *prices, candles.volume.astype(np.float64))

    def work() -> tuple[int, float]:
        fast, slow = raptorbt.sma(candles.close, 10), raptorbt.sma(candles.close, 30)
        with np.errstate(invalid="ignore"):
            up, down = fast > slow, fast < slow
        done = raptorbt.run_single_backtest(
            *columns, up, down, symbol="S", config=config, instrument_config=lots
        )
        return int(done.metrics.total_trades), float(done.equity_curve()[-1])

    return work


def against_the_peer(parts: list[Chunk], candles: Candles, kernels: dict[str, Kernel]) -> None:
    """Numpy alone, compiled, and the peer; what each came to."""
    made = job()
    works: dict[str, Callable[[], object]] = {
        name: lambda kernel=kernel: backtested(made, parts, kernel)  # type: ignore[misc]  # bound now
        for name, kernel in kernels.items()
    }
    works["signals alone"] = lambda: formed_alone(made, parts)
    if find_spec("raptorbt") is None:
        print("  raptorbt is not installed: no ratio to it")
    else:
        works["raptorbt"] = peer(candles)
    taken = rounds(works)
    for name, seconds in taken.items():
        ratio = f", {taken['raptorbt'] / seconds:.2f} times raptorbt's speed" if "raptorbt" in taken else ""
        print(f"  {name}: {seconds * 1000:.0f} ms, {ROWS / seconds / 1e6:.1f} M candles/s{ratio}")


def formed_alone(made: Run, parts: list[Chunk]) -> None:
    """The strategy's columns and intents, and nothing done about them."""
    known = made.signals()
    for part in parts:
        known, _ = signals.form(known, part)


def with_rx(made: Run, parts: list[Chunk]) -> None:
    """The same through the pipeline."""
    market: Subject[Chunk] = Subject()
    formed(made, market).subscribe()
    for part in parts:
        market.on_next(part)


def looped(candles: Candles) -> Callable[[], Result]:
    """The job as a plain loop over whole numbers, which shares no code with the engine."""
    columns = (np.rint(each * 1e7).astype(np.int64).tolist() for each in (candles.open, candles.close))
    opens, closes = columns
    return lambda: crossover(opens, closes, RULES)


def agrees(parts: list[Chunk], candles: Candles, kernels: dict[str, Kernel]) -> None:
    """That every way comes to the plain loop's entries and equity; where fills are in paise, to the peer's:
    elsewhere it counts fractions of a unit in its charges, which are no money."""
    loop, paise = looped(candles), opening_in_paise(candles)
    for title, each in (("as they are", candles), ("with opens in paise", paise)):
        expected = looped(each)()
        told = [backtested(job(), batches(each, BATCH), kernel) for kernel in kernels.values()]
        same = all(
            (one.figures.trades, one.figures.final_equity, int(one.curve.equity[-1]))
            == (len(expected.trades), expected.equity, expected.equity)
            for one in told
        )
        print(f"  candles {title}, ten basis points a fill: {len(expected.trades)} entries,", end=" ")
        print(f"equity {expected.equity / RUPEE:,.4f}; ours and the plain loop's are the same: {yes(same)}")
    if find_spec("raptorbt") is not None:
        entries, equity = peer(paise)()
        same = entries == len(expected.trades) and abs(equity - expected.equity / RUPEE) < 0.005
        print(f"    raptorbt's with opens in paise: {entries} entries, equity {equity:,.4f};", end=" ")
        print(f"the same to the paisa: {yes(same)}")
    taken = rounds({"ours": lambda: backtested(job(), parts), "loop": loop}, 3)
    print(f"  {taken['loop'] / taken['ours']:.1f} times the plain loop's speed")


def yes(same: bool) -> str:
    """Yes or no, the latter to be seen."""
    return "yes" if same else "NO"


def everything_on(parts: list[Chunk], kernels: dict[str, Kernel]) -> None:
    """All rules and Indian charges; then brackets on every entry too; and where the time goes."""
    for title, strategy in (("all rules, Indian charges", SmaCrossover), ("brackets too", Bracketed)):
        made = with_everything(strategy)
        for name, kernel in kernels.items():
            figures = backtested(made, parts, kernel).figures
            taken = statistics.median(timed(lambda: backtested(made, parts, kernel)) for _ in range(3))  # noqa: B023  # called now
            formed_ = timed(lambda: formed_alone(made, parts))  # noqa: B023  # called now
            print(
                f"  {title}, {name}: {taken * 1000:.0f} ms for {figures.orders_count} orders,"
                f" of which signals {formed_ * 1000:.0f} ms,"
                f" {(taken - formed_) / figures.orders_count * 1e6:.1f} us an order and its candles"
            )


def one_at_a_time(candles: Candles) -> None:
    """What a live candle costs in the core."""
    made, parts = job(), batches(candles.rows(0, LIVE), 1)

    def lived() -> None:
        market: Subject[Chunk] = Subject()
        executed(made, market, Subject()).subscribe()
        for part in parts:
            market.on_next(part)

    each = statistics.median(timed(lived) for _ in range(3)) / LIVE
    print(f"  one candle at a time through the live pipeline: {each * 1e6:.0f} us a candle")


def folded(parts: list[Chunk]) -> None:
    """The fold on eventful candles, for runs that ask what the kernel does not know."""
    made, some = job(), parts[: len(parts) // 8]

    def work() -> None:
        backtest = Backtest(made, simulation.eventful)
        for part in some:
            backtest.feed(part)
        backtest.outcome()

    rows = sum(len(part[0]) for part in some)
    print(f"  the fold, event by event: {timed(work) / rows * ROWS:.2f} s a million candles")


def main() -> None:
    """Prints everything."""
    candles = bars(ROWS)
    parts = batches(candles, BATCH)
    print(f"a million candles, batches of {BATCH}")
    with TemporaryDirectory() as folder:
        kernels = {"numpy alone": PLAIN}
        if installed():
            kernels["fast"] = compiled(folder)
            for title, each in (("this job", job()), ("brackets and rules", with_everything(Bracketed))):
                seconds = timed(lambda: backtested(each, parts[:1], kernels["fast"]))  # noqa: B023  # called now
                print(f"  compiling what {title} needs: {seconds:.1f} s, once")
        against_the_peer(parts, candles, kernels)
        agrees(parts, candles, kernels)
        everything_on(parts, kernels)
    made = job()
    taken = rounds({"rx": lambda: with_rx(made, parts), "plain": lambda: formed_alone(made, parts)}, 5)
    print(f"  Rx around the signals: {100 * (taken['rx'] / taken['plain'] - 1):+.1f} %")
    folded(parts)
    one_at_a_time(candles)


if __name__ == "__main__":
    main()
