"""At what price an order meets a bar: pure functions of integers, the same compiled and not.

`sign` is +1 for a purchase and -1 for a sale. Prices are units of 1e-4 rupee above zero; 0 answers that there
is no price. Every product stays inside a signed 64-bit integer while a price is at most MAX_PRICE.
"""

from streams.domain.money import PPM
from streams.domain.venue import Slippage

BPS, TICKS, HALF_SPREAD, VOLUME_SHARE = range(4)
"""Slippage models as numbers."""

PARTS = 2 * PPM
"""Impacts are parts per two million, so that half a spread is whole."""

_MODELS = {
    Slippage.BPS: BPS,
    Slippage.TICKS: TICKS,
    Slippage.HALF_SPREAD: HALF_SPREAD,
    Slippage.VOLUME_SHARE: VOLUME_SHARE,
}


def model_of(slippage: Slippage) -> int:
    """The number of a slippage model."""
    return _MODELS[slippage]


def worse(sign: int, price: int, parts: int, tick_size: int) -> int:
    """A price made worse by parts per two million of it, on the tick grid against the trader.

    Up for a purchase, down for a sale, never below one tick.
    """
    moved = price * (PARTS + sign * parts)
    grid = PARTS * tick_size
    ticks = -(-moved // grid) if sign > 0 else moved // grid
    return max(1, ticks) * tick_size


def impact(model: int, amount: int, quantity: int, volume: int) -> int:
    """How far a fill of this quantity moves the price against itself, in parts per two million."""
    if model == BPS:
        return 2 * amount
    if model == HALF_SPREAD:
        return amount
    if model == VOLUME_SHARE:
        share = PPM if volume <= quantity else quantity * PPM // volume
        return 2 * amount * share // PPM * share // PPM
    return 0


def slipped(
    sign: int, price: int, model: int, amount: int, quantity: int, volume: int, tick_size: int
) -> int:
    """What an order that takes liquidity pays where the market is at `price`, on the tick grid."""
    if model == TICKS:
        return max(tick_size, worse(sign, price, 0, tick_size) + sign * amount * tick_size)
    return worse(sign, price, impact(model, amount, quantity, volume), tick_size)


def limit_at_open(sign: int, opens: int, limit: int) -> int:
    """A limit order at the open: the open where that is as good as the limit or better."""
    return opens if sign * (opens - limit) <= 0 else 0


def limit_within(sign: int, high: int, low: int, limit: int) -> int:
    """A limit order inside the bar: the limit where the bar touches it."""
    touched = low <= limit if sign > 0 else high >= limit
    return limit if touched else 0


def stop_at_open(sign: int, opens: int, trigger: int) -> int:
    """A stop order at the open: the open where that is at the trigger or beyond (a gap)."""
    return opens if sign * (opens - trigger) >= 0 else 0


def stop_within(sign: int, high: int, low: int, trigger: int) -> int:
    """A stop order inside the bar: the trigger where the bar touches it."""
    touched = high >= trigger if sign > 0 else low <= trigger
    return trigger if touched else 0


def band_edge(sign: int, reference: int, price_band: int, tick_size: int) -> int:
    """The furthest a day's price may be above (+1) or below (-1) the last session's close; 0 where any.

    On the tick grid, inside the band.
    """
    if price_band <= 0 or reference <= 0:
        return 0
    away = reference * price_band // PPM
    if sign > 0:
        return (reference + away) // tick_size * tick_size
    return max(tick_size, -(-(reference - away) // tick_size) * tick_size)


def locked(sign: int, high: int, low: int, edge: int) -> bool:
    """Whether a bar stands at the edge of its band: there is nobody on the other side."""
    return edge > 0 and high == low and sign * (high - edge) >= 0


def inside_band(sign: int, price: int, market: int, edge: int) -> int:
    """A slipped price, no further than the band's edge, nor better than the market was."""
    if edge <= 0:
        return price
    if sign > 0:
        return min(price, max(edge, market))
    return max(price, min(edge, market))


def takeable(volume: int, participation: int, lot_size: int) -> int:
    """How much of a bar's volume our orders may take, in whole lots; -1 any."""
    if participation <= 0:
        return -1
    return volume * participation // PPM // lot_size * lot_size
