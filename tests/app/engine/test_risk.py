"""Refusals in the ledger: rule, limit, observed value and a sentence; and caps that span runs."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from app.store.driver import to_moment
from streams.risk import RULES
from tests.builders import MINUTE, START, candles
from tests.engines import Engine, trader_of
from tests.traders import Trader
from tests.walks import AGAIN, ENTRY, Walk, zigzag

TEN = {"config": {"fast": 2, "slow": 3, "quantity": 10}}


@pytest.mark.parametrize(
    ("columns", "limit", "observed", "sentence"),
    [
        pytest.param(
            {**TEN, "capital": Decimal(1000)},
            "1000.0000",
            "1020.0000",
            "This order would put ₹1,020.00 to work; the run's capital is ₹1,000.00.",
            id="capital_allocation",
        ),
        pytest.param(
            {**TEN, "limits": {"per_strategy_cap": "1019.9999"}},
            "1019.9999",
            "1020.0000",
            "The strategy would be exposed by ₹1,020.00; its cap is ₹1,020.00.",
            id="per_strategy_cap",
        ),
    ],
)
async def test_an_entry_too_large_is_refused_with_its_numbers(
    request: pytest.FixtureRequest,
    trader: Trader,
    columns: dict[str, Any],
    limit: str,
    observed: str,
    sentence: str,
) -> None:
    """Ten shares at a last price of 102."""
    run_id = await trader.start(await trader.market((zigzag(),)), **columns)
    await trader.ended(run_id)

    first, *_ = await trader.rows("risk_events", run_id)

    assert first["rule"] == request.node.callspec.id
    assert (first["limit_value"], first["observed_value"]) == (Decimal(limit), Decimal(observed))
    assert first["message"] == sentence
    assert "intent:0" not in [row["cause"] for row in await trader.rows("orders", run_id)]


async def test_a_day_s_loss_stops_new_risk_and_is_recorded(trader: Trader) -> None:
    """One rupee earned, two charges of twenty paid: 39 lost, which is the limit."""
    columns: dict[str, Any] = {"limits": {"max_daily_loss": "39"}, "charge_per_order": Decimal(20)}
    run_id = await trader.start(await trader.market((zigzag(),)), **columns)
    await trader.ended(run_id)

    (refusal,) = await trader.rows("risk_events", run_id)

    assert (refusal["rule"], refusal["limit_value"], refusal["observed_value"]) == ("max_daily_loss", 39, 39)
    assert refusal["message"] == "Today's loss of ₹39.00 has reached the limit of ₹39.00."
    assert refusal["kind"] == "REFUSED"
    assert refusal["candle_at"] == to_moment(START + AGAIN * MINUTE)


async def test_one_position_too_many_is_refused(trader: Trader) -> None:
    """Two instruments rise at once; the limit is one, a count and not an amount."""
    both = (zigzag(), replace(zigzag(), instrument="NSE:OTHER"))
    run_id = await trader.start(await trader.market(both), limits={"max_open_positions": 1})
    await trader.ended(run_id)

    first, *_ = await trader.rows("risk_events", run_id)

    assert (first["rule"], first["limit_value"], first["observed_value"]) == ("max_open_positions", 1, 2)
    assert first["message"] == "This would be open position number 2; the limit is 1."


async def test_a_refused_trade_is_in_the_ledger_with_its_verdicts(trader: Trader) -> None:
    """Whoever asks why nothing was bought finds every rule that was asked, and the one that said no."""
    run_id = await trader.start(
        await trader.market((zigzag(),)), limits={"max_daily_loss": "5", "per_strategy_cap": "1"}
    )
    await trader.ended(run_id)

    refusal, *_ = await trader.rows("risk_events", run_id)
    trade, *_ = await trader.rows("trades", run_id)

    assert (refusal["trade_id"], trade["verdict"]) == (trade["id"], "REFUSED")
    verdicts = trade["verdicts"]["verdicts"]
    rules = [each["rule"] for each in verdicts]
    assert rules == [each.key for each in RULES if each.key in rules], "in their order"
    assert {"trading_state", "kill_switch", "market_hours", "capital_allocation"} <= {*rules}
    assert rules[-1] == "per_strategy_cap"
    assert [each["passed"] for each in verdicts] == [True] * (len(rules) - 1) + [False]


class Pair:
    """Two runs of one strategy: the first is in a position of ₹103 when the second wants one of ₹102."""

    def __init__(self, engine: Engine, first: Walk, second: Walk) -> None:
        self.engine, self.first, self.second = engine, first, second

    async def to_the_second_s_decision(self) -> None:
        """The second's market begins ten minutes after the first's."""
        await self.first.to(ENTRY + 1)
        await self.second.to(10 + ENTRY)


async def pair(engine: Engine, one: Trader, other: Trader, cap: str) -> Pair:
    """Starts both; the first stays long on a price that no longer moves."""
    rising = [100.0, 101.0, 102.0, 103.0, *[103.0] * 30]
    late = replace(zigzag(), time=zigzag().time + 10 * MINUTE)
    limits = {"per_strategy_cap": cap}
    first = await one.start(await one.market((candles(rising),)), limits=limits)
    await one.until(first, "RUN_STATUS", status="RUNNING")
    second = await other.start(await other.market((late,)), limits=limits)
    await other.until(second, "RUN_STATUS", status="RUNNING")
    return Pair(engine, Walk(engine, one, first), Walk(engine, other, second))


async def test_a_strategy_s_cap_counts_its_other_run(gated: Engine, superuser: asyncpg.Connection) -> None:
    """103 held there and 102 wanted here are more than 204; the tape remembers what was held there."""
    trader = await trader_of(gated, superuser)
    runs = await pair(gated, trader, trader, "204")

    await runs.to_the_second_s_decision()

    assert await runs.first.held() == [1]
    (refusal,) = await runs.second.rows("risk_events")
    assert (refusal["rule"], refusal["observed_value"]) == ("per_strategy_cap", Decimal(205))
    assert await runs.second.rows("orders") == []
    await gated.gate.open()
    for run in (runs.first, runs.second):
        await trader.ended(run.run_id)
        await run.check_tape()


async def test_a_cap_that_holds_both_permits_both(gated: Engine, superuser: asyncpg.Connection) -> None:
    """To the rupee: reaching the limit is permitted."""
    trader = await trader_of(gated, superuser)
    runs = await pair(gated, trader, trader, "205")
    await runs.to_the_second_s_decision()
    assert await runs.second.rows("risk_events") == []
    assert len(await runs.second.rows("orders")) == 1


async def test_another_user_s_runs_do_not_count(gated: Engine, superuser: asyncpg.Connection) -> None:
    """A strategy is one of an account's."""
    runs = await pair(gated, await trader_of(gated, superuser), await trader_of(gated, superuser), "204")
    await runs.to_the_second_s_decision()
    assert len(await runs.second.rows("orders")) == 1


async def test_a_run_that_is_over_counts_no_more(gated: Engine, superuser: asyncpg.Connection) -> None:
    """Stopped, its exposure is no longer the engine's to watch."""
    trader = await trader_of(gated, superuser)
    runs = await pair(gated, trader, trader, "204")
    await runs.first.to(ENTRY + 1)
    await runs.first.tell("STOP", "STOPPED")
    await runs.second.to(10 + ENTRY)
    assert len(await runs.second.rows("orders")) == 1
