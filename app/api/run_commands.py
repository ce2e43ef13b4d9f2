"""Steering runs: commands travel to the engine as inputs of the run, recorded like all the others."""

from typing import Any, NoReturn
from uuid import uuid4

import strawberry
from sqlalchemy import delete, insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.accounts import ACCOUNTS
from app.api.context import Info
from app.api.enums import RunMode, UserErrorCode
from app.api.errors import UserError, refused
from app.api.idempotency import Idempotency
from app.api.inputs import own_row
from app.api.kill_switch import refuse_killed, release_stopped
from app.api.rows import Row, changed, only_row, row_of
from app.api.run_start import FRESH, RUNS, RunPayload, queue, queued, replayed
from app.api.runs import StrategyRun
from app.store.events import append
from app.store.tables import metadata
from app.store.tables.accounts import BrokerAccountStatus
from app.store.tables.strategies import InputKind, RunStatus
from streams.strategies.base import source_hash

INPUTS = metadata.tables["run_inputs"]
ENDED = (RunStatus.STOPPED, RunStatus.COMPLETED, RunStatus.FAILED)
PINNED = (
    *("user_id", "kind", "mode", "strategy_id", "strategy_version_id", "broker_account_id", "strategy_kind"),
    *("config", "instrument_ids", "interval", "from_at", "to_at", "capital", "slippage_bps"),
    *("charge_per_order", "speed", "limits", "options"),
)


@strawberry.input(description="The run to steer.")
class RunInput:
    """The run to steer."""

    run_id: strawberry.ID = strawberry.field(description="The run.")


@strawberry.input(description="The run to stop.")
class StopRunInput(RunInput):
    """The run to stop."""

    square_off: bool = strawberry.field(
        default=False, description="Close its positions at the market first; otherwise they stay as they are."
    )


@strawberry.input(description="The run to take up again.")
class RestartRunInput(RunInput):
    """The run to take up again."""

    idempotency_key: str | None = strawberry.field(
        default=None, description="A name for this request: asked again, it gives the same run."
    )


@strawberry.type(description="What came of deleting a backtest.")
class DeleteRunPayload:
    """What came of deleting a backtest."""

    deleted_run_id: strawberry.ID | None = strawberry.field(default=None, description="The run that is gone.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was done; empty when it was.")


async def pause_run(info: Info, given: RunInput) -> RunPayload:
    """The run takes no new risk from its next candle on."""
    return await _command(info, given, "PAUSE", (RunStatus.QUEUED, RunStatus.RUNNING))


async def resume_run(info: Info, given: RunInput) -> RunPayload:
    """The run takes risk again from its next candle on."""
    return await _command(info, given, "RESUME", (RunStatus.PAUSED,))


async def stop_run(info: Info, given: StopRunInput) -> RunPayload:
    """The run ends once its orders are terminal."""
    active = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)
    return await _command(info, given, "STOP", active, given.square_off)


async def _command(
    info: Info, given: RunInput, command: str, during: tuple[RunStatus, ...], square_off: bool = False
) -> RunPayload:
    viewer = info.context.viewer.user_id
    async with info.context.writing() as session:
        run = await own_row(session, "strategy_runs", "StrategyRun", given.run_id, "runId")
        if command != "STOP":
            _check_mode(run, RunMode.PAPER, f"A backtest is over too soon to {command.lower()} it.")
        _check_status(run, during)
        payload = {"command": command, "squareOff": square_off, "by": str(viewer)}
        values = {
            "run_id": run["id"],
            "user_id": viewer,
            "sequence": None,
            "kind": InputKind.COMMAND.value,
            "payload": payload,
            "at": info.context.api.clock.now(),
        }
        await changed(session, insert(INPUTS).values(values))
    info.context.api.wake()
    return RunPayload(run=StrategyRun.of(run), user_errors=[])


async def restart_run(info: Info, given: RestartRunInput) -> RunPayload:
    """A paper run goes on after its last candle; of a backtest a new run is made."""
    viewer = info.context.viewer.user_id
    async with info.context.writing() as session:
        once = Idempotency(session, viewer, "restartRun", given)
        if answer := await once.first_answer():
            return await replayed(session, answer)
        run = await own_row(session, "strategy_runs", "StrategyRun", given.run_id, "runId")
        again = _repeated if run["mode"] == RunMode.BACKTEST else _continued
        row = await again(info, session, run)
        await once.keep({"runId": str(row["id"])})
        await append(session, viewer, [queued(row)])
    info.context.api.wake()
    return RunPayload(run=StrategyRun.of(row), user_errors=[])


async def _continued(info: Info, session: AsyncSession, run: Row) -> Row:
    _check_status(run, (RunStatus.STOPPED, RunStatus.FAILED))
    account = await only_row(session, select(ACCOUNTS).where(ACCOUNTS.c.id == run["broker_account_id"]))
    if account["status"] == BrokerAccountStatus.DELETED:
        message = "Its account has been deleted: start a run in another one."
        raise refused(UserErrorCode.WRONG_STATUS, message, "runId")
    refuse_killed(account, run["mode"], "runId")
    await release_stopped(session, run, str(info.context.viewer.user_id), info.context.api.clock.now())
    values = {"status": RunStatus.QUEUED.value, "status_reason": None, "ended_at": None}
    statement = update(RUNS).where(RUNS.c.id == run["id"]).values(values).returning(RUNS)
    row = await row_of(session, statement)
    if row is None:
        _raise_changed()
    return row


async def _repeated(info: Info, session: AsyncSession, run: Row) -> Row:
    _check_status(run, ENDED)
    kind = info.context.api.registry.get(run["strategy_kind"])
    if kind is None:
        raise refused(UserErrorCode.NOT_FOUND, "This server no longer has its kind of strategy.", "runId")
    values: dict[str, Any] = {name: run[name] for name in PINNED}
    values |= {"id": uuid4(), "restarted_from_id": run["id"], "code_hash": source_hash(kind)}
    return await queue(session, values | FRESH | {"created_at": info.context.api.clock.now()})


async def delete_run(info: Info, given: RunInput) -> DeleteRunPayload:
    """A backtest that has ended, gone with its results; paper runs are kept for the records."""
    async with info.context.writing() as session:
        run = await own_row(session, "strategy_runs", "StrategyRun", given.run_id, "runId")
        _check_mode(
            run, RunMode.BACKTEST, "Only backtests can be deleted: the rest is the record of the account."
        )
        _check_status(run, ENDED)
        if not await changed(session, delete(RUNS).where(RUNS.c.id == run["id"])):
            _raise_changed()
    return DeleteRunPayload(deleted_run_id=given.run_id, user_errors=[])


def _check_mode(run: Row, mode: RunMode, message: str) -> None:
    if run["mode"] != mode:
        raise refused(UserErrorCode.WRONG_MODE, message, "runId")


def _check_status(run: Row, statuses: tuple[RunStatus, ...]) -> None:
    if run["status"] not in statuses:
        fit = " or ".join(status.lower() for status in statuses)
        message = f"The run is {run['status'].lower()}; this can be done to one that is {fit}."
        raise refused(UserErrorCode.WRONG_STATUS, message, "runId")


def _raise_changed() -> NoReturn:
    message = "The run's status has changed meanwhile: look at it, then ask again."
    raise refused(UserErrorCode.WRONG_STATUS, message, "runId")
