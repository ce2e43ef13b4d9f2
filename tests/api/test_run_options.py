"""How a run trades: what is expected when nothing is said, what is refused, and what comes of it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.api.client import Client, document
from tests.api.markets import completed, crossover, paper_account, started

NAMES = "productType charges slippage { model amount } participationPercent latencyBars intrabarInterval"
OPTIONS = f"query ($id: ID!) {{ run(id: $id) {{ slippageBps options {{ {NAMES} squareOffBefore }} }} }}"


async def options(client: Client, run: str) -> dict[str, Any]:
    """The options of a run."""
    found: dict[str, Any] = (await client.answer(OPTIONS, id=run))["data"]["run"]["options"]
    return found


async def refusals(client: Client, instrument: str, **given: Any) -> list[tuple[list[str], str]]:
    """What startRun says of these options: paths and sentences."""
    asked = {
        "strategyId": await crossover(client),
        "mode": "BACKTEST",
        "instrumentIds": [instrument],
        "interval": "ONE_MINUTE",
        "capital": "100000",
    }
    answer = await client.answer(document("StartRun"), input=asked | given)
    payload = answer["data"]["startRun"]
    assert payload["run"] is None
    return [(error["path"], error["message"]) for error in payload["userErrors"]]


async def test_a_run_within_the_day_is_squared_off_and_pays_the_indian_tariffs(
    asha: Client, instruments: list[str]
) -> None:
    """What a trader expects who says nothing."""
    found = await options(asha, await started(asha, instruments[0]))

    assert found == {
        "productType": "INTRADAY",
        "charges": "INDIAN",
        "slippage": {"model": "BPS", "amount": "0"},
        "participationPercent": None,
        "latencyBars": 0,
        "intrabarInterval": None,
        "squareOffBefore": 15,
    }


async def test_a_charge_of_ones_own_takes_the_place_of_the_tariffs(
    asha: Client, instruments: list[str]
) -> None:
    """Given with the run, or with the account; NONE is nothing."""
    account = await asha.do("CreateBrokerAccount", name="Flat", openingBalance="1", chargePerOrder="20")
    flat = account["brokerAccount"]["id"]
    given: list[dict[str, Any]] = [{"chargePerOrder": "20"}, {"brokerAccountId": flat}, {"charges": "NONE"}]
    runs = [
        await started(asha, instruments[0], name=f"{n}", strategyId=await crossover(asha, f"{n}"), **each)
        for n, each in enumerate(given)
    ]
    assert [(await options(asha, run))["charges"] for run in runs] == ["FLAT", "FLAT", "NONE"]


async def test_everything_said_is_pinned(asha: Client, instruments: list[str]) -> None:
    """As it was said, and again in a run that repeats it."""
    said: dict[str, Any] = {
        "productType": "MARGIN",
        "charges": "INDIAN",
        "slippage": {"model": "TICKS", "amount": "2"},
        "participationPercent": "12.5",
        "latencyBars": 3,
    }
    run = await started(asha, instruments[0], **said)
    await completed(asha, run)
    again = (await asha.do("RestartRun", runId=run))["run"]["id"]

    found = await options(asha, again)

    assert found == await options(asha, run)
    assert {name: found[name] for name in said} == said
    assert found["squareOffBefore"] is None, "it is carried"


@pytest.mark.parametrize(
    ("given", "path", "words"),
    [
        ({"productType": "INTRADAY", "interval": "ONE_DAY"}, "productType", "closed within the day"),
        ({"slippage": {"model": "TICKS", "amount": "1.5"}}, "slippage.amount", "whole number"),
        ({"slippage": {"model": "BPS", "amount": "1"}, "slippageBps": "2"}, "slippage", "not both"),
        ({"participationPercent": "0"}, "participationPercent", "More than 0"),
        ({"participationPercent": "101"}, "participationPercent", "between 0 and 100"),
        ({"latencyBars": -1}, "latencyBars", "0 to 100"),
        ({"intrabarInterval": "ONE_MINUTE"}, "intrabarInterval", "finer"),
        ({"squareOffBefore": 0}, "squareOffBefore", "1 to 180"),
        ({"squareOffBefore": 5, "productType": "MARGIN"}, "squareOffBefore", "Only INTRADAY"),
        ({"chargePerOrder": "20", "charges": "INDIAN"}, "chargePerOrder", "FLAT"),
        ({"limits": {"maxOrdersPerDay": 0}}, "limits.maxOrdersPerDay", "1 or more"),
        ({"limits": {"maxOrderValue": "-1"}}, "limits.maxOrderValue", "more than 0"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_its_path_and_a_sentence(
    asha: Client, instruments: list[str], given: dict[str, Any], path: str, words: str
) -> None:
    """Nothing is started."""
    found = await refusals(asha, instruments[0], **given)

    assert [(".".join(each), words in message) for each, message in found] == [(path, True)], found


async def test_a_strategy_that_trades_a_pair_wants_two_instruments(
    asha: Client, instruments: list[str]
) -> None:
    """And says so before anything is queued."""
    payload = await asha.do("CreateStrategy", name="Pair", kind="pairs_spread", config={})
    found = await refusals(asha, instruments[0], strategyId=payload["strategy"]["id"])

    assert [each for each, _ in found] == [["instrumentIds"]]


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ({"productType": "CNC"}, "productType", "CNC carries them: choose INTRADAY or MARGIN."),
        (
            {"interval": "ONE_DAY"},
            "interval",
            "daily candles show no time within the day: choose shorter ones.",
        ),
    ],
)
async def test_a_strategy_that_ends_its_day_is_not_carried(
    asha: Client, instruments: list[str], given: dict[str, Any], path: str, message: str
) -> None:
    """What is sold again before the close is no delivery and would be charged as one."""
    payload = await asha.do("CreateStrategy", name="Gap", kind="gap_fade", config={})
    found = await refusals(asha, instruments[0], strategyId=payload["strategy"]["id"], **given)

    assert found == [([path], f"The strategy closes its positions at 11:30, and {message}")]


@pytest.mark.parametrize("mode", ["BACKTEST", "PAPER"])
async def test_a_fills_charges_come_in_parts_and_the_days_note_settles_them(
    asha: Client, instruments: list[str], mode: str
) -> None:
    """What the fills cost and what the notes added is what the run's positions were charged."""
    run = await started(asha, instruments[0], mode=mode)
    await completed(asha, run)
    parts = "brokerage stt exchange sebi stamp gst dp rounding"
    query = f"""query ($id: ID!) {{ run(id: $id) {{
        fills(first: 100) {{ nodes {{ charges provisional chargeParts {{ {parts} }} }} }}
        chargeSettlements(first: 100) {{ nodes {{ day charges chargeParts {{ {parts} }} }} }}
        positions(first: 10) {{ nodes {{ charges }} }} }} }}"""

    found = (await asha.answer(query, id=run))["data"]["run"]

    fills, notes = found["fills"]["nodes"], found["chargeSettlements"]["nodes"]
    for each in (*fills, *notes):
        assert sum(map(Decimal, each["chargeParts"].values())) == Decimal(each["charges"])
    assert fills
    assert not any(fill["provisional"] for fill in fills)
    assert {note["day"] for note in notes} == {"2025-01-01", "2025-01-02"}
    charged = sum(Decimal(each["charges"]) for each in found["positions"]["nodes"])
    assert charged == sum(Decimal(each["charges"]) for each in (*fills, *notes))


async def test_every_limit_that_is_set_is_kept_and_pinned(asha: Client, instruments: list[str]) -> None:
    """In the account, and in the runs that are started in it."""
    limits = {
        "maxDailyLoss": "500",
        "maxOpenPositions": 2,
        "capitalAllocation": "50000",
        "perStrategyCap": "40000",
        "maxOrderQuantity": 100,
        "maxOrderValue": "30000",
        "maxAccountDailyLoss": "900",
        "maxOrdersPerDay": 30,
        "maxTradesPerDay": 10,
    }
    account = await paper_account(asha)
    payload = await asha.do("SetRiskLimits", brokerAccountId=account, limits=limits)
    run = await started(asha, instruments[0], brokerAccountId=account)

    assert payload["limits"] == limits
    assert (await asha.ask("Run", id=run))["limits"] == limits


async def test_the_kinds_of_strategies_come_with_their_schemas(asha: Client) -> None:
    """Ten of them, each with its settings described."""
    kinds = await asha.ask("StrategyKinds")

    assert len(kinds) >= 10
    for kind in kinds:
        assert kind["configSchema"]["properties"], kind["key"]
        assert kind["description"], kind["key"]
        assert "  " not in kind["description"], "as a person reads it, without the margin of its source"
