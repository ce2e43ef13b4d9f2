"""The contract's conventions: scalars, columns, idempotency, user errors."""

import asyncio
from typing import Any

import pytest

from tests.api.client import Client, document
from tests.api.markets import BARS, SESSIONS, completed, crossover, paper_account, started


@pytest.mark.parametrize("amount", ["1e3", "NaN", "Infinity", "1,000", "٣", 1.5, "", "-"])
async def test_an_amount_that_is_not_plain_is_refused(asha: Client, amount: Any) -> None:
    """Decimal takes plain notation and nothing else, as a variable and as a literal."""
    given = {"name": "Paper", "openingBalance": amount}
    assert await asha.codes(document("CreateBrokerAccount"), input=given) == ["BAD_USER_INPUT"]


async def test_times_without_a_zone_are_refused(asha: Client, instruments: list[str]) -> None:
    """DateTime is RFC 3339 with its offset."""
    query = document("Candles")
    given = {"instrumentId": instruments[0], "interval": "ONE_MINUTE"}
    for wrong in ("2025-01-01", "2025-01-01T09:15:00", "2025-W01-1T09:15:00Z", "2025-13-01T09:15:00Z"):
        assert await asha.codes(query, **given, **{"from": wrong}) == ["BAD_USER_INPUT"]


async def test_candles_come_as_columns_within_their_bounds(asha: Client, instruments: list[str]) -> None:
    """A range in any offset; a series condensed to so many points keeps its extremes and its volume."""
    # given
    given = {"instrumentId": instruments[0], "interval": "ONE_MINUTE"}

    # when
    whole = await asha.ask("Candles", **given)
    morning = {"from": "2025-01-01T09:15:00+05:30", "to": "2025-01-01T09:45:00+05:30"}
    part = await asha.ask("Candles", **given, **morning)
    few = await asha.ask("Candles", **given, points=7)

    # then
    assert len(whole["time"]) == whole["condensedFrom"] == SESSIONS * BARS
    assert part["time"] == whole["time"][:30]
    assert part["time"][0] == "2025-01-01T03:45:00Z"
    assert (len(few["time"]), few["condensedFrom"]) == (7, SESSIONS * BARS)
    assert (max(few["high"]), min(few["low"])) == (max(whole["high"]), min(whole["low"]))
    assert sum(few["volume"]) == sum(whole["volume"])
    assert (few["open"][0], few["close"][-1]) == (whole["open"][0], whole["close"][-1])


async def test_instruments_are_found_by_the_start_of_their_symbol_first(
    asha: Client, instruments: list[str]
) -> None:
    """A search is by symbol and name, and can be narrowed."""
    found = (await asha.ask("Instruments", search="test"))["nodes"]
    assert [each["key"] for each in found] == ["NSE:TEST0", "NSE:TEST1", "NSE:TESTINDEX"]
    (index,) = (await asha.ask("Instruments", search="test", kind="INDEX"))["nodes"]
    assert (index["symbol"], index["tradable"]) == ("TESTINDEX", False)
    (first, *_) = (await asha.ask("Instruments", search="testindex"))["nodes"]
    assert first["symbol"] == "TESTINDEX"
    assert [(await asha.ask("Instruments", search=each))["nodes"] for each in ("t%t", "T_ST0", "\\")] == [
        []
    ] * 3


async def test_a_keyed_start_asked_twice_makes_one_run(asha: Client, instruments: list[str]) -> None:
    """The same key and input give the first answer again, even at the same moment."""
    # given
    given = {
        "strategyId": await crossover(asha),
        "mode": "BACKTEST",
        "instrumentIds": [instruments[0]],
        "interval": "ONE_MINUTE",
        "capital": "100000",
        "idempotencyKey": "once",
    }

    # when
    payloads = await asyncio.gather(*(asha.do("StartRun", **given) for _ in range(4)))

    # then
    assert len({payload["run"]["id"] for payload in payloads}) == 1
    assert sorted(payload["replayed"] for payload in payloads) == [False, True, True, True]
    assert len((await asha.ask("Runs"))["nodes"]) == 1
    other = {**given, "capital": "200000"}
    assert await asha.refusals("StartRun", **other) == [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")]


async def test_a_start_is_refused_with_every_reason(asha: Client, instruments: list[str]) -> None:
    """Each refusal has its code and path, and the message says what would do."""
    # given
    strategy, account = await crossover(asha), await paper_account(asha)
    good = {
        "strategyId": strategy,
        "mode": "PAPER",
        "brokerAccountId": account,
        "instrumentIds": [instruments[0]],
        "interval": "ONE_MINUTE",
        "capital": "100000",
    }
    cases: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
        ({"strategyId": account}, [("NOT_FOUND", "strategyId")]),
        ({"brokerAccountId": None}, [("INVALID", "brokerAccountId")]),
        ({"instrumentIds": []}, [("INVALID", "instrumentIds")]),
        ({"instrumentIds": [strategy]}, [("NOT_FOUND", "instrumentIds.0")]),
        ({"instrumentIds": [instruments[0], instruments[2]]}, [("NOT_TRADABLE", "instrumentIds.1")]),
        ({"instrumentIds": [instruments[1]]}, [("LOT_SIZE", "instrumentIds.0")]),
        ({"interval": "FIVE_MINUTES"}, [("NO_CANDLES", "instrumentIds.0")]),
        ({"from": "2025-02-01"}, [("NO_CANDLES", "instrumentIds.0")]),
        ({"from": "2025-01-02", "to": "2025-01-01"}, [("INVALID", "to")]),
        ({"mode": "BACKTEST", "speed": "60"}, [("INVALID", "speed")]),
        ({"capital": "0", "slippageBps": "1001"}, [("INVALID", "capital"), ("INVALID", "slippageBps")]),
        ({"limits": {"maxOpenPositions": 0}}, [("INVALID", "limits.maxOpenPositions")]),
    ]

    # then
    for change, expected in cases:
        assert await asha.refusals("StartRun", **{**good, **change}) == expected, change
    payload = await asha.ask("StartRun", input={**good, "from": "2025-02-01"})
    assert "from 2025-01-01 to 2025-01-02" in payload["userErrors"][0]["message"]
    assert (await asha.ask("Runs"))["nodes"] == []


async def test_a_run_takes_what_it_is_not_told_from_its_account(asha: Client, instruments: list[str]) -> None:
    """Slippage, charge and limits default to the account's, the strategy's own limits first."""
    # given
    made = await asha.do(
        "CreateBrokerAccount", name="Dear", openingBalance="5", slippageBps="2.5", chargePerOrder="20"
    )
    account, strategy = made["brokerAccount"]["id"], await crossover(asha)
    await asha.do("SetRiskLimits", brokerAccountId=account, limits={"maxDailyLoss": "5000"})
    given = {
        "strategyId": strategy,
        "mode": "BACKTEST",
        "brokerAccountId": account,
        "instrumentIds": [instruments[0]],
        "interval": "ONE_MINUTE",
        "capital": "100000",
    }

    # when
    plain = await asha.ask("Run", id=(await asha.do("StartRun", **given))["run"]["id"])
    own = {"maxOpenPositions": 2}
    await asha.do("SetRiskLimits", brokerAccountId=account, strategyId=strategy, limits=own)
    narrowed = await asha.ask("Run", id=(await asha.do("StartRun", **given))["run"]["id"])

    # then
    assert (plain["slippageBps"], plain["chargePerOrder"]) == ("2.5", "20")
    assert (plain["limits"]["maxDailyLoss"], plain["limits"]["maxOpenPositions"]) == ("5000", None)
    assert (narrowed["limits"]["maxDailyLoss"], narrowed["limits"]["maxOpenPositions"]) == (None, 2)


async def test_a_strategys_settings_are_checked_and_kept_by_version(asha: Client) -> None:
    """Refusals carry the setting's path; each change is a version of its own."""
    # given
    bad = {"name": "Bad", "kind": "sma_crossover", "config": {"fast": 1, "slow": 500}}
    assert await asha.refusals("CreateStrategy", **bad) == [
        ("INVALID", "config.fast"),
        ("INVALID", "config.slow"),
    ]
    assert await asha.refusals("CreateStrategy", **{**bad, "kind": "magic"}) == [("NOT_FOUND", "kind")]
    strategy = await crossover(asha, "Mine")
    assert await asha.refusals("CreateStrategy", **{**bad, "name": "mine", "config": {}}) == [
        ("TAKEN", "name")
    ]

    # when
    changed = await asha.do("UpdateStrategy", id=strategy, config={"fast": 3, "slow": 9, "quantity": 1})

    # then
    assert changed["strategy"]["version"]["version"] == 2
    query = "query ($id: ID!) { node(id: $id) { ... on Strategy { versions { version config } } } }"
    versions = (await asha.answer(query, id=strategy))["data"]["node"]["versions"]
    assert [(each["version"], each["config"]["fast"]) for each in versions] == [(2, 3), (1, 2)]
    await asha.do("ArchiveStrategy", id=strategy)
    assert (await asha.ask("Strategies"))["nodes"] == []
    assert len((await asha.ask("Strategies", archived=True))["nodes"]) == 1


async def test_runs_are_deleted_only_when_they_are_backtests_that_ended(
    asha: Client, instruments: list[str]
) -> None:
    """A paper run is the account's record; a backtest can be repeated and deleted."""
    # given
    backtest = await started(asha, instruments[0])
    paper = await started(asha, instruments[0], mode="PAPER")
    await completed(asha, backtest)
    await completed(asha, paper)

    # when
    again = (await asha.do("RestartRun", runId=backtest))["run"]["id"]
    await completed(asha, again)
    reports = [await asha.ask("BacktestReport", runId=run) for run in (backtest, again)]
    await asha.do("DeleteRun", runId=backtest)

    # then
    assert reports[0] == reports[1]
    assert await asha.ask("Run", id=backtest) is None
    assert (await asha.ask("Run", id=again))["restartedFrom"] is None
    assert await asha.refusals("DeleteRun", runId=paper) == [("WRONG_MODE", "runId")]
    assert await asha.refusals("PauseRun", runId=again) == [("WRONG_MODE", "runId")]
    assert await asha.refusals("RestartRun", runId=paper) == [("WRONG_STATUS", "runId")]


async def test_an_account_in_use_is_not_deleted(asha: Client, instruments: list[str]) -> None:
    """A deleted account keeps its records and frees its name."""
    # given
    account = await paper_account(asha)
    run = await started(asha, instruments[0], mode="PAPER", brokerAccountId=account, speed="60")

    # then
    assert await asha.refusals("DeleteBrokerAccount", id=account) == [("IN_USE", "id")]
    await asha.do("StopRun", runId=run)
    await completed(asha, run, "STOPPED")
    await asha.do("DeleteBrokerAccount", id=account)
    assert account not in [each["id"] for each in await asha.ask("BrokerAccounts")]
    assert await asha.refusals("UpdateBrokerAccount", id=account, name="Again") == [("NOT_FOUND", "id")]
    await paper_account(asha)
