"""Whatever the contract promises of an event or a thing can be asked for, of real ones."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLField, GraphQLInterfaceType, GraphQLNamedType, get_named_type, is_leaf_type

from app.api.enums import EventKind
from app.api.schema import make_schema
from app.store.database import Database, DatabaseRole, connect
from app.store.events import EventDraft, append
from tests.api.client import Client
from tests.api.markets import completed, crossover, paper_account, started

SCHEMA = make_schema()._schema
LISTS = ("orders", "fills", "trades", "positions", "riskEvents", "chargeSettlements")


def leaves(named: GraphQLNamedType, deeper: int = 1) -> Iterator[str]:
    """Every field of a type that needs no page, and of the types of those, one level down."""
    fields: dict[str, GraphQLField] = getattr(named, "fields", {})
    for name, field in fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            yield name
        elif deeper and not inner.name.endswith("Connection"):
            yield f"{name} {{ {' '.join(leaves(inner, deeper - 1))} }}"


def whole(interface: str) -> dict[str, str]:
    """Everything there is of each type of an interface."""
    named = SCHEMA.get_type(interface)
    assert isinstance(named, GraphQLInterfaceType)
    return {each.name: " ".join(leaves(each)) for each in SCHEMA.get_possible_types(named)}


@pytest.fixture
async def start(asha: Client) -> str:
    """Where the log began."""
    return str((await asha.ask("Me"))["eventCursor"])


@pytest.fixture
async def runs(asha: Client, instruments: list[str], start: str) -> list[str]:
    """A paper run, and one on paper and a backtest that met their limits."""
    given = {"strategyId": await crossover(asha), "brokerAccountId": await paper_account(asha)}
    limits = {"perStrategyCap": "50000", "capitalAllocation": "1"}
    made = []
    for mode, extra in (("PAPER", {}), ("PAPER", {"limits": limits}), ("BACKTEST", {"limits": limits})):
        made.append(await started(asha, instruments[0], mode=mode, **given, **extra))
        await completed(asha, made[-1])
    made.append(await started(asha, instruments[0], **given))
    await completed(asha, made[-1])
    await asha.do("SetRiskLimits", brokerAccountId=given["brokerAccountId"], limits=limits)
    return made


async def first_of(client: Client, kind: EventKind, start: str, fields: str) -> Any:
    """The first event of a kind, as far as asked for."""
    query = f"""subscription ($after: Cursor, $filter: EventFilter) {{
        events(after: $after, filter: $filter) {{ __typename {fields} }} }}"""
    async with client.socket() as socket:
        await socket.subscribe("1", query, {"after": start, "filter": {"kinds": [kind.value]}})
        payload = (await socket.next())["payload"]
    assert "errors" not in payload, (kind, payload)
    return payload["data"]["events"]


async def test_every_field_of_every_event_can_be_had(
    asha: Client, start: str, runs: list[str], database: Database, superuser: asyncpg.Connection
) -> None:
    """Of each kind the first event, whole; one of the log as app/engine/failures.py writes it."""
    # given
    connection = await connect(database, DatabaseRole.ENGINE)
    user = await superuser.fetchval("SELECT id FROM users")
    await append(connection, user, [EventDraft("LOG", None, {"level": "error", "event": "run.failed"})])
    await connection.close()
    parts = whole("Event")

    # when
    names = set()
    for kind in EventKind:
        name = (await first_of(asha, kind, start, ""))["__typename"]
        await first_of(asha, kind, start, f"... on {name} {{ {parts[name]} }}")
        names.add(name)

    # then
    assert names == set(parts)


async def test_every_field_of_every_thing_can_be_had(asha: Client, runs: list[str]) -> None:
    """By its id: of the viewer, the instrument, the account, and all that runs brought forth."""
    # given
    lists = " ".join(f"{name}(first: 1) {{ nodes {{ id }} }}" for name in LISTS)
    query = f"query ($id: ID!) {{ run(id: $id) {{ id {lists} instruments {{ id }} strategy {{ id }} }} }}"
    ids = [(await asha.ask("Me"))["id"], *(each["id"] for each in await asha.ask("BrokerAccounts")), *runs]
    for run in runs:
        found = (await asha.answer(query, id=run))["data"]["run"]
        ids += [node["id"] for name in LISTS for node in found[name]["nodes"]]
        ids += [found["strategy"]["id"], found["instruments"][0]["id"]]
    parts = whole("Node")

    # when
    names = set()
    for id in ids:
        named = (await asha.answer("query ($id: ID!) { node(id: $id) { __typename } }", id=id))["data"][
            "node"
        ]
        text = f"query ($id: ID!) {{ node(id: $id) {{ ... on {named['__typename']} {{ %s }} }} }}"
        answer = await asha.answer(text % parts[named["__typename"]], id=id)
        assert "errors" not in answer, (named, answer)
        names.add(named["__typename"])

    # then
    assert names == set(parts)
