"""Exact money: inside the core an int in units of 1e-4 rupee, a Decimal at its edges."""

from decimal import ROUND_HALF_EVEN, Decimal

UNIT = 10_000
"""Units in a rupee."""

MAX_PRICE = 10**11
"""One crore rupees in units. With MAX_QUANTITY it keeps every product inside a signed 64-bit integer."""

MAX_QUANTITY = 10**7

PPM = 1_000_000


def to_units(rupees: Decimal) -> int:
    """Rupees to units, half to even beyond the fourth decimal."""
    return int((rupees * UNIT).to_integral_value(ROUND_HALF_EVEN))


def to_rupees(units: int) -> Decimal:
    """Units to rupees, four decimals."""
    return Decimal(units).scaleb(-4)


def basis_points(bps: Decimal) -> int:
    """Basis points to parts per million, the core's unit of a rate."""
    return int((bps * 100).to_integral_value(ROUND_HALF_EVEN))


def share(total: int, part: int, whole: int) -> int:
    """`total * part / whole` to the nearest unit, half to even; `whole` is above zero."""
    quotient, rest = divmod(total * part, whole)
    return quotient + (2 * rest > whole or (2 * rest == whole and quotient % 2))


def grouped(count: int) -> str:
    """A count as a person reads it: 12,34,567, in Indian grouping."""
    digits = str(abs(count))
    head, tail = digits[:-3], digits[-3:]
    groups = [head[max(0, i - 2) : i] for i in range(len(head), 0, -2)][::-1]
    return f"{'-' if count < 0 else ''}{','.join([*groups, tail])}"


def spoken(units: int) -> str:
    """An amount as a person reads it: ₹12,34,567.80, in Indian grouping."""
    total = share(abs(units), 1, UNIT // 100)
    rupees, paise = divmod(total, 100)
    sign = "-" if units < 0 < total else ""
    return f"{sign}₹{grouped(rupees)}.{paise:02d}"
