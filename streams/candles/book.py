"""One instrument's candles in the making: prices by the time they bear, volume in the order it is heard."""

from __future__ import annotations

from math import isfinite, nan
from typing import NamedTuple

from streams.candles.buckets import Bucket
from streams.candles.ticks import NO_VOLUME, Tick
from streams.sessions import DAY, IST


class Forming(NamedTuple):
    """A candle so far; `first` and `last` are the times of the ticks its open and close come from."""

    bucket: Bucket
    open: float
    high: float
    low: float
    close: float
    volume: int
    first: int
    last: int


class Book(NamedTuple):
    """What is remembered of an instrument."""

    day: int = -1
    """The Indian day number of its latest tick."""
    latest: int = 0
    """The latest time a tick bore."""
    sequence: int = 0
    """The day's highest."""
    mark: int = NO_VOLUME
    """The highest volume of the day that was heard of; NO_VOLUME before the first."""
    price: float = nan
    """The close of the day's last candle that was given out."""
    pending: int = 0
    """Volume of the day that waits for its next candle."""
    unplaced: int = 0
    """Volume that came when no candle of its day was left to take it."""
    forming: tuple[Forming, ...] = ()
    """Ascending."""


def day_number(at: int) -> int:
    """The Indian date of the instant, as days since 1970-01-01."""
    return (at + IST) // DAY


def is_news(book: Book, tick: Tick, day: int) -> bool:
    """Whether the tick is neither a repetition nor of a day that is over."""
    return day > book.day or (day == book.day and (not tick.sequence or tick.sequence > book.sequence))


def absorbed(book: Book, tick: Tick, day: int, bucket: Bucket | None, whole_day: bool) -> Book:
    """The book after a tick of the day; `bucket` is the candle its price counts in, if any.

    `whole_day` says that the feed was heard since the session opened: the first volume counts then.
    """
    if day > book.day:
        book = _next_day(book, day)
    traded, mark = _traded(book, tick, whole_day)
    book = book._replace(
        latest=max(book.latest, tick.time), sequence=max(book.sequence, tick.sequence), mark=mark
    )
    if bucket is None or not (isfinite(tick.price) and tick.price > 0):
        return _kept(book, traded)
    return _priced(book._replace(pending=0), tick, bucket, traded + book.pending)


def _next_day(book: Book, day: int) -> Book:
    unplaced = book.unplaced + book.pending
    return book._replace(day=day, sequence=0, mark=NO_VOLUME, price=nan, pending=0, unplaced=unplaced)


def _traded(book: Book, tick: Tick, whole_day: bool) -> tuple[int, int]:
    """What was traded since the last tick, and the new mark.

    A count that is lower than before belongs to a tick that was overtaken, and says nothing new. A count less
    than half as high, at a later time than any before, has started anew.
    """
    if tick.volume == NO_VOLUME:
        return tick.quantity, book.mark
    if book.mark == NO_VOLUME:
        return (tick.volume if whole_day else 0), tick.volume
    if tick.time > book.latest and tick.volume < book.mark // 2:
        return tick.volume, tick.volume
    return max(tick.volume - book.mark, 0), max(tick.volume, book.mark)


def _kept(book: Book, traded: int) -> Book:
    """Volume without a candle of its own: the day's latest candle in the making takes it, else the next."""
    if not traded:
        return book
    latest = book.forming[-1] if book.forming else None
    if latest is None or day_number(latest.bucket.opens) < book.day:
        return book._replace(pending=book.pending + traded)
    return book._replace(forming=(*book.forming[:-1], latest._replace(volume=latest.volume + traded)))


def _priced(book: Book, tick: Tick, bucket: Bucket, volume: int) -> Book:
    earlier = tuple(one for one in book.forming if one.bucket.start < bucket.start)
    rest = book.forming[len(earlier) :]
    if not rest or rest[0].bucket != bucket:
        return book._replace(forming=(*earlier, _begun(tick, bucket, volume), *rest))
    return book._replace(forming=(*earlier, _extended(rest[0], tick, volume), *rest[1:]))


def _begun(tick: Tick, bucket: Bucket, volume: int) -> Forming:
    price, time = tick.price, tick.time
    return Forming(bucket, price, price, price, price, volume, time, time)


def _extended(candle: Forming, tick: Tick, volume: int) -> Forming:
    earlier, later = tick.time < candle.first, tick.time >= candle.last
    return Forming(
        candle.bucket,
        tick.price if earlier else candle.open,
        max(candle.high, tick.price),
        min(candle.low, tick.price),
        tick.price if later else candle.close,
        candle.volume + volume,
        min(candle.first, tick.time),
        max(candle.last, tick.time),
    )
