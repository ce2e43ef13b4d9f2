"""Cells to numbers, column by column; a cell that holds none is marked, never guessed."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from app.store.arrow import numpy_array
from streams.domain.market import Prices, Volumes
from streams.sessions import Mask

_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_EXACT_WHOLE = 2.0**53
"""Above it a float64 can no longer tell neighbouring whole numbers apart."""


class Reals(NamedTuple):
    """A column of prices: NaN where `readable` is False."""

    values: Prices
    readable: Mask


class Wholes(NamedTuple):
    """A column of whole numbers: 0 where `readable` is False."""

    values: Volumes
    readable: Mask


def reals(column: Any) -> Reals:
    """An Arrow column as float64: the double nearest to each decimal as written."""
    numbers = _numeric(column)
    return Reals(filled(pc.cast(numbers, pa.float64(), safe=False), np.nan), present(numbers))


def wholes(column: Any) -> Wholes:
    """An Arrow column as int64; 12.0 is whole, 12.5 is not."""
    numbers = _numeric(column)
    if pa.types.is_signed_integer(numbers.type):
        return Wholes(filled(pc.cast(numbers, pa.int64()), 0), present(numbers))
    values, readable = reals(numbers)
    whole = readable & (np.abs(values) < _EXACT_WHOLE) & (np.floor(values) == values)
    return Wholes(np.where(whole, values, 0).astype(np.int64), whole)


def present(array: Any) -> Mask:
    """Which cells of an Arrow array are not null."""
    return numpy_array(pc.cast(pc.is_valid(array), pa.uint8())).astype(np.bool_)


def filled(array: Any, value: float) -> NDArray[Any]:
    """An Arrow array of numbers with `value` for nulls; pyarrow's own way to fill would import pandas."""
    return np.where(present(array), numpy_array(array), value)


def joined(column: Any) -> Any:
    """An Arrow column as one array."""
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _numeric(column: Any) -> Any:
    array = joined(column)
    kind = array.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return array
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        trimmed = pc.utf8_trim_whitespace(array)
        looks = pc.match_substring_regex(trimmed, _NUMBER)
        return pc.cast(pc.if_else(looks, trimmed, pa.nulls(len(array), kind)), pa.float64())
    return pa.nulls(len(array), pa.float64())
