"""What cannot be done with a column: anything that would take a row, or all of them, out of it."""

from __future__ import annotations

from typing import NoReturn


class LookAheadError(ValueError):
    """An expression that would have needed a later candle, or the truth of a whole column."""


class Opaque:
    """One value a candle, of which none can be had: an index or a loop could reach for a later one."""

    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise LookAheadError(f"{self!r} has no truth value: write when(condition, then, otherwise)")

    def __getitem__(self, _: object) -> NoReturn:
        raise LookAheadError(f"{self!r} cannot be indexed: write lag({self!r}, k) for k candles earlier")

    def __iter__(self) -> NoReturn:
        raise LookAheadError(f"{self!r} cannot be iterated: it stands for one value a candle")

    def __contains__(self, _: object) -> NoReturn:
        raise LookAheadError(f"{self!r} cannot be searched: it stands for one value a candle")

    def __len__(self) -> NoReturn:
        raise LookAheadError(f"{self!r} has no length: it stands for one value a candle")

    def __array__(self, *_: object, **__: object) -> NoReturn:
        raise LookAheadError(f"{self!r} is no array: it stands for one value a candle")
