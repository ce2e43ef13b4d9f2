"""What may stand where a number is wanted: the sentences that refuse anything else."""

from typing import Any

from streams.columns.column import Column, Operand, as_column, constant


def number(
    name: str, operand: Operand, *, above: float, most: float = float("inf"), times: int = 1
) -> Column:
    """The operand, `times` over, as a column. TypeError or ValueError, in the words of `name`, if it is none.

    Bounds hold for a plain number now; what a column comes to is seen candle by candle.
    """
    try:
        column = as_column(operand)
    except TypeError:
        raise TypeError(f"{name}({operand!r}): write a number or a column") from None
    if column.logical:
        raise TypeError(
            f"{name}({operand!r}) is given a condition, not a number: write {name}(when({operand!r}, 1, 0))"
        )
    if isinstance(operand, Column):
        return column if times == 1 else column * times
    if not above < operand <= most:
        bound = f"above {above:g}" + (f" and at most {most:g}" if most < float("inf") else "")
        raise ValueError(f"{name}({operand!r}): write a number {bound}")
    return constant(operand * times)


def whole(name: str, operand: Any, *, least: int, most: int) -> int:
    """A plain whole number within bounds, or a sentence."""
    if isinstance(operand, bool) or not isinstance(operand, int) or not least <= operand <= most:
        raise ValueError(f"{name}={operand!r}: write a whole number from {least} to {most}")
    return operand
