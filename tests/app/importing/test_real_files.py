"""The shared real files, as found: what enters, what is refused, and that all of it comes back."""

from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from app.importing.checks import Fault
from app.importing.exporting import export_candles
from app.importing.findings import counts, refused
from app.importing.importer import Imported, Refused
from app.store.engine import Store
from streams.domain.market import Instrument, InstrumentKind, Interval
from streams.sessions import IST
from tests.app.importing.candle_files import imported, instrument, stored
from tests.market_data import real

INDEX, OPTION = instrument("NIFTY"), instrument("NSE:ATM-CE", InstrumentKind.OPTION)
SHARE = instrument("NSE:SHARE")


async def tried(
    store: Store, path: Path, of: Instrument, interval: str, zone: int | None, *, skip_bad: bool = False
) -> Imported | Refused:
    """The import of a real file; a zone of -1 says that stamps are of the close, in India."""
    closing = zone == -1
    return await imported(
        store,
        path,
        interval=Interval(interval),
        of=of,
        zone=IST if closing else zone,
        closing=closing,
        skip_bad=skip_bad,
    )


@pytest.mark.parametrize(
    ("name", "of", "interval", "zone", "rows"),
    [
        ("1m/RELIANCE.parquet", SHARE, "1m", None, 52_125),
        ("5m/MGL.parquet", SHARE, "5m", None, 69_746),
        ("1d/M&M.parquet", SHARE, "1d", None, 6_622),
        ("raw/dhan_api_nifty_atm_call_5min.csv", OPTION, "5m", None, 9_075),
        ("raw/dhan_api_nifty_daily.csv", INDEX, "1d", None, 876),
        ("raw/yahoo_RELIANCE_1min_2024-02.parquet", SHARE, "1m", None, 1_869),
        ("raw/vendor_bom_ddmmyyyy_RELIANCE_07-04-2025.csv", SHARE, "1m", IST, 375),
        ("raw/epoch_is_ist_wallclock_NIFTY_5min_Q2_2024.csv", INDEX, "5m", IST, 4_521),
    ],
)
async def test_a_sound_file_enters_whole(
    store: Store, name: str, of: Instrument, interval: str, zone: int | None, rows: int
) -> None:
    """Every row is stored, and a second import adds none."""
    first = await tried(store, real(name), of, interval, zone)
    again = await tried(store, real(name), of, interval, zone)
    assert isinstance(first, Imported)
    assert isinstance(again, Imported)
    assert first.written[:3] == (rows, 0, 0)
    assert again.written[:3] == (0, rows, 0)


@pytest.mark.parametrize(
    ("name", "of", "interval", "zone", "bad"),
    [
        ("1m/NIFTY.parquet", INDEX, "1m", None, {Fault.OUTSIDE_SESSION: 1461}),
        ("5m/SBIN.parquet", SHARE, "5m", None, {Fault.OUTSIDE_SESSION: 2}),
        ("15m/HDFCBANK.parquet", SHARE, "15m", None, {Fault.OUTSIDE_SESSION: 9, Fault.RANGE: 1}),
        ("1h/NIFTY.parquet", INDEX, "1h", None, {Fault.OFF_GRID: 1478, Fault.OUTSIDE_SESSION: 250}),
        ("raw/dhan_api_nifty_5min.csv", INDEX, "5m", None, {Fault.OUTSIDE_SESSION: 2}),
        ("raw/fyers_sbi_5min_epoch_2022-09_2023-09.csv", SHARE, "5m", None, {Fault.OUTSIDE_SESSION: 2}),
        ("raw/unsorted_spaced_ACC_1min_2016.csv", SHARE, "1m", IST, {Fault.OUT_OF_ORDER: 29}),
        (
            "raw/vendor_headerless_close_stamped_2021_FEB_NIFTY.txt",
            INDEX,
            "1m",
            -1,
            {Fault.OUTSIDE_SESSION: 59},
        ),
    ],
)
async def test_a_file_with_bad_rows_enters_without_them_or_not_at_all(
    store: Store, name: str, of: Instrument, interval: str, zone: int | None, bad: dict[Fault, int]
) -> None:
    """Refused as it is; with --skip-bad all but the bad rows."""
    outcome = await tried(store, real(name), of, interval, zone)
    assert isinstance(outcome, Refused)
    assert outcome.judged is not None
    assert counts(outcome.judged) == bad
    skipped = await tried(store, real(name), of, interval, zone, skip_bad=True)
    assert isinstance(skipped, Imported)
    repeated = int((skipped.judged.faults == Fault.REPEATED).sum())
    assert repeated == (150 if "fyers" in name else 0)
    assert skipped.written.added == len(skipped.judged.rows) - sum(bad.values()) - repeated
    assert len(await stored(store, of, Interval(interval))) == skipped.written.added


@pytest.mark.parametrize(
    ("name", "interval", "words"),
    [
        ("raw/vendor_bom_ddmmyyyy_RELIANCE_07-04-2025.csv", "1m", "--timezone Asia/Kolkata"),
        ("raw/unsorted_spaced_ACC_1min_2016.csv", "1m", "--timezone Asia/Kolkata"),
        ("raw/epoch_is_ist_wallclock_NIFTY_5min_Q2_2024.csv", "5m", "wall clock"),
        ("options/NIFTY_chain_2025-07-31_1m.parquet", "1m", "mixes several instruments"),
        ("1d_mcx/GOLD_all_contracts.parquet", "1d", "mixes several instruments"),
        ("raw/nse_sec_bhavdata_2024-06-04.csv", "1d", "no header"),
        ("5m/SBIN.parquet", "1m", "5 min apart"),
        ("1m/TCS.parquet", "1d", "1 min apart"),
    ],
)
async def test_a_file_that_leaves_a_question_is_refused_whole(
    store: Store, name: str, interval: str, words: str
) -> None:
    """With the reason, and the word that would answer it."""
    outcome = await tried(store, real(name), SHARE, interval, None)
    assert isinstance(outcome, Refused)
    ((_, reason),) = outcome.unreadable
    assert words in reason


async def test_the_last_flat_bar_of_dhans_index_file_is_named_by_its_line(store: Store) -> None:
    """19:05 IST, long after the close: line 378."""
    outcome = await tried(store, real("raw/dhan_api_nifty_5min.csv"), INDEX, "5m", None)
    assert outcome.judged is not None
    found = [(finding.line, finding.detail) for finding in refused(outcome.judged)]
    assert found[-1] == (378, "2026-07-17 19:05:00 IST")


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
async def test_real_candles_go_round_unchanged(store: Store, tmp_path: Path, suffix: str) -> None:
    """File, store, exported file, store again: every price the same double."""
    path = real("1m/RELIANCE.parquet")
    await tried(store, path, SHARE, "1m", None)
    candles = await stored(store, SHARE)
    table = pyarrow.parquet.read_table(path)
    for name in ("open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(candles, name), table[name].to_numpy())
    export_candles(candles, tmp_path / f"out{suffix}")
    again = await tried(store, tmp_path / f"out{suffix}", SHARE, "1m", None)
    assert isinstance(again, Imported)
    assert again.written[:3] == (0, len(candles), 0)
