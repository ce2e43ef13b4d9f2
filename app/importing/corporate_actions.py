"""A CSV file of corporate actions: `instrument,ex_date,kind,ratio`, every bad line told by its number."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from app.store.instruments import key_of
from streams.actions import ActionKind, CorporateAction

COLUMNS = ("instrument", "ex_date", "kind", "ratio")
MOST = 10_000
"""What a ratio's number may be at most; beyond it is a slip of the finger."""


class Named(NamedTuple):
    """An action as a line of a file says it."""

    line: int
    key: str
    action: CorporateAction


class Listed(NamedTuple):
    """What a file holds, and what is wrong with it, line by line."""

    actions: tuple[Named, ...]
    faults: tuple[str, ...]


def read_listed(path: Path) -> Listed:
    """Reads a file. Lines that repeat another are taken once; lines that contradict one are faults."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return Listed((), (f"{path}: {getattr(error, 'strerror', None) or 'it is no text in UTF-8'}",))
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        return Listed((), (f"{path}, line 1: no column {', '.join(missing)}; wanted: {','.join(COLUMNS)}",))
    read = [_read(path, number, row) for number, row in _numbered(rows)]
    return _consistent(path, read)


def _numbered(rows: "csv.DictReader[str]") -> Iterator[tuple[int, Mapping[str, str | None]]]:
    for row in rows:
        yield rows.line_num, row


def _read(path: Path, line: int, row: Mapping[str, str | None]) -> Named | str:
    cells = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        action = CorporateAction(
            _date(cells["ex_date"]), _kind(cells["kind"]), *_ratio(cells["kind"], cells["ratio"])
        )
        return Named(line, key_of(cells["instrument"]), action)
    except ValueError as error:
        return f"{path}, line {line}: {error}"


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"the ex-date {text!r} is no date; write it like 2024-10-28") from error


def _kind(text: str) -> ActionKind:
    if text.upper() not in ActionKind.__members__:
        raise ValueError(f"the kind {text!r} is none of {', '.join(ActionKind)}")
    return ActionKind(text.upper())


def _ratio(kind: str, text: str) -> tuple[int, int]:
    first, _, second = (part.strip() for part in text.partition(":"))
    numbers = [int(part) for part in (first, second) if part.isascii() and part.isdigit()]
    if len(numbers) != 2 or not all(1 <= number <= MOST for number in numbers):
        raise ValueError(f"the ratio {text!r} is not like 5:1, new shares to old, or 1:1, free to held")
    if kind.upper() == ActionKind.SPLIT and numbers[0] == numbers[1]:
        raise ValueError(f"a split of {text} changes nothing")
    return numbers[0], numbers[1]


def _consistent(path: Path, read: list[Named | str]) -> Listed:
    kept: dict[tuple[str, date, ActionKind], Named] = {}
    faults = [each for each in read if isinstance(each, str)]
    for named in read:
        if isinstance(named, str):
            continue
        day = (named.key, named.action.ex_date, named.action.kind)
        former = kept.setdefault(day, named)
        if former.action != named.action:
            faults.append(f"{path}, line {named.line}: it contradicts line {former.line}")
    return Listed(tuple(kept.values()), tuple(faults))
