"""Two users over the API: neither sees, nor touches, nor can tell of the other's."""

from typing import Any

from tests.api.client import Client, document
from tests.api.markets import completed, crossover, paper_account, started

LISTS = ("Runs", "Orders", "Trades", "Positions", "RiskEvents", "SystemLogs", "Strategies")


async def test_lists_hold_only_what_is_the_viewers(
    asha: Client, ravi: Client, instruments: list[str]
) -> None:
    """After one user's run the other's lists are empty."""
    # given
    await completed(asha, await started(asha, instruments[0], mode="PAPER"))

    # then
    for name in LISTS:
        assert (await ravi.ask(name))["nodes"] == [], name
    assert await ravi.ask("BrokerAccounts") == []
    assert (await ravi.ask("RiskStatus"))["accounts"] == []
    assert (await asha.ask("Orders"))["nodes"]


async def test_anothers_id_and_an_unknown_one_get_the_same_answer(
    asha: Client, ravi: Client, instruments: list[str]
) -> None:
    """By node, by run, by filter: nothing tells that it exists."""
    # given
    backtest = await started(asha, instruments[0])
    await completed(asha, backtest)
    order = (await asha.ask("Orders", filter={"runId": backtest}))["nodes"][0]["id"]
    ids = [backtest, order, "bm9uc2Vuc2U", instruments[0]]

    # when
    mine, theirs = [
        (await client.answer("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))["data"]["nodes"]
        for client in (asha, ravi)
    ]

    # then
    assert [node and node["id"] for node in mine] == [backtest, order, None, instruments[0]]
    assert [node and node["id"] for node in theirs] == [None, None, None, instruments[0]]
    assert await ravi.ask("Run", id=backtest) is None
    assert await ravi.ask("BacktestReport", runId=backtest) is None
    assert (await ravi.ask("Orders", filter={"runId": backtest}))["nodes"] == []
    assert (await ravi.ask("Pnl", filter={"runId": backtest}))["time"] == []


async def test_anothers_things_cannot_be_changed(asha: Client, ravi: Client, instruments: list[str]) -> None:
    """Every mutation that names something of another's finds nothing."""
    # given
    account, strategy = await paper_account(asha), await crossover(asha)
    run = await started(asha, instruments[0])
    await completed(asha, run)
    own = {"mode": "PAPER", "instrumentIds": [instruments[0]], "interval": "ONE_MINUTE", "capital": "1"}

    # then
    attempts: list[tuple[str, dict[str, Any], str]] = [
        ("UpdateBrokerAccount", {"id": account, "name": "Mine"}, "id"),
        ("DeleteBrokerAccount", {"id": account}, "id"),
        ("SetRiskLimits", {"brokerAccountId": account, "limits": {}}, "brokerAccountId"),
        ("UpdateStrategy", {"id": strategy, "name": "Mine"}, "id"),
        ("ArchiveStrategy", {"id": strategy}, "id"),
        ("StopRun", {"runId": run}, "runId"),
        ("PauseRun", {"runId": run}, "runId"),
        ("RestartRun", {"runId": run}, "runId"),
        ("DeleteRun", {"runId": run}, "runId"),
        ("StartRun", {"strategyId": strategy, "brokerAccountId": account, **own}, "strategyId"),
        (
            "StartRun",
            {"strategyId": await crossover(ravi), "brokerAccountId": account, **own},
            "brokerAccountId",
        ),
    ]
    for name, given, path in attempts:
        assert await ravi.refusals(name, **given) == [("NOT_FOUND", path)], name


async def test_nobody_watches_another_users_events(
    asha: Client, ravi: Client, instruments: list[str]
) -> None:
    """A run is told to its owner; a cursor is good in its owner's hands alone."""
    # given
    cursor = (await asha.ask("Me"))["eventCursor"]
    start = (await ravi.ask("Me"))["eventCursor"]

    # when
    await completed(asha, await started(asha, instruments[0]))
    await crossover(ravi)

    # then
    async with ravi.watching("WatchEvents", after=start) as watch:
        assert (await watch.next())["kind"] == "STRATEGY_CHANGED"
    async with ravi.watching("WatchEvents", after=cursor) as watch:
        errors = (await watch.payload())["errors"]
        assert errors[0]["extensions"]["code"] == "CURSOR_INVALID"
        restart = errors[0]["extensions"]["startAfter"]
    assert restart == (await ravi.ask("Me"))["eventCursor"]
    run = await started(asha, instruments[0], name="Second", strategyId=await crossover(asha, "Third"))
    async with ravi.socket() as socket:
        await socket.subscribe("1", document("WatchRunProgress"), {"runId": run})
        assert (await socket.next())["payload"]["errors"][0]["extensions"]["code"] == "NOT_FOUND"
