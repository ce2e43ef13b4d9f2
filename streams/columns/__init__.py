"""The causal column algebra strategies are written in.

column      the expression itself, and why it cannot look ahead
opaque      what cannot be done with one
kinds       how an operator's values come about
operators   when, lag, crossings, HOLD
windows     sums, extremes, spread and averages of the last candles
tree        their values in log2(window) passes, the same bits wherever a series starts
rolling     sums that are exact on the price grid
bars        candles: one's own, of a longer interval, of another market; the time
anchored    what begins anew with each session
indicators  RSI, ATR, MACD, channels...
trailing    supertrend
plan        expressions to an order of work
rows        a batch of candles and what the calendar says of them
resampling  candles of a longer interval
evaluating  one batch through a plan
warmth      from which candle on a value can be used
evaluation  the whole, batch by batch: `start`, `advance`
"""

from streams.columns.anchored import (
    OpeningRange,
    Pivots,
    day_high,
    day_low,
    former_session,
    gap,
    opening_range,
    pivot_points,
    session_first,
    session_high,
    session_low,
    session_total,
    vwap,
)
from streams.columns.bars import BARS, Bars, market
from streams.columns.column import Column, LookAheadError, constant
from streams.columns.evaluation import Carry, Evaluated, advance, start
from streams.columns.indicators import (
    Channel,
    Directional,
    Macd,
    Stochastic,
    adx,
    atr,
    bollinger,
    donchian,
    keltner,
    macd,
    rsi,
    stochastic,
    true_range,
)
from streams.columns.operators import (
    HOLD,
    absolute,
    bars_since,
    ceil,
    changed,
    crossed_above,
    crossed_below,
    floor,
    known,
    lag,
    maximum,
    minimum,
    otherwise,
    sign,
    sqrt,
    when,
)
from streams.columns.plan import FrameError, markets
from streams.columns.trailing import Supertrend, supertrend
from streams.columns.warmth import lookback
from streams.columns.windows import (
    correlation,
    deviation,
    ema,
    highest,
    lowest,
    quantile,
    rolling_mean,
    rolling_total,
    sma,
    wilder,
    wma,
)

__all__ = [
    "BARS",
    "HOLD",
    "Bars",
    "Carry",
    "Channel",
    "Column",
    "Directional",
    "Evaluated",
    "FrameError",
    "LookAheadError",
    "Macd",
    "OpeningRange",
    "Pivots",
    "Stochastic",
    "Supertrend",
    "absolute",
    "advance",
    "adx",
    "atr",
    "bars_since",
    "bollinger",
    "ceil",
    "changed",
    "constant",
    "correlation",
    "crossed_above",
    "crossed_below",
    "day_high",
    "day_low",
    "deviation",
    "donchian",
    "ema",
    "floor",
    "former_session",
    "gap",
    "highest",
    "keltner",
    "known",
    "lag",
    "lookback",
    "lowest",
    "macd",
    "market",
    "markets",
    "maximum",
    "minimum",
    "opening_range",
    "otherwise",
    "pivot_points",
    "quantile",
    "rolling_mean",
    "rolling_total",
    "rsi",
    "session_first",
    "session_high",
    "session_low",
    "session_total",
    "sign",
    "sma",
    "sqrt",
    "start",
    "stochastic",
    "supertrend",
    "true_range",
    "vwap",
    "when",
    "wilder",
    "wma",
]
