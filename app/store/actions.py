"""Corporate actions in PostgreSQL: written by an import, read with the candles they adjust."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from app.store.driver import Connection
from streams.actions import ActionKind, CorporateAction

_Day = tuple[UUID, date, ActionKind]


class Recorded(NamedTuple):
    """What a write did; `conflicts` are stored actions that say otherwise, each with its instrument."""

    added: int
    unchanged: int
    replaced: int
    conflicts: tuple[tuple[UUID, CorporateAction], ...] = ()


async def read_actions(
    connection: Connection, instrument_ids: Sequence[UUID]
) -> tuple[tuple[CorporateAction, ...], ...]:
    """Each instrument's actions by ex-date, in the order of the ids; give them to `streams.actions`."""
    found: dict[UUID, list[CorporateAction]] = {}
    for (instrument, *_), action in (await _stored(connection, instrument_ids)).items():
        found.setdefault(instrument, []).append(action)
    return tuple(tuple(found.get(each, ())) for each in instrument_ids)


async def list_actions(connection: Connection) -> list[tuple[str, CorporateAction]]:
    """All actions with their instruments' keys, by instrument and ex-date."""
    rows = await connection.fetch(
        "SELECT exchange, symbol, ex_date, corporate_actions.kind, numerator, denominator"
        " FROM corporate_actions JOIN instruments ON instruments.id = instrument_id"
        " ORDER BY exchange, symbol, ex_date, corporate_actions.kind"
    )
    return [(f"{row['exchange']}:{row['symbol']}", _action(row)) for row in rows]


async def write_actions(
    connection: Connection, actions: Iterable[tuple[UUID, CorporateAction]], *, replace: bool = False
) -> Recorded:
    """Adds actions, in one transaction.

    Where the store holds another ratio for an instrument's date and kind that is a conflict: nothing at all
    is written, unless `replace`.
    """
    wanted = {_day(instrument, action): action for instrument, action in actions}
    async with connection.transaction():
        await connection.execute("LOCK TABLE corporate_actions IN SHARE ROW EXCLUSIVE MODE")
        stored = await _stored(connection, [instrument for instrument, *_ in wanted])
        new = [day for day in wanted if day not in stored]
        other = [day for day in wanted if day in stored and stored[day] != wanted[day]]
        if other and not replace:
            return Recorded(0, 0, 0, tuple((day[0], stored[day]) for day in other))
        for day in (*new, *other):
            await _put(connection, day[0], wanted[day])
    return Recorded(len(new), len(wanted) - len(new) - len(other), len(other))


async def _stored(connection: Connection, instruments: Sequence[UUID]) -> dict[_Day, CorporateAction]:
    rows = await connection.fetch(
        "SELECT instrument_id, ex_date, kind, numerator, denominator FROM corporate_actions"
        " WHERE instrument_id = ANY($1) ORDER BY ex_date, kind",
        list(instruments),
    )
    return {_day(row["instrument_id"], _action(row)): _action(row) for row in rows}


async def _put(connection: Connection, instrument: UUID, action: CorporateAction) -> None:
    await connection.execute(
        "INSERT INTO corporate_actions (id, instrument_id, ex_date, kind, numerator, denominator)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (instrument_id, ex_date, kind)"
        " DO UPDATE SET numerator = excluded.numerator, denominator = excluded.denominator",
        *(uuid4(), instrument, action.ex_date, action.kind.value, action.numerator, action.denominator),
    )


def _day(instrument: UUID, action: CorporateAction) -> _Day:
    return instrument, action.ex_date, action.kind


def _action(row: Mapping[str, Any]) -> CorporateAction:
    return CorporateAction(row["ex_date"], ActionKind(row["kind"]), row["numerator"], row["denominator"])
