"""The main job through GraphQL alone: from registration to the figures of a run."""

from decimal import Decimal

from tests.api.client import Client
from tests.api.markets import BARS, SESSIONS, completed, started


async def test_a_backtest_is_started_watched_and_read(asha: Client, instruments: list[str]) -> None:
    """A backtest's status and progress are told, and the same queries read its results."""
    # given
    run_id = await started(asha, instruments[0], chargePerOrder="20")

    # when
    await completed(asha, run_id)

    # then
    run = await asha.ask("Run", id=run_id)
    assert (run["status"], run["progress"]) == ("COMPLETED", "1")
    report = await asha.ask("BacktestReport", runId=run_id)
    assert report["candles"] == SESSIONS * BARS
    orders = (await asha.ask("Orders", filter={"runId": run_id}))["nodes"]
    assert orders
    assert all(order["status"] == "FILLED" for order in orders)
    assert all(sum(fill["quantity"] for fill in order["fills"]) == order["quantity"] for order in orders)
    trades = (await asha.ask("Trades", filter={"runId": run_id}))["nodes"]
    assert sum(Decimal(trade["realisedPnl"]) for trade in trades) == Decimal(report["realisedPnl"])
    pnl = await asha.ask("Pnl", filter={"runId": run_id})
    assert pnl["equity"][-1] == report["finalEquity"]
    assert pnl["realised"] is None
    (position,) = (await asha.ask("Positions", filter={"runId": run_id}))["nodes"]
    assert Decimal(position["unrealisedPnl"]) == Decimal(report["unrealisedPnl"])


async def test_a_paper_run_tells_of_everything_it_does(asha: Client, instruments: list[str]) -> None:
    """Intents, decisions, orders, fills, positions and P&L of a paper run arrive as events, then as rows."""
    # given
    async with asha.watching("WatchEvents") as watch:
        run_id = await started(asha, instruments[0], mode="PAPER")

        # when
        seen = [await watch.next()]
        while seen[-1].get("runStatus") != "COMPLETED":
            seen.append(await watch.next())

    # then
    kinds = {event["kind"] for event in seen}
    assert kinds >= {"INTENT", "DECISION", "ORDER", "FILL", "TRADE", "POSITION", "PNL", "RUN_PROGRESS"}
    filled = [event["fill"] for event in seen if event["__typename"] == "OrderFilled"]
    orders = (await asha.ask("Orders", filter={"runId": run_id}, first=100))["nodes"]
    kept = [fill for order in orders for fill in order["fills"]]
    assert sorted(fill["id"] for fill in kept) == sorted(fill["id"] for fill in filled)
    last = [event for event in seen if event["__typename"] == "PnlChanged"][-1]
    pnl = await asha.ask("Pnl", filter={"runId": run_id})
    place = pnl["time"].index(last["struckAt"])
    assert (pnl["equity"][place], pnl["realised"][place]) == (last["equity"], last["realised"])


async def test_a_run_is_paused_resumed_and_stopped_with_a_square_off(
    asha: Client, instruments: list[str]
) -> None:
    """Commands reach the engine, and its answer comes as events."""
    # given
    async with asha.watching("WatchEvents", filter={"kinds": ["RUN_STATUS"]}) as watch:
        run_id = await started(asha, instruments[0], mode="PAPER", speed="600")
        await watch.until("RunStatusChanged", runStatus="RUNNING")

        # when
        await asha.do("PauseRun", runId=run_id)
        await watch.until("RunStatusChanged", runStatus="PAUSED")
        await asha.do("ResumeRun", runId=run_id)
        await watch.until("RunStatusChanged", runStatus="RUNNING")
        await asha.do("StopRun", runId=run_id, squareOff=True)
        await watch.until("RunStatusChanged", runStatus="STOPPED")

    # then
    positions = (await asha.ask("Positions", filter={"runId": run_id}))["nodes"]
    assert all(position["quantity"] == 0 for position in positions)
    assert await asha.refusals("StopRun", runId=run_id) == [("WRONG_STATUS", "runId")]


async def test_what_risk_refuses_is_told_with_its_numbers(asha: Client, instruments: list[str]) -> None:
    """A refusal is the same in a backtest's results, in the audit of a paper run and as an event."""
    # given
    limits = {"capitalAllocation": "1"}
    backtest = await started(asha, instruments[0], limits=limits)

    # when
    async with asha.watching("WatchRiskAlerts") as alerts:
        paper = await started(asha, instruments[0], mode="PAPER", limits=limits)
        alert = (await alerts.next())["riskEvent"]
    await completed(asha, paper)
    await completed(asha, backtest)

    # then
    assert (alert["rule"], alert["limit"]) == ("capital_allocation", "1")
    told = [
        [
            {name: event[name] for name in ("rule", "limit", "observed", "candleAt", "message")}
            for event in (await asha.ask("RiskEvents", filter={"runId": run}, first=100))["nodes"]
        ]
        for run in (backtest, paper)
    ]
    assert told[0]
    assert told[0] == told[1]
