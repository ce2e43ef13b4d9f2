"""Indicators one value at a time, as the documentation defines them."""

from collections import deque
from collections.abc import Iterable


class Average:
    """Each value weighs so much of what is left: 2 / (n + 1) for an EMA, 1 / n for Wilder's."""

    def __init__(self, weight: float) -> None:
        self._weight = weight
        self.value: float | None = None

    def take(self, value: float) -> float:
        """The average with this value in it."""
        before = value if self.value is None else self.value
        self.value = before + self._weight * (value - before)
        return self.value


class AverageTrueRange:
    """Wilder's average of the candle's range, a gap from the last close included."""

    def __init__(self, window: int) -> None:
        self._average = Average(1 / window)
        self._last: float | None = None

    def take(self, high: float, low: float, close: float) -> float | None:
        """The average with this candle in it; None for the first one, which has no close before it."""
        last, self._last = self._last, close
        if last is None:
            return None
        return self._average.take(max(high, last) - min(low, last))


class Last:
    """The last n values."""

    def __init__(self, window: int) -> None:
        self.values: deque[float] = deque(maxlen=window)

    def take(self, value: float) -> tuple[float, ...]:
        """They, with this value; fewer than n at first."""
        self.values.append(value)
        return tuple(self.values)


def mean(values: Iterable[float]) -> float:
    """Their sum by their number."""
    listed = list(values)
    return sum(listed) / len(listed)


def spread(values: Iterable[float]) -> float:
    """Their standard deviation, as a whole population."""
    listed = list(values)
    middle = mean(listed)
    return float(mean((each - middle) ** 2 for each in listed) ** 0.5)


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of them lies, between two of them in proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    first = int(place)
    last = min(first + 1, len(ordered) - 1)
    return ordered[first] + (place - first) * (ordered[last] - ordered[first])
