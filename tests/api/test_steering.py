"""Every command in every status: done where it makes sense, refused with what would do elsewhere."""

import asyncpg
import pytest

from app.store.tables.strategies import RunStatus
from tests.api.client import Client
from tests.api.markets import completed, started

COMMANDS = ("PauseRun", "ResumeRun", "StopRun", "RestartRun")
ALLOWED = {
    RunStatus.RUNNING: {"PauseRun", "StopRun"},
    RunStatus.PAUSED: {"ResumeRun", "StopRun"},
    RunStatus.STOPPING: set(),
    RunStatus.STOPPED: {"RestartRun"},
    RunStatus.FAILED: {"RestartRun"},
    RunStatus.COMPLETED: set(),
}
# Held by an engine that is not this server's, so that nobody acts on what is commanded here.
ELSEWHERE = """
    UPDATE strategy_runs
    SET status = $1, lease_owner = 'elsewhere', lease_expires_at = now() + interval '10 seconds'
"""


@pytest.mark.parametrize("status", ALLOWED)
async def test_a_command_is_taken_in_the_statuses_it_is_for(
    asha: Client, instruments: list[str], superuser: asyncpg.Connection, status: RunStatus
) -> None:
    """Of a paper run; the refusal names the status it has and those that would do."""
    # given
    run = await started(asha, instruments[0], mode="PAPER")
    await completed(asha, run)
    await superuser.execute(ELSEWHERE, status.value)

    # when
    payloads = {name: await asha.ask(name, input={"runId": run}) for name in COMMANDS}

    # then
    taken = {name for name, payload in payloads.items() if not payload["userErrors"]}
    assert taken == ALLOWED[status]
    for name in set(COMMANDS) - taken:
        (error,) = payloads[name]["userErrors"]
        assert error["code"] == "WRONG_STATUS"
        assert f"The run is {status.lower()}; this can be done to one that is" in error["message"]
