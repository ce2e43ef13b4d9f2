"""A backtest with brackets and charges makes the trades and the books of plain loops written apart from it.

The loops in `plain/` are written from docs/execution.md, docs/charges.md, docs/strategies.md and the
strategies' own docstrings alone; they share no code with the engine.
"""

from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.market import Candles, InstrumentKind, Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage, Venue
from streams.strategies import BaseStrategy
from streams.strategies.bollinger_squeeze import BollingerSqueeze
from streams.strategies.donchian_breakout import DonchianBreakout
from streams.strategies.ema_crossover_atr_stop import EmaCrossoverAtrStop
from streams.strategies.opening_range_breakout import OpeningRangeBreakout
from tests.builders import SEED, market, unhurried
from tests.laws.plain import donchian, ema_crossover, opening_range, squeeze
from tests.laws.plain.books import Books
from tests.laws.plain.calendar import recorded
from tests.laws.plain.desk import Terms
from tests.laws.plain.judging import Agreed, compare, plainly, read, simulate
from tests.laws.plain.market import Sessions
from tests.market_data import real

CNC, MARGIN, FUTURE = ProductType.CNC, ProductType.MARGIN, InstrumentKind.FUTURE
ONE, FIVE, FIFTEEN = Interval.ONE_MINUTE, Interval.FIVE_MINUTES, Interval.FIFTEEN_MINUTES
DAY = Interval.ONE_DAY

BREAKOUT, CROSSOVER = OpeningRangeBreakout, EmaCrossoverAtrStop
SQUEEZE, DONCHIAN = BollingerSqueeze, DonchianBreakout


class Case(NamedTuple):
    """A strategy with its settings over a file of real candles, on some terms."""

    strategy: type[BaseStrategy]
    path: str
    interval: Interval
    agreed: Agreed
    settings: dict[str, Any]


CASES = {
    "breakout by the minute": Case(
        BREAKOUT, "1m/RELIANCE.parquet", ONE, Agreed(venue=Venue(amount=300)), {"quantity": 37}
    ),
    "breakout by five minutes, two ticks of slippage, half a per cent at risk": Case(
        BREAKOUT,
        "5m/SBIN.parquet",
        FIVE,
        Agreed(venue=Venue(Slippage.TICKS, 2)),
        {"risk_percent": 0.5, "minutes": 15, "target_ranges": 1.5},
    ),
    "crossover into delivery": Case(
        CROSSOVER, "15m/HDFCBANK.parquet", FIFTEEN, Agreed(product=CNC), {"quantity": 25}
    ),
    "crossover both ways on margin, at risk": Case(
        CROSSOVER,
        "15m/SBIN.parquet",
        FIFTEEN,
        Agreed(product=MARGIN),
        {"risk_percent": 0.5, "allow_short": True},
    ),
    "crossover squared off before the close": Case(
        CROSSOVER,
        "5m/SBIN.parquet",
        FIVE,
        Agreed(square_off_before=15),
        {"quantity": 100, "allow_short": True},
    ),
    "crossover by the day into delivery, 2000 to 2026": Case(
        CROSSOVER,
        "1d/RELIANCE.parquet",
        DAY,
        Agreed(product=CNC),
        {"quantity": 100, "fast": 5, "slow": 12, "atr_window": 5},
    ),
    "crossover by the day in futures, across 1 April 2026": Case(
        CROSSOVER,
        "1d/HDFCBANK.parquet",
        DAY,
        Agreed(kind=FUTURE, product=MARGIN, lot_size=75),
        {"quantity": 150, "allow_short": True, "fast": 3, "slow": 8, "atr_window": 5},
    ),
    "squeeze trailed, half an assumed spread": Case(
        SQUEEZE,
        "15m/HDFCBANK.parquet",
        FIFTEEN,
        Agreed(product=MARGIN, venue=Venue(Slippage.HALF_SPREAD, 700)),
        {"risk_percent": 0.5},
    ),
    "squeeze trailed and squared off before the close": Case(
        SQUEEZE, "5m/SBIN.parquet", FIVE, Agreed(square_off_before=10), {"quantity": 100}
    ),
    "breakout of a channel, four times the same way": Case(
        DONCHIAN,
        "15m/TCS.parquet",
        FIFTEEN,
        Agreed(product=MARGIN),
        {"quantity": 7, "positions": 4, "allow_short": True},
    ),
}

SESSIONS = "reference/nse_equity_sessions_2000_2026.csv"


@pytest.mark.parametrize("name", CASES)
def test_trades_and_ledger_are_the_plain_loops_on_real_candles(name: str) -> None:
    """Every fill, contract note, trade and balance, with Indian charges and brackets on."""
    case = CASES[name]
    sessions, candles = recorded(real(SESSIONS)), read(real(case.path), case.interval)
    assert agree(case.strategy, case.settings, candles, case.agreed, sessions).closed


def agree(
    strategy: type[BaseStrategy],
    settings: dict[str, Any],
    candles: Candles,
    agreed: Agreed,
    sessions: Sessions,
) -> Books:
    """Asserts that both come to the same; the loop's books."""
    config: Any = strategy.Config(**settings)
    terms = agreed.to_the_loop(sessions)
    terms = terms._replace(quantity=config.quantity, risk=Fraction(str(config.risk_percent)) / 100)
    books = by_loop(config, candles, terms)
    compare(simulate(strategy, config, candles, agreed), books)
    return books


def by_loop(config: Any, candles: Candles, terms: Terms) -> Books:
    """The plain loop of the strategy with this config."""
    rows = plainly(candles)
    if isinstance(config, BREAKOUT.Config):
        last, over = (_minutes(clock) for clock in (config.last_entry, config.square_off))
        rules = opening_range.Rules(config.minutes, config.target_ranges, last, config.allow_short)
        return opening_range.trade(rows, rules, terms._replace(square_off=over))
    for kind, loop in LOOPS.items():
        if isinstance(config, kind.Config):
            values = {name: getattr(config, name) for name in loop.Rules._fields}
            made: Books = loop.trade(rows, loop.Rules(**values), terms)
            return made
    raise LookupError(config)


LOOPS: dict[type[BaseStrategy], Any] = {CROSSOVER: ema_crossover, SQUEEZE: squeeze, DONCHIAN: donchian}


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


ORDINARY = Sessions({})
# The bands are not among them: on the price grid widths are often equal, and rounding would decide.
SYNTHETIC: dict[type[BaseStrategy], dict[str, Any]] = {
    BREAKOUT: {"minutes": 5, "target_ranges": 1.25, "last_entry": "09:45", "square_off": "10:00"},
    CROSSOVER: {"fast": 2, "slow": 3, "atr_window": 2, "stop_ranges": 1.5, "allow_short": True},
    DONCHIAN: {
        "entry": 5,
        "leave": 3,
        "atr_window": 2,
        "stop_ranges": 4,
        "positions": 3,
        "allow_short": True,
    },
}


@pytest.mark.parametrize("strategy", SYNTHETIC, ids=lambda kind: kind.key)
@unhurried
@given(
    seed=SEED,
    missing=st.sampled_from([0.0, 0.3]),
    risk=st.sampled_from([0, 0.5]),
    product=st.sampled_from([ProductType.INTRADAY, MARGIN]),
    venue=st.sampled_from([Venue(), Venue(amount=400), Venue(Slippage.TICKS, 1)]),
    square_off_before=st.sampled_from([None, 330]),
)
def test_trades_and_ledger_are_the_plain_loops_on_random_markets(
    strategy: type[BaseStrategy], seed: int, missing: float, risk: float, **terms: Any
) -> None:
    """Three days with gaps, wicks, candles of one price and candles that are missing."""
    (candles,) = market(seed, sessions=3, bars=60, missing=missing, wild=True)
    settings = SYNTHETIC[strategy] | {"quantity": 7, "risk_percent": risk}
    agree(strategy, settings, candles, Agreed(**terms), ORDINARY)
