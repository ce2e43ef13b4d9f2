"""Pages: every row once, from either end, whatever happens between two of them."""

from typing import Any

import asyncpg
import pytest

from tests.api.client import Client, document
from tests.api.markets import completed, crossover, started


@pytest.fixture
async def many(asha: Client) -> list[str]:
    """Seven strategies' names, the newest first."""
    names = [f"Strategy {number}" for number in range(7)]
    for name in names:
        await crossover(asha, name)
    return names[::-1]


async def pages(client: Client, size: int, backwards: bool) -> list[list[str]]:
    """Every page's names, from either end."""
    count, place, more, end = (
        ("last", "before", "hasPreviousPage", "startCursor")
        if backwards
        else ("first", "after", "hasNextPage", "endCursor")
    )
    query = f"""query ($place: Cursor) {{ strategies({count}: {size}, {place}: $place) {{
        nodes {{ name }} pageInfo {{ {more} {end} }} }} }}"""
    found: list[list[str]] = []
    cursor = None
    while True:
        page = (await client.answer(query, place=cursor))["data"]["strategies"]
        found.append([node["name"] for node in page["nodes"]])
        if not page["pageInfo"][more]:
            return found
        cursor = page["pageInfo"][end]


async def test_pages_forward_and_backward_meet_every_row_once(asha: Client, many: list[str]) -> None:
    """Keyset paging leaves nothing out and repeats nothing, from either end."""
    assert await pages(asha, 3, backwards=False) == [many[:3], many[3:6], many[6:]]
    assert await pages(asha, 3, backwards=True) == [many[4:], many[1:4], many[:1]]


async def test_rows_of_one_moment_page_like_any_others(
    asha: Client, many: list[str], superuser: asyncpg.Connection
) -> None:
    """Where times are equal the ids decide, the same way from either end."""
    # when
    await superuser.execute("UPDATE strategies SET created_at = now()")
    forward, backward = [await pages(asha, 2, backwards=back) for back in (False, True)]

    # then
    names = [name for page in forward for name in page]
    assert sorted(names) == sorted(many)
    assert [name for page in reversed(backward) for name in page] == names


async def test_a_row_made_between_two_pages_shifts_nothing(asha: Client, many: list[str]) -> None:
    """A place is a key, not a count."""
    first = await asha.ask("Strategies", first=3)
    await crossover(asha, "Newcomer")
    second = await asha.ask("Strategies", first=3, after=first["pageInfo"]["endCursor"])
    assert [node["name"] for node in second["nodes"]] == many[3:6]


async def test_a_backtests_orders_page_like_rows_of_a_table(asha: Client, instruments: list[str]) -> None:
    """Paging over results and over one large page agree."""
    # given
    run = await started(asha, instruments[0])
    await completed(asha, run)
    whole = (await asha.ask("Orders", filter={"runId": run}, first=100))["nodes"]

    # when
    paged: list[Any] = []
    cursor, more = None, True
    while more:
        page = await asha.ask("Orders", filter={"runId": run}, first=4, after=cursor)
        paged += page["nodes"]
        cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    # then
    assert len(whole) > 8
    assert paged == whole
    sells = await asha.ask("Orders", filter={"runId": run, "side": "SELL", "statuses": ["FILLED"]}, first=100)
    assert sells["nodes"] == [order for order in whole if order["side"] == "SELL"]


async def test_a_cursor_of_another_filter_or_hand_is_refused(asha: Client, many: list[str]) -> None:
    """A cursor is bound to the list it came from."""
    cursor = (await asha.ask("Strategies", first=3))["pageInfo"]["endCursor"]
    query = document("Strategies")
    assert await asha.codes(query, after=cursor, archived=True) == ["CURSOR_INVALID"]
    assert await asha.codes(query, after=cursor[:-2] + "AA") == ["CURSOR_INVALID"]
    assert await asha.codes(document("Runs"), after=cursor) == ["CURSOR_INVALID"]
    assert await asha.codes(query, first=101) == ["PAGE_TOO_LARGE"]
