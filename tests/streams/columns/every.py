"""One column of each operator and indicator there is, with windows small enough for small markets."""

from collections.abc import Mapping

import streams.columns as exported
from streams.columns import (
    BARS,
    Column,
    absolute,
    adx,
    atr,
    bars_since,
    bollinger,
    ceil,
    changed,
    correlation,
    crossed_above,
    crossed_below,
    day_high,
    day_low,
    deviation,
    donchian,
    ema,
    floor,
    former_session,
    gap,
    highest,
    keltner,
    known,
    lag,
    lowest,
    macd,
    market,
    maximum,
    minimum,
    opening_range,
    otherwise,
    pivot_points,
    quantile,
    rolling_mean,
    rolling_total,
    rsi,
    session_first,
    session_high,
    session_low,
    session_total,
    sign,
    sma,
    sqrt,
    stochastic,
    supertrend,
    true_range,
    vwap,
    when,
    wilder,
    wma,
)

CLOSE, OPEN, HIGH, LOW = BARS.close, BARS.open, BARS.high, BARS.low
M5, OTHER = BARS.every("5m"), market(1)
RATIO = CLOSE / OPEN
"""Off every grid."""

BOUNDED: Mapping[str, tuple[Column, ...]] = {
    "bars": (OPEN, HIGH, LOW, CLOSE, BARS.volume),
    "times": (
        BARS.time_of_day,
        BARS.day_of_week,
        BARS.minutes_since_open,
        BARS.minutes_to_close,
        BARS.days_to_expiry,
        BARS.session,
    ),
    "arithmetic": (CLOSE + 1, 1 - CLOSE, CLOSE * OPEN, RATIO, -CLOSE, abs(CLOSE - OPEN)),
    "comparison": (CLOSE < OPEN, CLOSE <= OPEN, CLOSE > OPEN, CLOSE >= OPEN, CLOSE == OPEN, CLOSE != OPEN),
    "logic": ((CLOSE > OPEN) & (HIGH > 500), (CLOSE > OPEN) | (LOW > 500), ~(CLOSE > OPEN)),
    "xor": ((CLOSE > OPEN) ^ (HIGH > 500),),
    "when": (when(CLOSE > OPEN, CLOSE, 0),),
    "absolute": (absolute(CLOSE - OPEN),),
    "minimum": (minimum(CLOSE, OPEN, 500),),
    "maximum": (maximum(CLOSE, OPEN),),
    "sqrt": (sqrt(CLOSE - OPEN),),
    "floor": (floor(CLOSE),),
    "ceil": (ceil(CLOSE),),
    "sign": (sign(CLOSE - OPEN),),
    "known": (known(lag(CLOSE, 3)),),
    "otherwise": (otherwise(lag(CLOSE, 3), OPEN),),
    "lag": (lag(CLOSE), lag(CLOSE, 7), lag(CLOSE > OPEN, 2)),
    "changed": (changed(sign(CLOSE - OPEN)), changed(CLOSE > OPEN)),
    "crossed_above": (crossed_above(CLOSE, OPEN), crossed_above(CLOSE, 500)),
    "crossed_below": (crossed_below(CLOSE, sma(CLOSE, 3)),),
    "highest": (highest(HIGH, 1), highest(HIGH, 7), highest(RATIO, 8)),
    "lowest": (lowest(LOW, 5), lowest(LOW, 16)),
    "rolling_mean": (rolling_mean(CLOSE, 6), rolling_mean(RATIO, 11)),
    "rolling_total": (rolling_total(BARS.volume, 4), rolling_total(RATIO, 3)),
    "sma": (sma(CLOSE, 1), sma(CLOSE, 10), sma(RATIO, 7)),
    "deviation": (deviation(CLOSE, 2), deviation(RATIO, 9)),
    "quantile": (quantile(CLOSE, 5, 0.5), quantile(RATIO, 8, 0.1), quantile(CLOSE, 3, 1)),
    "correlation": (correlation(CLOSE, BARS.volume, 6), correlation(CLOSE, OTHER.close, 5)),
    "ema": (ema(CLOSE, 1), ema(CLOSE, 2), ema(RATIO, 3)),
    "wilder": (wilder(CLOSE, 1), wilder(RATIO, 2)),
    "wma": (wma(CLOSE, 5), wma(RATIO, 9)),
    "rsi": (rsi(CLOSE, 2),),
    "true_range": (true_range(BARS),),
    "atr": (atr(BARS, 2),),
    "macd": tuple(macd(CLOSE, 1, 2, 1)),
    "bollinger": tuple(bollinger(CLOSE, 8, 1.5)),
    "adx": tuple(adx(BARS, 1)),
    "stochastic": tuple(stochastic(BARS, 5, 2, 3)),
    "donchian": tuple(donchian(BARS, 9)),
    "keltner": tuple(keltner(BARS, 2, 1, 1.0)),
    "every": (M5.close, M5.volume, M5.high, sma(M5.close, 2), lag(M5.open), BARS.every("1d").close),
    "mixed": (sma(M5.close, 3) > CLOSE, M5.close + BARS.every("15m").close, sma(M5.close + CLOSE, 2)),
    "market": (OTHER.close, OTHER.volume, sma(OTHER.close, 3), OTHER.close / CLOSE, market("SECOND").low),
    "market_every": (OTHER.every("3m").close, changed(OTHER.every("5m").close), OTHER.every("1d").close),
    "times_of_others": (OTHER.days_to_expiry, M5.time_of_day, OTHER.every("5m").minutes_to_close),
    "session_total": (session_total(RATIO, BARS), session_total(M5.volume, M5)),
    "session_high": (session_high(CLOSE, BARS),),
    "session_low": (session_low(CLOSE, BARS),),
    "session_first": (session_first(OPEN, BARS), session_first(M5.open, M5)),
    "former_session": (former_session(CLOSE, BARS), former_session(vwap(BARS), BARS)),
    "day_high": (day_high(BARS), day_high(OTHER)),
    "day_low": (day_low(BARS), day_low(M5)),
    "vwap": (vwap(BARS), vwap(M5), vwap(OTHER)),
    "opening_range": (*opening_range(BARS, 5), *opening_range(M5, 15)),
    "pivot_points": (*pivot_points(BARS), pivot_points(OTHER).r1, pivot_points(BARS.every("1d")).pivot),
    "gap": (gap(BARS), gap(OTHER)),
}
"""Those whose values rest on a bounded look-back."""

PINNED: Mapping[str, tuple[Column, ...]] = {
    "bars_since": (bars_since(CLOSE > OPEN), bars_since(crossed_above(CLOSE, OTHER.close))),
    "supertrend": tuple(supertrend(BARS, 1, 0.7)),
}
"""Those that go on from the first candle ever."""

EVERY = {**BOUNDED, **PINNED}

WORDS = {"Bars", "Carry", "Evaluated", "HOLD", "BARS", "advance", "constant", "lookback", "markets", "start"}
"""What is exported and makes no column of candles."""


def operators() -> set[str]:
    """The names of all exported functions that make columns."""
    return {name for name in exported.__all__ if name not in WORDS and not name[0].isupper()}
