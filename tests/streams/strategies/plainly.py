"""Each built-in strategy's rules in plain Python, from its docstring alone."""

from math import isnan, nan
from typing import Any

from tests.streams.strategies.loops import (
    Asked,
    Market,
    Rules,
    Series,
    average_ranges,
    before,
    changes,
    mean,
    never,
    none,
    rolling,
    smoothed,
    spread,
    times,
)


def sma_crossover(market: Market, config: Any) -> list[Asked]:
    """Long while the fast average is above the slow one, flat while it is below."""
    fast, slow = rolling(market.close, config.fast, mean), rolling(market.close, config.slow, mean)
    return changes([_side(a - b, config.quantity, 0) for a, b in zip(fast, slow, strict=True)])


def _side(difference: float, above: int, below: int) -> int | None:
    if abs(difference) < 1e-9 or isnan(difference):
        return None
    return above if difference > 0 else below


def ema_crossover_atr_stop(market: Market, config: Any) -> Rules:
    """In on the crossing, out on the crossing back."""
    fast = smoothed(market.close, 2 / (config.fast + 1))
    slow = smoothed(market.close, 2 / (config.slow + 1))
    over = [a > b for a, b in zip(fast, slow, strict=True)]
    up = [now and not was for now, was in zip(over, before(over, True), strict=True)]
    down = [was and not now for now, was in zip(over, before(over, False), strict=True)]
    shorting = config.allow_short
    stop = times(config.stop_ranges, average_ranges(market, config.atr_window))
    return Rules(
        down,
        up if shorting else never(market),
        up,
        down if shorting else never(market),
        stop,
        none(market),
    )


def opening_range_breakout(market: Market, config: Any) -> Rules:
    """Beyond the range of the session's first minutes, in time."""
    long, short, heights = never(market), never(market), none(market)
    for row in range(len(market)):
        first = [
            n
            for n in range(row + 1)
            if market.day[n] == market.day[row] and market.since_open[n] <= config.minutes
        ]
        if market.since_open[row] < config.minutes or not first or market.clock[row] > 14 * 60 + 30:
            continue
        high, low = max(market.high[n] for n in first), min(market.low[n] for n in first)
        heights[row] = high - low
        long[row], short[row] = market.close[row] > high > low, market.close[row] < low < high
    return Rules(never(market), never(market), long, short, heights, times(config.target_ranges, heights))


def vwap_reversion(market: Market, config: Any) -> Rules:
    """In when stretched, out when back at the day's average."""
    average: Series = []
    money = volume = 0.0
    for row in range(len(market)):
        if not row or market.day[row] != market.day[row - 1]:
            money = volume = 0.0
        money += (market.high[row] + market.low[row] + market.close[row]) / 3 * market.volume[row]
        volume += market.volume[row]
        average.append(money / volume)
    away = [a - b for a, b in zip(market.close, average, strict=True)]
    usual = rolling(away, config.window, spread)
    stretch = [a / s if s > 0 else nan for a, s in zip(away, usual, strict=True)]
    in_time = [585 <= each <= 885 for each in market.clock]
    return Rules(
        [each >= 0 for each in away],
        [each <= 0 for each in away],
        [now and each < -config.entry for now, each in zip(in_time, stretch, strict=True)],
        [now and each > config.entry for now, each in zip(in_time, stretch, strict=True)],
        none(market),
        none(market),
    )


def supertrend_follower(market: Market, config: Any) -> list[Asked]:
    """The side the Supertrend is on."""
    ranges = average_ranges(market, config.window)
    upper = lower = nan
    up = False
    sides: list[int | None] = []
    for row in range(len(market)):
        middle, reach = (market.high[row] + market.low[row]) / 2, config.multiplier * ranges[row]
        if isnan(reach):
            sides.append(None)
            continue
        last = market.close[row - 1]
        top, bottom = middle + reach, middle - reach
        upper = top if isnan(upper) or top < upper or last > upper else upper
        lower = bottom if isnan(lower) or bottom > lower or last < lower else lower
        up = market.close[row] > upper if not up else market.close[row] >= lower
        sides.append(1 if up else 0)
    return changes(sides)


def rsi_mean_reversion(market: Market, config: Any) -> Rules:
    """In when the extreme is over, with the larger trend; out in the middle."""
    steps = [nan, *(b - a for a, b in zip(market.close, market.close[1:], strict=False))]
    gains = smoothed([max(each, 0) if each == each else nan for each in steps], 1 / config.window)
    losses = smoothed([max(-each, 0) if each == each else nan for each in steps], 1 / config.window)
    strength = [100 * up / (up + down) if up + down else 50.0 for up, down in zip(gains, losses, strict=True)]
    trend = rolling(market.close, config.trend, mean)
    was = before(strength)
    low, high = config.oversold, 100 - config.oversold
    rows = range(len(market))
    return Rules(
        [each > config.leave for each in strength],
        [each < 100 - config.leave for each in strength],
        [strength[n] > low and was[n] <= low and market.close[n] > trend[n] for n in rows],
        [strength[n] < high and was[n] >= high and market.close[n] < trend[n] for n in rows],
        none(market),
        none(market),
    )


def donchian_breakout(market: Market, config: Any) -> Rules:
    """Beyond the channel of the candles before."""
    close = market.close
    top, bottom = (
        before(rolling(side, config.entry, best)) for side, best in ((market.high, max), (market.low, min))
    )
    roof, floor = (
        before(rolling(side, config.leave, best)) for side, best in ((market.high, max), (market.low, min))
    )
    rows = range(len(market))
    return Rules(
        [close[n] < floor[n] for n in rows],
        [close[n] > roof[n] for n in rows],
        [close[n] > top[n] for n in rows],
        [close[n] < bottom[n] for n in rows],
        times(config.stop_ranges, average_ranges(market, config.atr_window)),
        none(market),
    )


def bollinger_squeeze(market: Market, config: Any) -> Rules:
    """Beyond a band, soon after a squeeze."""
    close = market.close
    middle, reach = rolling(close, config.window, mean), rolling(close, config.window, spread)
    upper = [m + config.deviations * r for m, r in zip(middle, reach, strict=True)]
    lower = [m - config.deviations * r for m, r in zip(middle, reach, strict=True)]
    width = [(u - w) / m for u, w, m in zip(upper, lower, middle, strict=True)]
    narrow = rolling(width, config.memory, lambda seen: _quantile(seen, config.quiet_percent / 100))
    quiet = [w <= limit for w, limit in zip(width, narrow, strict=True)]
    rows = range(len(market))
    ready = [any(quiet[max(0, n - config.recent) : n]) for n in rows]
    return Rules(
        [close[n] < middle[n] for n in rows],
        [close[n] > middle[n] for n in rows],
        [ready[n] and close[n] > upper[n] for n in rows],
        [ready[n] and close[n] < lower[n] for n in rows],
        times(config.stop_ranges, average_ranges(market, config.atr_window)),
        none(market),
    )


def _quantile(values: Any, share: float) -> float:
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    return float(
        ordered[below] + (ordered[min(below + 1, len(ordered) - 1)] - ordered[below]) * (place - below)
    )


def gap_fade(market: Market, config: Any) -> Rules:
    """Against the gap, on the session's first candle."""
    long, short, gaps = never(market), never(market), none(market)
    for row in range(1, len(market)):
        if market.day[row] == market.day[row - 1]:
            continue
        gaps[row] = abs(market.open[row] - market.close[row - 1])
        percent = 100 * (market.open[row] / market.close[row - 1] - 1)
        wanted = config.least_percent <= abs(percent) <= config.most_percent and market.clock[row] <= 570
        long[row], short[row] = wanted and percent < 0, wanted and percent > 0
    stop, profit = times(config.stop_percent / 100, gaps), times(config.fill_percent / 100, gaps)
    return Rules(never(market), never(market), long, short, stop, profit)


def pairs_spread(first: Market, second: Market, config: Any) -> list[Asked]:
    """The side of the first leg; the second's is the other one. Both have all candles."""
    ratio = [a / b for a, b in zip(first.close, second.close, strict=True)]
    middle, reach = rolling(ratio, config.window, mean), rolling(ratio, config.window, spread)
    scores = [(r - m) / s for r, m, s in zip(ratio, middle, reach, strict=True)]
    return changes([_pair(score, config) for score in scores])


def _pair(score: float, config: Any) -> int | None:
    if abs(score) <= config.leave or abs(score) >= config.give_up:
        return 0
    if abs(score) < config.entry or isnan(score):
        return None
    return -1 if score > 0 else 1
