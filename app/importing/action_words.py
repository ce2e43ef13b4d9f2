"""What `medha actions` does, given the words of its command line and an open store."""

import argparse
import asyncio
from uuid import UUID

from rich.console import Console
from rich.table import Table

from app.importing.actions import Declined
from app.importing.corporate_actions import Listed, read_listed
from app.store.actions import list_actions, write_actions
from app.store.driver import Connection
from app.store.engine import Store
from app.store.instruments import find_instrument
from streams.actions import CorporateAction


async def import_actions(store: Store, words: argparse.Namespace) -> None:
    """Imports one file, whole or not at all. Raises Declined with every line that is in the way."""
    listed = await asyncio.to_thread(read_listed, words.file)
    async with store.trading() as connection:
        ids, unknown = await _instruments(connection, listed)
        faults = [*listed.faults, *(f"{words.file}, {fault}" for fault in unknown)]
        if faults:
            raise Declined("\n".join([*faults, "Nothing was imported."]))
        wanted = [(ids[each.key], each.action) for each in listed.actions]
        written = await write_actions(connection, wanted, replace=words.replace)
    if written.conflicts:
        keys = {identity: key for key, identity in ids.items()}
        told = [f"the store has {_spoken(keys[each], action)}" for each, action in written.conflicts]
        raise Declined("\n".join([*told, "Nothing was imported; --replace lets the file's actions stand."]))
    print(f"{written.added} added, {written.unchanged} unchanged, {written.replaced} replaced")


async def list_stored_actions(store: Store, words: argparse.Namespace) -> None:
    """Lists what is stored; the factor is shares held after for each one before."""
    async with store.trading() as connection:
        stored = await list_actions(connection)
    table = Table("instrument", "ex-date", "kind", "ratio", "factor", box=None, pad_edge=False)
    for key, action in stored:
        ratio = f"{action.numerator}:{action.denominator}"
        table.add_row(key, str(action.ex_date), action.kind.value, ratio, str(action.factor))
    Console().print(table if stored else "no corporate actions yet: medha actions import brings some")


async def _instruments(connection: Connection, listed: Listed) -> tuple[dict[str, UUID], list[str]]:
    """The ids of the file's instruments, and a fault for each line whose instrument is not known."""
    found = {key: await find_instrument(connection, key) for key in {each.key for each in listed.actions}}
    unknown = [
        f"line {each.line}: {each.key} is not known here; import its candles first"
        for each in listed.actions
        if found[each.key] is None
    ]
    return {key: known.id for key, known in found.items() if known}, unknown


def _spoken(key: str, action: CorporateAction) -> str:
    return f"{key} {action.ex_date} {action.kind.value} {action.numerator}:{action.denominator}"
