"""From a strategy's numbers to quantities: pure functions of integers, the same compiled and not.

Amounts are units of 1e-4 rupee, shares of equity parts per million. Quantities are truncated toward zero to
whole lots and bounded by MAX_QUANTITY, so that every product of a price and a quantity fits 64 bits.
"""

from streams.domain.intents import Sizing
from streams.domain.money import MAX_QUANTITY, PPM

QUANTITY, LOTS, VALUE, CAPITAL, RISK = range(5)
"""Measures as numbers."""

_MEASURES = {
    Sizing.QUANTITY: QUANTITY,
    Sizing.LOTS: LOTS,
    Sizing.VALUE: VALUE,
    Sizing.CAPITAL: CAPITAL,
    Sizing.RISK: RISK,
}


def measure_of(sizing: Sizing) -> int:
    """The number of a measure."""
    return _MEASURES[sizing]


def portion(total: int, ppm: int) -> int:
    """`total * ppm / PPM` rounded down; exact, though their product may not fit 64 bits."""
    return total // PPM * ppm + total % PPM * ppm // PPM


def distance(price: int, points: int, ppm: int) -> int:
    """How far from a price a distance reaches, in units."""
    return points + price * ppm // PPM


def whole_lots(quantity: int, lot_size: int) -> int:
    """A signed quantity truncated toward zero to the lot."""
    if quantity < 0:
        return -(-quantity // lot_size * lot_size)
    return quantity // lot_size * lot_size


def sized(measure: int, amount: int, mark: int, lot_size: int, equity: int, stop: int) -> int:
    """The signed quantity that an amount in this measure comes to at the last price `mark`.

    `stop` is the distance to the stop-loss in units, 0 where there is none. Nothing, where there is no price,
    no equity or no stop to size by.
    """
    size = abs(amount)
    if measure == LOTS:
        size = min(size, MAX_QUANTITY) * lot_size
    elif measure == VALUE:
        size = size // mark if mark > 0 else 0
    elif measure == CAPITAL:
        size = portion(max(0, equity), size) // mark if mark > 0 else 0
    elif measure == RISK:
        size = portion(max(0, equity), size) // stop if stop > 0 else 0
    size = whole_lots(min(size, MAX_QUANTITY), lot_size)
    return size if amount > 0 else -size


def slice_size(freeze_quantity: int, lot_size: int) -> int:
    """The most one order is for: the freeze quantity in whole lots; 0 any."""
    return freeze_quantity // lot_size * lot_size


def allotted(quantity: int, filled: tuple[int, ...], most: int) -> tuple[int, ...]:
    """A quantity over orders of which so much has filled already, first come first served.

    No order, what has filled of it included, comes to more than `most` (0 any); what does not go into them is
    left over.
    """
    sizes = []
    for each in filled:
        size = quantity if most <= 0 else min(quantity, most - each)
        sizes.append(size)
        quantity -= size
    return tuple(sizes)


def sliced(quantity: int, freeze_quantity: int, lot_size: int) -> tuple[int, ...]:
    """An unsigned quantity as the orders it is made in, the last one smaller."""
    most = slice_size(freeze_quantity, lot_size)
    if most <= 0 or quantity <= most:
        return (quantity,) if quantity else ()
    whole, rest = divmod(quantity, most)
    return (most,) * whole + ((rest,) if rest else ())
