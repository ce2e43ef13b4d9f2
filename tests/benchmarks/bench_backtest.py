"""How fast the core is: a backtest of a million candles, its parts, and one candle lived at a time.

Run it with `make bench`. Ratios are to a plain Python loop over the same candles in the same run: they carry
over to other machines, the times do not.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from reactivex.subject import Subject

from streams import signals, simulation
from streams.backtest import Backtest, Outcome
from streams.domain.market import Candles, Chunk, Interval
from streams.pipeline import Run, executed, simulated
from streams.risk import RiskLimits
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import MINUTE, RUPEE, run, terms
from tests.laws.oracle import Result, Rules, crossover

ROWS, BATCH, LIVE, REPEATS = 1_000_000, 16_384, 3_000, 5
RULES = Rules(quantity=10, capital=10_000_000 * RUPEE, slippage_bps=10, charge=20 * RUPEE)


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


def in_paise(candles: Candles) -> Candles:
    """The same walk as an exchange quotes it."""
    opened, high, low, close = (
        np.round(getattr(candles, name), 2) for name in ("open", "high", "low", "close")
    )
    return Candles(
        candles.instrument, candles.interval, candles.time, opened, high, low, close, candles.volume
    )


def batches(candles: Candles, size: int) -> list[Chunk]:
    """Chunks of so many rows."""
    return [(candles.rows(start, min(len(candles), start + size)),) for start in range(0, len(candles), size)]


def seconds(work: Callable[[], object]) -> float:
    """The median of five."""
    return statistics.median(timed(work) for _ in range(REPEATS))


def timed(work: Callable[[], object]) -> float:
    """How long it takes once."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def backtested(made: Run, parts: list[Chunk]) -> Outcome:
    """Through the pipeline, with trades, curve and figures."""
    backtest = Backtest(made)
    for part in parts:
        backtest.feed(part)
    return backtest.outcome()


def without_rx(made: Run, parts: list[Chunk]) -> None:
    """The same two folds as plain calls."""
    known, state = made.signals(), simulation.begin(made.terms)
    for part in parts:
        known, found = signals.form(known, part)
        state, _ = simulation.simulate(made.terms, state, part, found.intents())


def with_rx(made: Run, parts: list[Chunk]) -> None:
    """The pipeline alone, watched by nobody in particular."""
    market: Subject[Chunk] = Subject()
    simulated(made, market).subscribe()
    for part in parts:
        market.on_next(part)


def lived(made: Run, parts: list[Chunk]) -> None:
    """Candles one by one through the live pipeline."""
    market: Subject[Chunk] = Subject()
    executed(made, market, Subject()).subscribe()
    for part in parts:
        market.on_next(part)


def plain_loop(candles: Candles) -> Callable[[], Result]:
    """The oracle over the same candles, its lists made beforehand."""
    opens, closes = (np.rint(each * 1e7).astype(np.int64).tolist() for each in (candles.open, candles.close))
    return lambda: crossover(opens, closes, RULES)


def compare(title: str, candles: Candles) -> None:
    """A million candles through the backtest and through the loop, and whether they agree."""
    made, parts, oracle = job(), batches(candles, BATCH), plain_loop(candles)
    figures, expected = backtested(made, parts).figures, oracle()
    agrees = (figures.trades, figures.final_equity) == (len(expected.trades), expected.equity)
    ours, loop = seconds(lambda: backtested(made, parts)), seconds(oracle)
    print(
        f"{title}: {ROWS / ours / 1e6:.2f} M candles/s ({ours:.2f} s, {figures.orders_count} orders); "
        f"{ours / loop:.1f} times the plain loop's {loop:.2f} s; "
        f"same trades and equity: {'yes' if agrees else 'NO'}"
    )


def job() -> Run:
    """SMA 10/30, ten units, ten basis points, twenty rupees an order, every rule switched on."""
    limits = RiskLimits(RULES.capital, 5, RULES.capital, RULES.capital)
    agreed = terms(
        limits=limits, slippage=RULES.slippage_bps * 100, charge=RULES.charge, capital=RULES.capital
    )
    return run(agreed, config=SmaCrossover.Config(fast=10, slow=30, quantity=RULES.quantity))


def share_of_rx(candles: Candles) -> None:
    """The pipeline against the same folds without it, in turns."""
    made, parts = job(), batches(candles, BATCH)
    rounds = [
        (timed(lambda: with_rx(made, parts)), timed(lambda: without_rx(made, parts))) for _ in range(REPEATS)
    ]
    piped, plain = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(f"  the pipeline alone: {piped:.2f} s, of which Rx {100 * (piped - plain) / piped:+.1f} %")


def one_at_a_time(candles: Candles) -> None:
    """What a live candle costs in the core."""
    made, parts = job(), batches(candles.rows(0, LIVE), 1)
    each = seconds(lambda: lived(made, parts)) / LIVE
    print(f"  one candle at a time through the live pipeline: {each * 1e6:.0f} us a candle")


def main() -> None:
    """Prints everything."""
    walk = bars(ROWS)
    quoted = in_paise(walk)
    compare("backtest of a million candles, prices of seven decimals", walk)
    compare("backtest of a million candles, prices in whole paise", quoted)
    share_of_rx(quoted)
    one_at_a_time(quoted)


if __name__ == "__main__":
    main()
