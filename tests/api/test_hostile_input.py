"""What nobody in good faith would send: each is refused with a reason, and none is a fault of the server."""

import asyncio
from typing import Any

import asyncpg
import pytest

from tests.api.client import Client, document
from tests.api.markets import crossover, paper_account

CROWD = 20


@pytest.fixture
async def asked(asha: Client, instruments: list[str]) -> dict[str, Any]:
    """A backtest that could be started."""
    return {
        "strategyId": await crossover(asha),
        "mode": "BACKTEST",
        "instrumentIds": [instruments[0]],
        "interval": "ONE_MINUTE",
        "capital": "100000",
    }


async def test_a_crowd_with_one_key_starts_one_run(asha: Client, asked: dict[str, Any]) -> None:
    """More at once than there are connections: all get the first answer, none waits for another's."""
    # when
    given = {**asked, "idempotencyKey": "once"}
    payloads = await asyncio.gather(*(asha.do("StartRun", **given) for _ in range(CROWD)))

    # then
    assert len({payload["run"]["id"] for payload in payloads}) == 1
    assert sum(not payload["replayed"] for payload in payloads) == 1


@pytest.mark.parametrize(
    ("bounds", "refusals"),
    [
        ({"from": "0001-01-01"}, []),
        ({"to": "9999-12-31"}, []),
        ({"from": "0001-01-01", "to": "9999-12-31"}, []),
        ({"from": "9999-12-31"}, [("NO_CANDLES", "instrumentIds.0")]),
        ({"to": "0001-01-01"}, [("NO_CANDLES", "instrumentIds.0")]),
    ],
)
async def test_the_calendars_first_and_last_days_are_days(
    asha: Client, asked: dict[str, Any], bounds: dict[str, str], refusals: list[tuple[str, str]]
) -> None:
    """A range may be wider than the candles; beside them it holds none."""
    assert await asha.refusals("StartRun", **asked, **bounds) == refusals


async def test_one_instrument_by_two_spellings_of_its_id_is_not_two(
    asha: Client, asked: dict[str, Any]
) -> None:
    """An id is what the server gave out, to the letter."""
    (instrument,) = asked["instrumentIds"]
    twice = {**asked, "instrumentIds": [instrument, f"{instrument}="]}
    assert await asha.refusals("StartRun", **twice) == [("NOT_FOUND", "instrumentIds.1")]


@pytest.mark.parametrize("capital", ["0", "-1", "1000000000000.0001", "0.00001"])
async def test_a_capital_out_of_bounds_is_refused_with_the_bounds(
    asha: Client, asked: dict[str, Any], capital: str
) -> None:
    """The message says what would do."""
    payload = await asha.ask("StartRun", input={**asked, "capital": capital})
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID", ["capital"])
    assert error["message"] == "An amount is more than 0 and at most 1000000000000, with 4 decimals at most."


async def test_a_null_character_is_refused_wherever_it_stands(asha: Client, asked: dict[str, Any]) -> None:
    """PostgreSQL has no such character: in a variable, in a literal, however deep."""
    config = {"fast": 2, "slow": 5, "quantity": 1, "note": [{"deep": "a\0"}]}
    cases: list[tuple[str, dict[str, Any]]] = [
        (document("Instruments"), {"search": "a\0b"}),
        (document("StartRun"), {"input": {**asked, "idempotencyKey": "a\0b"}}),
        (document("Login"), {"input": {"email": "a\0b@example.com", "password": "x" * 12}}),
        (document("CreateStrategy"), {"input": {"name": "x", "kind": "sma_crossover", "config": config}}),
        (document("CreateStrategy"), {"input": {"name": "x", "kind": "y", "config": {"a\0": 1}}}),
        ('{ instruments(search: "a\\u0000b") { nodes { id } } }', {}),
        ('{ instruments(search: """a\\u0000b""") { nodes { id } } }', {}),
    ]
    codes = [await asha.codes(text, **variables) for text, variables in cases]
    # In a block string the six characters stand for themselves.
    assert codes == [["BAD_USER_INPUT"]] * 6 + [[]]


async def test_a_list_longer_than_a_statement_has_places_is_taken_as_the_set_it_is(asha: Client) -> None:
    """Thirty-four thousand times the same status is one status."""
    query = """query ($f: OrderFilter, $r: RunFilter) {
        orders(filter: $f) { nodes { id } } runs(filter: $r) { nodes { id } } }"""
    many = {"statuses": ["OPEN"] * 34_000}
    assert await asha.codes(query, f=many) == []
    assert await asha.codes(query, r={"statuses": ["QUEUED"] * 26_000}) == []


async def test_settings_that_no_longer_fit_their_kind_start_nothing(
    asha: Client, asked: dict[str, Any], superuser: asyncpg.Connection
) -> None:
    """The refusal names the strategy, which the input has, and says what to do."""
    outgrown = {"fast": 0, "slow": 5, "quantity": 1}
    await superuser.execute("UPDATE strategy_versions SET config = $1", outgrown)
    payload = await asha.ask("StartRun", input=asked)
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID", ["strategyId"])
    assert "update the strategy" in error["message"]


async def test_an_account_that_is_deleted_takes_no_run_up_again(asha: Client, asked: dict[str, Any]) -> None:
    """Its records stay as they are."""
    # given
    account = await paper_account(asha)
    paper = {**asked, "mode": "PAPER", "brokerAccountId": account, "speed": "60"}
    run = (await asha.do("StartRun", **paper))["run"]["id"]
    await asha.do("StopRun", runId=run)
    async with asha.watching("WatchRunProgress", runId=run) as watch:
        while (await watch.next())["status"] != "STOPPED":
            pass

    # when
    await asha.do("DeleteBrokerAccount", id=account)

    # then
    assert await asha.refusals("RestartRun", runId=run) == [("WRONG_STATUS", "runId")]
