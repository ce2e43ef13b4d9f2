"""What the demonstration does once it has an account: the main job, through GraphQL only."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

from app.demo.account import INTERVAL, DemoAccount, sessions
from app.demo.client import Client
from app.importing.synthetic import PREFIX

IST = timezone(timedelta(hours=5, minutes=30), "IST")
SPEED = "60"
CAPITAL = "1000000"
CONFIG = {"fast": 5, "slow": 15, "quantity": 25}
LIMITS = {"maxOpenPositions": 2, "maxDailyLoss": "5000"}
"""Two positions at most, of four instruments: something is soon refused, and says why."""


async def start(client: Client, account: DemoAccount) -> str:
    """Signs in, opens a paper account, makes a strategy and starts a paper run; the run's id."""
    session = await client.ask("Login", input={"email": account.email, "password": account.password})
    client.signed_in(session["login"]["accessToken"])
    paper = await client.ask(
        "CreateBrokerAccount",
        input={"name": "Paper", "openingBalance": CAPITAL, "slippageBps": "2"},
    )
    strategy = await client.ask(
        "CreateStrategy", input={"name": "SMA 5/15", "kind": "sma_crossover", "config": CONFIG}
    )
    instruments = await client.ask("Instruments", search=PREFIX)
    run = await client.ask(
        "StartRun",
        input={
            "strategyId": strategy["createStrategy"]["strategy"]["id"],
            "mode": "PAPER",
            "brokerAccountId": paper["createBrokerAccount"]["brokerAccount"]["id"],
            "instrumentIds": [each["id"] for each in instruments["instruments"]["nodes"]],
            "interval": INTERVAL.name,
            "from": sessions()[-1].isoformat(),
            "to": sessions()[-1].isoformat(),
            "capital": CAPITAL,
            "speed": SPEED,
            "limits": LIMITS,
        },
    )
    return str(run["startRun"]["run"]["id"])


async def watch(client: Client, run_id: str) -> AsyncIterator[str]:
    """What happens in the run, a line each, until it is over."""
    async for data in client.follow("WatchEvents", filter={"runId": run_id}):
        event = data["events"]
        if (line := told(event)) is not None:
            yield line
        if event.get("runStatus") in ("COMPLETED", "STOPPED", "FAILED"):
            return


def told(event: dict[str, Any]) -> str | None:
    """An event as a person reads it; None for what would only be noise."""
    teller = _TELLERS.get(event["__typename"])
    return None if teller is None else teller(event)


def _filled(event: dict[str, Any]) -> str:
    fill = event["fill"]
    traded = datetime.fromisoformat(fill["tradedAt"]).astimezone(IST)
    what = f"{fill['side']:<4} {fill['quantity']} {fill['instrument']['symbol']}"
    return f"  {traded:%H:%M} {what} filled at ₹{fill['price']}"


def _refused(event: dict[str, Any]) -> str:
    refusal = event["riskEvent"]
    return f"        {refusal['instrument']['symbol']} refused: {refusal['message']}"


def _status(event: dict[str, Any]) -> str:
    return f"        the run is {event['runStatus']}"


_TELLERS = {"OrderFilled": _filled, "RiskAlerted": _refused, "RunStatusChanged": _status}
