"""When the market really closed, for a plain loop over real candles."""

import csv
from datetime import date
from pathlib import Path

from tests.laws.plain.market import Sessions


def recorded(path: Path) -> Sessions:
    """From a table of sessions with the hours of those that differed."""
    with path.open() as file:
        rows = [row for row in csv.DictReader(file) if row["close_ist"]]
    return Sessions({date.fromisoformat(row["date"]): _minutes(row["close_ist"]) for row in rows})


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
