"""Candles in the store: twice is once, conflicts are refused, and what goes in comes out bit for bit."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from app.importing.checks import Fault
from app.importing.findings import counts
from app.importing.importer import Imported, Progress, Refused, Request, import_files
from app.importing.summary import told
from app.importing.synthetic import SYNTHETIC, full_sessions, synthetic_candles, synthetic_name
from app.store.candles import (
    Held,
    Written,
    candle_range,
    driver_connection,
    list_candles,
    read_before,
    read_candles,
    write_candles,
)
from app.store.driver import to_moment
from app.store.engine import Store
from app.store.instruments import ensure_instrument, find_instrument
from app.store.merging import KINDS, columns_of
from streams.domain.market import Candles, Interval
from tests.app.importing.candle_files import HEADER, clocks, imported, instrument, row, stored, written

ONE_MINUTE = Interval.ONE_MINUTE
ALPHA = SYNTHETIC[0]
MONTHS = synthetic_candles(ALPHA.key, ONE_MINUTE, full_sessions(date(2024, 12, 31), 45), 3)
"""Candles of three calendar months."""


def same(left: Candles, right: Candles) -> None:
    """Equal to the bit, kinds of columns included."""
    for name in KINDS:
        assert getattr(left, name).dtype == getattr(right, name).dtype
        assert_array_equal(getattr(left, name), getattr(right, name))


async def known_alpha(store: Store) -> UUID:
    """The id of the synthetic instrument, made if need be."""
    async with store.trading() as connection:
        known, _ = await ensure_instrument(connection, ALPHA, name=synthetic_name(ALPHA.key), synthetic=True)
        return known.id


async def write(store: Store, candles: Candles, *, replace: bool = False) -> Written:
    """Stores synthetic candles."""
    instrument_id = await known_alpha(store)
    async with store.trading() as connection:
        return await write_candles(
            connection, instrument_id, ONE_MINUTE, candles, source="a test", replace=replace
        )


async def test_the_same_import_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    """The second says so."""
    path = written(tmp_path, [row("09:15"), row("09:16")])
    first, second = [await imported(store, path) for _ in range(2)]
    assert isinstance(first, Imported)
    assert isinstance(second, Imported)
    assert first.written[:3] == (2, 0, 0)
    assert second.written[:3] == (0, 2, 0)
    assert (first.made, second.made) == (True, False)
    lines = list(told(second, Request((path,), instrument(), ONE_MINUTE)))
    assert "nothing changed: the store holds these candles already" in lines


async def test_a_candle_that_differs_from_the_stored_one_is_a_conflict(store: Store, tmp_path: Path) -> None:
    """Refused without a change; skipped when told to skip; taken when told to replace."""
    await imported(store, written(tmp_path, [row("09:15"), row("09:16")]))
    other = written(tmp_path, [row("09:16", "100.5"), row("09:17")], "other.csv")

    outcome = await imported(store, other)
    assert isinstance(outcome, Refused)
    assert outcome.judged is not None
    assert counts(outcome.judged) == {Fault.STORED_OTHERWISE: 1}
    assert clocks(await stored(store)) == ["09:15", "09:16"]

    skipped = await imported(store, other, skip_bad=True)
    assert isinstance(skipped, Imported)
    assert skipped.written[:3] == (1, 0, 0)
    assert (await stored(store)).close.tolist() == [100.0, 100.0, 100.0]

    replaced = await imported(store, other, replace=True)
    assert isinstance(replaced, Imported)
    assert replaced.written[:3] == (0, 1, 1)
    assert (await stored(store)).close.tolist() == [100.0, 100.5, 100.0]


async def test_an_import_that_fails_half_way_leaves_nothing(store: Store, tmp_path: Path) -> None:
    """The connection dies between two months: the transaction goes with it."""

    class Cut(Exception):
        """What ends the import."""

    def cut(rows: int) -> None:
        raise Cut

    lines = [row("09:15", day=date(2025, 1, 31)), row("09:15", day=date(2025, 2, 3))]
    request = Request((written(tmp_path, lines),), instrument(), ONE_MINUTE)
    async with store.trading() as connection:
        with pytest.raises(Cut):
            await import_files(connection, request, 2 * 10**15, Progress(on_rows=cut))
        assert await find_instrument(connection, instrument().key) is None
        assert await connection.fetchval("SELECT count(*) FROM candle_chunks") == 0


async def test_progress_is_told_in_bytes_and_candles(store: Store, tmp_path: Path) -> None:
    """All bytes of all files, and every candle once, by the month."""
    lines = [row("09:15", day=date(2025, 1, 31)), row("09:15", day=date(2025, 2, 3))]
    path = written(tmp_path, lines)
    taken: list[int] = []
    dealt: list[int] = []
    request = Request((path,), instrument(), ONE_MINUTE)
    async with store.trading() as connection:
        await import_files(connection, request, 2 * 10**15, Progress(taken.append, dealt.append))
    assert (sum(taken), dealt) == (len("\n".join([HEADER, *lines, ""])), [1, 1])


async def test_what_goes_in_comes_out_bit_for_bit(store: Store) -> None:
    """Over month borders, in one chunk a month."""
    assert (await write(store, MONTHS))[:3] == (len(MONTHS), 0, 0)
    async with store.trading() as connection:
        known = await find_instrument(connection, ALPHA.key)
        assert known is not None
        same(await read_candles(connection, known.instrument, known.id, ONE_MINUTE), MONTHS)
        months = await connection.fetch("SELECT month, rows FROM candle_chunks ORDER BY month")
    indian = (MONTHS.time + 19_800_000_000).astype("datetime64[us]").astype("datetime64[M]")
    expected = [(month.item(), (indian == month).sum()) for month in np.unique(indian)]
    assert [tuple(month) for month in months] == expected


async def test_a_stretch_is_read_from_its_start_to_before_its_end(store: Store) -> None:
    """Bounds on candles, between them, and outside of everything."""
    await write(store, MONTHS)
    instrument_id = await known_alpha(store)
    async with store.trading() as connection:
        for start, end in ((0, 10**16), (int(MONTHS.time[100]), int(MONTHS.time[9000])), (5, 6)):
            found = await read_candles(connection, ALPHA, instrument_id, ONE_MINUTE, start, end)
            same(found, MONTHS.between(start, end))


@pytest.mark.parametrize("count", [1, 374, 6000, 100_000])
async def test_warm_up_gets_the_last_candles_before_a_time(store: Store, count: int) -> None:
    """As many as asked for, over month borders, or all there are."""
    await write(store, MONTHS)
    instrument_id = await known_alpha(store)
    for position in (len(MONTHS) - 1, len(MONTHS) // 2, 1, 0):
        before = int(MONTHS.time[position])
        async with store.trading() as connection:
            found = await read_before(connection, ALPHA, instrument_id, ONE_MINUTE, before, count)
        same(found, MONTHS.rows(max(0, position - count), position))


async def test_live_candles_follow_the_last_chunk(store: Store) -> None:
    """Those that a chunk covers are not read twice; the range reaches to the newest."""
    settled, live = MONTHS.rows(0, len(MONTHS) - 5), MONTHS.rows(len(MONTHS) - 8, len(MONTHS))
    await write(store, settled)
    instrument_id = await known_alpha(store)
    async with store.trading() as connection:
        await _insert_live(connection, instrument_id, live)
        same(await read_candles(connection, ALPHA, instrument_id, ONE_MINUTE), MONTHS)
        same(
            await read_before(connection, ALPHA, instrument_id, ONE_MINUTE, 10**16, 7),
            MONTHS.rows(len(MONTHS) - 7, len(MONTHS)),
        )
        held = await candle_range(connection, instrument_id, ONE_MINUTE)
        assert held == Held(int(MONTHS.time[0]), int(MONTHS.time[-1]), len(MONTHS))
        assert await candle_range(connection, instrument_id, Interval.ONE_DAY) is None


async def test_a_series_of_live_candles_alone_is_read(store: Store) -> None:
    """An instrument seen for the first time today has no chunk yet."""
    live = MONTHS.rows(0, 3)
    instrument_id = await known_alpha(store)
    async with store.trading() as connection:
        await _insert_live(connection, instrument_id, live)
        same(await read_candles(connection, ALPHA, instrument_id, ONE_MINUTE), live)
        same(await read_before(connection, ALPHA, instrument_id, ONE_MINUTE, 10**16, 2), live.rows(1, 3))
        (holding,) = await list_candles(connection)
    assert (holding.key, holding.synthetic, holding.held.rows) == (ALPHA.key, True, 3)


async def test_an_api_session_reads_the_same_candles(store: Store) -> None:
    """Through the driver's connection under the session, as the role that sees one user."""
    await write(store, MONTHS)
    async with store.anonymous() as session:
        connection = await driver_connection(session)
        known = await find_instrument(connection, "synth-alpha")
        assert known is not None
        same(await read_candles(connection, known.instrument, known.id, ONE_MINUTE), MONTHS)
        (role,) = await connection.fetch("SELECT current_user AS name")
    assert role["name"] == "medha_api"


async def test_writers_of_one_series_do_not_lose_each_others_candles(store: Store) -> None:
    """Two at once into one month: the second merges with what the first has written."""
    parts = [MONTHS.rows(start, start + 375) for start in range(0, 375 * 6, 375)]
    await known_alpha(store)
    outcomes = await asyncio.gather(*(write(store, part) for part in parts))
    assert [outcome.added for outcome in outcomes] == [375] * 6
    instrument_id = await known_alpha(store)
    async with store.trading() as connection:
        same(
            await read_candles(connection, ALPHA, instrument_id, ONE_MINUTE),
            MONTHS.rows(0, 375 * 6),
        )


async def test_candles_out_of_order_are_not_stored(store: Store) -> None:
    """Whoever writes promises ascending times."""
    backwards = Candles(ALPHA.key, ONE_MINUTE, **{name: getattr(MONTHS, name)[::-1] for name in KINDS})
    with pytest.raises(ValueError, match="ascend"):
        await write(store, backwards)


async def _insert_live(connection: object, instrument_id: UUID, candles: Candles) -> None:
    rows: Sequence[tuple[object, ...]] = [
        (instrument_id, ONE_MINUTE.value, to_moment(int(t)), *(float(p) for p in prices), int(v))
        for t, *prices, v in zip(*columns_of(candles).values(), strict=True)
    ]
    await connection.executemany(  # type: ignore[attr-defined]  # asyncpg has no types
        "INSERT INTO live_candles VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", rows
    )
