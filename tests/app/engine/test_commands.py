"""What a person may tell a paper run: pause, resume, stop, square off, restart; and how it is recorded."""

import asyncio

import asyncpg
import pytest

from streams.frames import moments
from tests.engines import Engine, trader_of
from tests.traders import PATIENCE
from tests.walks import AGAIN, ENTRY, EXIT, OUT, Walk, zigzag


@pytest.fixture
async def walk(gated: Engine, superuser: asyncpg.Connection) -> Walk:
    """A run of the SMA crossover over the zigzag, not a candle of it let through yet."""
    trader = await trader_of(gated, superuser)
    return Walk(gated, trader, await trader.start(await trader.market((zigzag(),))))


async def statuses(walk: Walk) -> list[str]:
    """The statuses the run has told, in order."""
    events = await walk.trader.events(walk.run_id)
    return [event.payload["status"] for event in events if event.kind == "RUN_STATUS"]


async def to_the_end(walk: Walk) -> None:
    """Opens the gate and waits for the run to complete; its tape must give it again."""
    await walk.engine.gate.open()
    await walk.trader.ended(walk.run_id, beyond=walk.heard)
    await walk.check_tape()


async def test_a_paused_run_takes_no_new_risk_and_gives_back_what_it_has(walk: Walk) -> None:
    """The exit acts; the next entry is refused with the reason; after RESUME the one after that acts."""
    await walk.to(ENTRY + 1)
    await walk.tell("PAUSE", "PAUSED")

    await walk.to(AGAIN)
    assert await walk.placed() == [("intent:0", "BUY", 1), ("intent:1", "SELL", 1)]
    assert await walk.held() == [0]
    (refusal,) = await walk.rows("risk_events")
    assert refusal["rule"] == "trading_state"
    assert "Resume it" in refusal["message"]

    await walk.tell("RESUME", "RUNNING")
    await walk.to(OUT)
    assert len(await walk.placed()) == 2, "a refused target is disarmed until it changes"
    await to_the_end(walk)
    assert await statuses(walk) == ["RUNNING", "PAUSED", "RUNNING", "COMPLETED"]


async def test_a_resumed_run_enters_at_the_next_change(walk: Walk) -> None:
    """Paused while flat and resumed while flat: nothing is lost."""
    await walk.to(EXIT + 1)
    await walk.tell("PAUSE", "PAUSED")
    await walk.tell("RESUME", "RUNNING")
    await walk.to(AGAIN + 1)
    assert await walk.placed() == [("intent:0", "BUY", 1), ("intent:1", "SELL", 1), ("intent:2", "BUY", 1)]
    await to_the_end(walk)


async def test_a_run_may_be_paused_before_its_first_candle(walk: Walk) -> None:
    """The command waits for the run, not the other way round."""
    await walk.tell("PAUSE", "PAUSED")
    await to_the_end(walk)
    assert await walk.placed() == []
    assert {row["rule"] for row in await walk.rows("risk_events")} == {"trading_state"}


async def test_stop_leaves_the_position_and_ends_the_run(walk: Walk) -> None:
    """No order is made for it; lease and time of the end are set in the same entry."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPED")

    assert await walk.held() == [1]
    assert await walk.placed() == [("intent:0", "BUY", 1)]
    row = await walk.trader.run(walk.run_id)
    assert (row["lease_owner"], row["lease_expires_at"]) == (None, None)
    assert row["ended_at"] is not None
    await walk.check_tape()


async def test_stop_withdraws_an_entry_that_rests(walk: Walk) -> None:
    """Cancelled at the broker, then stopped, with nothing held."""
    await walk.to(ENTRY)
    await walk.tell("STOP", "STOPPED")
    assert await walk.states() == ["CANCELLED"]
    assert await walk.held() == []
    assert await statuses(walk) == ["RUNNING", "STOPPING", "STOPPED"]
    await walk.check_tape()


async def test_stop_with_square_off_goes_flat_first(walk: Walk) -> None:
    """STOPPING until the exit has filled at the next open, then STOPPED."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPING", square_off=True)
    assert await walk.held() == [1]

    await walk.engine.gate.open()
    await walk.until("RUN_STATUS", status="STOPPED")

    assert await walk.held() == [0]
    assert await walk.states() == ["FILLED", "FILLED"]
    exit_order = (await walk.rows("orders"))[1]
    assert (exit_order["leg"], exit_order["side"]) == ("EXIT", "SELL")
    assert exit_order["cause"].startswith("command:")
    assert len(await walk.rows("pnl_snapshots")) == ENTRY + 3, "no candle was taken after the last fill"
    await walk.check_tape()


async def test_a_stopping_run_cannot_be_paused(walk: Walk) -> None:
    """A PAUSE that comes too late is recorded and changes neither state nor status."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPING", square_off=True)
    await walk.trader.command(walk.run_id, "PAUSE")
    await walk.engine.gate.open()
    await walk.until("RUN_STATUS", status="STOPPED")
    assert await statuses(walk) == ["RUNNING", "STOPPING", "STOPPED"]
    assert await walk.held() == [0]


async def test_stop_is_heard_before_candles_that_wait(walk: Walk) -> None:
    """A person goes first: with the gate wide open no candle overtakes the command."""
    await walk.to(ENTRY + 1)
    await walk.trader.command(walk.run_id, "STOP")
    await walk.until("RUN_STATUS", status="STOPPED")
    await walk.engine.gate.open()
    assert len(await walk.rows("pnl_snapshots")) == ENTRY + 2


async def test_commands_given_together_are_all_heard(walk: Walk) -> None:
    """Stop, and again with square-off: the second is obeyed too, and none waits for a restart."""
    await walk.to(ENTRY + 1)
    async with walk.engine.store.trading() as connection, connection.transaction():
        for square_off in (False, True, False):
            await connection.execute(
                "INSERT INTO run_inputs (run_id, user_id, kind, payload, at)"
                " VALUES ($1, $2, 'COMMAND', $3, clock_timestamp())",
                *(walk.run_id, walk.trader.user_id, {"command": "STOP", "squareOff": square_off}),
            )
    await walk.until("RUN_STATUS", status="STOPPING")
    await walk.let(ENTRY + 2)
    await walk.until("RUN_STATUS", status="STOPPED")

    assert await walk.held() == [0]
    assert all(row["sequence"] for row in await walk.rows("run_inputs"))
    await walk.restart()
    await to_the_end(walk)


async def test_a_restarted_run_goes_on_after_its_last_candle(walk: Walk) -> None:
    """With its position and its target; no candle is taken twice and none is left out."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPED")

    await walk.restart()
    await walk.to(EXIT + 1)

    assert await walk.placed() == [("intent:0", "BUY", 1), ("intent:1", "SELL", 1)]
    assert await walk.held() == [0]
    await to_the_end(walk)
    taken = [
        row["payload"]["candles"][0][0] for row in await walk.rows("run_inputs") if row["kind"] == "CANDLES"
    ]
    assert taken == moments((zigzag(),)).tolist()
    assert await statuses(walk) == ["RUNNING", "STOPPING", "STOPPED", "RUNNING", "COMPLETED"]


async def test_a_restart_after_square_off_waits_for_the_target_to_change(walk: Walk) -> None:
    """What was closed by hand is not bought back on the next candle."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPING", square_off=True)
    await walk.let(ENTRY + 2)
    await walk.until("RUN_STATUS", status="STOPPED")

    await walk.restart()
    await walk.to(AGAIN - 1)
    assert len(await walk.placed()) == 2
    await walk.to(AGAIN)
    assert len(await walk.placed()) == 3
    await to_the_end(walk)


async def test_progress_goes_on_where_it_stood_after_a_restart(walk: Walk) -> None:
    """It is the share of the whole run, not of what is left."""
    await walk.to(ENTRY + 1)
    await walk.tell("STOP", "STOPPED")
    before = (await walk.trader.run(walk.run_id))["progress"]
    await walk.restart()
    await walk.to(ENTRY + 2)
    after = (await walk.trader.run(walk.run_id))["progress"]
    assert 0 < before < after < 1
    await to_the_end(walk)
    assert (await walk.trader.run(walk.run_id))["progress"] == 1


async def test_a_command_whose_write_was_refused_is_delivered_again(
    walk: Walk, superuser: asyncpg.Connection
) -> None:
    """The run loses its lease while it obeys; the same engine claims it anew, and hears the command anew."""
    await walk.to(ENTRY + 1)
    await superuser.execute("UPDATE strategy_runs SET fencing_token = 7 WHERE id = $1", walk.run_id)
    (driving,) = [task for task in walk.engine.tasks() if task.get_name().startswith("run ")]
    await walk.trader.command(walk.run_id, "STOP")
    await asyncio.wait({driving}, timeout=PATIENCE)
    assert (await walk.trader.run(walk.run_id))["status"] == "RUNNING"

    await superuser.execute("UPDATE strategy_runs SET lease_expires_at = now() WHERE id = $1", walk.run_id)
    walk.trader.wake()

    await walk.until("RUN_STATUS", status="STOPPED")
    commands = [row for row in await walk.rows("run_inputs") if row["kind"] == "COMMAND"]
    assert [row["payload"]["command"] for row in commands] == ["STOP"]
    assert await walk.held() == [1]
    await walk.check_tape()
