"""The stop, the target and the trail of a position, in plain Python, from docs/execution.md."""

from typing import NamedTuple


class Distances(NamedTuple):
    """How far a position is guarded, in units; 0: not."""

    stop: int = 0
    target: int = 0
    trail: int = 0


class Touched(NamedTuple):
    """Where a guard fills before slippage, and whether it slips."""

    price: int
    slips: bool


class Bracket:
    """Of a position with this sign; everything is mirrored for a short one."""

    def __init__(self, sign: int, tick: int, reference: int, distances: Distances) -> None:
        self._sign, self._tick = sign, tick
        self._best, self._opened_now = reference, True
        self._reference, self._distances = reference, distances

    def renew(self, reference: int, distances: Distances) -> None:
        """Another entry has filled: a new average price, that entry's distances."""
        self._reference, self._distances = reference, distances

    def follow(self, high: int, low: int, close: int) -> None:
        """The trail after a candle; of the one in which the position was opened only the close counts."""
        extreme = high if self._sign > 0 else low
        reached = close if self._opened_now else extreme
        self._best = max(self._best, reached, key=self._favour)
        self._opened_now = False

    @property
    def stop(self) -> int | None:
        """The stop-loss or the trail, whichever is nearer; on the tick farther from the price of entry."""
        stop, _, trail = self._distances
        levels = [self._reference - self._sign * stop] if stop else []
        levels += [self._best - self._sign * trail] if trail else []
        return max((self._to_tick(each, -self._sign) for each in levels), key=self._favour, default=None)

    @property
    def target(self) -> int | None:
        """The take-profit, on the tick farther from the price of entry."""
        away = self._sign * self._distances.target
        return self._to_tick(self._reference + away, self._sign) if away else None

    def touched(self, opened: int, low: int, high: int) -> Touched | None:
        """What fills where the price goes from the open through this range: the stop before the target."""
        sign, stop, target = self._sign, self.stop, self.target
        worst, best = (low, high) if sign > 0 else (high, low)
        if stop is not None and (worst - stop) * sign <= 0:
            return Touched(min(opened, stop, key=self._favour), slips=True)
        if target is not None and (best - target) * sign >= 0:
            return Touched(max(opened, target, key=self._favour), slips=False)
        return None

    def _favour(self, price: int) -> int:
        return price * self._sign

    def _to_tick(self, price: int, direction: int) -> int:
        ticks = -(-price // self._tick) if direction > 0 else price // self._tick
        return ticks * self._tick
