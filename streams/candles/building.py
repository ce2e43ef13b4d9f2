"""Ticks to candles as one pure fold: no candle before its close, all instruments' of one time together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan
from typing import NamedTuple

import numpy as np

from streams.candles.book import Book, Forming, absorbed, day_number, is_news
from streams.candles.buckets import Bucket, bucket_after, bucket_at, bucket_of_start
from streams.candles.ticks import AHEAD, Clock, Empty, Making, Market, Tick, market_of
from streams.domain.market import Candles, Chunk, Instrument, empty, joined
from streams.sessions import session_of, trading_date

NEVER = 1 << 62


class Building(NamedTuple):
    """Where the fold stands."""

    making: Making
    places: Mapping[str, int]
    markets: tuple[Market, ...]
    since: int
    books: tuple[Book, ...]
    now: int = 0
    """The latest instant a tick or the clock told of."""
    clock: int = 0
    closed: int = 0
    """The stamp of the last candles given out: none of this time or an earlier one follows."""
    due: int = NEVER
    """When the next candles are given out."""

    @property
    def unplaced(self) -> int:
        """Volume in no candle: it came when its day's last one had been given out."""
        return sum(book.unplaced + book.pending for book in self.books)


def begin(making: Making, since: int) -> Building:
    """Nothing heard yet. `since` is when listening begins: a candle that opened before is never given out."""
    places = {instrument.key: place for place, instrument in enumerate(making.instruments)}
    markets = tuple(market_of(instrument) for instrument in making.instruments)
    return Building(making, places, markets, since, tuple(Book() for _ in markets))


def advance(state: Building, heard: Tick | Clock) -> tuple[Building, Chunk]:
    """The state after what was heard, and the candles it closed: no columns when it closed none."""
    if isinstance(heard, Clock):
        return _closing(state._replace(now=max(state.now, heard.time), clock=max(state.clock, heard.time)))
    place = state.places.get(heard.instrument)
    if place is None or (state.clock and heard.time > state.clock + AHEAD):
        return state, ()
    state, closed = _closing(state._replace(now=max(state.now, heard.time)))
    state, late = _closing(_ticked(state, place, heard))
    return state, _both(closed, late)


def _ticked(state: Building, place: int, tick: Tick) -> Building:
    book, day = state.books[place], day_number(tick.time)
    if not is_news(book, tick, day):
        return state
    bucket = _open_bucket(state, place, tick.time)
    whole = day <= book.day or _heard_from_the_opening(state, place, tick.time)
    after = absorbed(book, tick, day, bucket, whole)
    books = (*state.books[:place], after, *state.books[place + 1 :])
    begun = len(after.forming) > len(book.forming)
    state = state._replace(books=books)
    return _scheduled(state) if begun else state


def _open_bucket(state: Building, place: int, at: int) -> Bucket | None:
    """The candle of the instant, unless it has been given out or was not heard from its opening."""
    forming = state.books[place].forming
    if forming and forming[-1].bucket.opens <= at < forming[-1].bucket.ends:
        return forming[-1].bucket
    bucket = bucket_at(state.markets[place], state.making.interval, at)
    return bucket if bucket and bucket.start > state.closed and bucket.opens >= state.since else None


def _heard_from_the_opening(state: Building, place: int, at: int) -> bool:
    exchange, kind = state.markets[place]
    session = session_of(exchange, trading_date(at), kind)
    return session is not None and state.since <= session.opens


def _closing(state: Building) -> tuple[Building, Chunk]:
    """Give out what is due, stamp by stamp."""
    if state.now < state.due:
        return state, ()
    rows: list[list[Forming]] = [[] for _ in state.books]
    while state.due <= state.now:
        state = _given(state, _next_stamp(state), rows)
    columns = zip(state.making.instruments, rows, strict=True)
    return state, tuple(_candles(state.making, instrument, own) for instrument, own in columns)


def _given(state: Building, stamp: int, rows: list[list[Forming]]) -> Building:
    books = []
    for book, market, own in zip(state.books, state.markets, rows, strict=True):
        candle, left = _taken(state.making, book, market, stamp)
        own += [candle] if candle else []
        books.append(left)
    return _scheduled(state._replace(books=tuple(books), closed=stamp))


def _scheduled(state: Building) -> Building:
    upcoming = _next_stamp(state)
    return state._replace(due=_ready(state, upcoming) if upcoming < NEVER else NEVER)


def _taken(making: Making, book: Book, market: Market, stamp: int) -> tuple[Forming | None, Book]:
    """The book's candle of this stamp, and the book without it."""
    candle = next((one for one in book.forming if one.bucket.start == stamp), None)
    if candle is None:
        return _flat(making, book, market, stamp)
    left = tuple(one for one in book.forming if one is not candle)
    price = candle.close if day_number(candle.bucket.opens) == book.day else book.price
    return candle, book._replace(forming=left, price=price)


def _flat(making: Making, book: Book, market: Market, stamp: int) -> tuple[Forming | None, Book]:
    bucket = bucket_of_start(market, making.interval, stamp) if making.empty is Empty.FLAT else None
    if bucket is None or isnan(book.price) or day_number(bucket.opens) != book.day:
        return None, book
    price, time = book.price, bucket.opens
    return Forming(bucket, price, price, price, price, book.pending, time, time), book._replace(pending=0)


def _next_stamp(state: Building) -> int:
    """The stamp of the candles to be given out next; NEVER when none is in the making."""
    formed = (book.forming[0].bucket.start for book in state.books if book.forming)
    return min((*formed, *_flat_stamps(state)), default=NEVER)


def _flat_stamps(state: Building) -> Iterator[int]:
    if state.making.empty is Empty.NONE:
        return
    for book, market in zip(state.books, state.markets, strict=True):
        last = bucket_of_start(market, state.making.interval, state.closed) if not isnan(book.price) else None
        following = bucket_after(market, state.making.interval, last.ends) if last else None
        if following and day_number(following.opens) == book.day:
            yield following.start


def _ready(state: Building, stamp: int) -> int:
    """When candles of this stamp may be given out: all markets', for they go together."""
    making = state.making
    buckets = (bucket_of_start(market, making.interval, stamp) for market in set(state.markets))
    waits = (b.ends + (max(making.grace, making.tail) if b.last else making.grace) for b in buckets if b)
    return max(waits)


def _candles(making: Making, instrument: Instrument, rows: list[Forming]) -> Candles:
    if not rows:
        return empty(instrument.key, making.interval)
    prices = np.array([(row.open, row.high, row.low, row.close) for row in rows], np.float64)
    opened, high, low, close = prices.T.copy()
    time, volume = np.array([(row.bucket.start, row.volume) for row in rows], np.int64).T.copy()
    return Candles(instrument.key, making.interval, time, opened, high, low, close, volume)


def _both(first: Chunk, second: Chunk) -> Chunk:
    return (
        tuple(joined(*pair) for pair in zip(first, second, strict=True))
        if first and second
        else first or second
    )
