"""Where orders and protection are put: pure functions of integers, the same compiled and not.

`sign` is +1 for a long position or a purchase, -1 for a short one or a sale. Prices are units of 1e-4 rupee,
on the tick grid, at least one tick; 0 is no price.
"""

from streams.domain.money import share
from streams.sizing import distance


def down(price: int, tick_size: int) -> int:
    """To the tick below, at least one tick."""
    return max(tick_size, price // tick_size * tick_size)


def up(price: int, tick_size: int) -> int:
    """To the tick above, at least one tick."""
    return max(tick_size, -(-price // tick_size) * tick_size)


def reference_of(cost: int, quantity: int) -> int:
    """The average price of what is held, half to even."""
    return share(abs(cost), 1, abs(quantity))


def stop_level(sign: int, reference: int, points: int, ppm: int, tick_size: int) -> int:
    """Where a position is given up: below a long one, above a short one, rounded away from it.

    0 where no distance is named.
    """
    if not points and not ppm:
        return 0
    level = reference - sign * distance(reference, points, ppm)
    return down(level, tick_size) if sign > 0 else up(level, tick_size)


def target_level(sign: int, reference: int, points: int, ppm: int, tick_size: int) -> int:
    """Where its profit is taken: above a long one, below a short one, rounded away; 0 for nowhere."""
    if not points and not ppm:
        return 0
    level = reference + sign * distance(reference, points, ppm)
    return up(level, tick_size) if sign > 0 else down(level, tick_size)


def tighter(sign: int, one: int, other: int) -> int:
    """The stop nearer to the market; 0 stands for no stop."""
    if not one or not other:
        return one or other
    return max(one, other) if sign > 0 else min(one, other)


def best_price(sign: int, best: int, high: int, low: int) -> int:
    """The best a position has seen, with one more candle."""
    return max(best, high) if sign > 0 else min(best, low)


def limit_price(sign: int, named: int, mark: int, offset: int, tick_size: int) -> int:
    """An order's limit: the price named, else so many ticks better than the last; buys down, sells up."""
    price = named or mark - sign * offset * tick_size
    return down(price, tick_size) if sign > 0 else up(price, tick_size)


def trigger_price(sign: int, named: int, tick_size: int) -> int:
    """A stop order's trigger, rounded away from the market: buys up, sells down."""
    return up(named, tick_size) if sign > 0 else down(named, tick_size)
