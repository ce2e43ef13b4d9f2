"""Indicators, each a column over columns."""

import numpy as np

from streams.columns.column import Column, Values, column, numeric
from streams.columns.rolling import rolling_mean


def sma(operand: Column, window: int) -> Column:
    """Simple moving average of the last `window` values, this candle's included; window >= 1."""
    if window < 1:
        raise ValueError(f"sma wants a window of at least 1 candle, not {window}")
    source = numeric(operand)
    return column("sma", _mean, source, parameters=(window,), own_lookback=window - 1)


def _mean(values: Values, window: int) -> Values:
    return values if np.ndim(values) == 0 else rolling_mean(values, window)
