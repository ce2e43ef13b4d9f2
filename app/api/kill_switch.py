"""The kill switch of an account: no run in it takes new risk until it is released; exits still act."""

from typing import Any

import strawberry
from sqlalchemy import insert, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.account_changes import ACTIVE, RUNS, BrokerAccountPayload, active_account
from app.api.accounts import ACCOUNTS, BrokerAccount
from app.api.context import Info
from app.api.enums import EventKind, UserErrorCode
from app.api.errors import refused
from app.api.rows import Row, changed, only_row, row_of, rows_of
from app.store.events import EventDraft, append
from app.store.tables import metadata
from app.store.tables.strategies import InputKind, RunMode
from streams.events import CommandKind

INPUTS = metadata.tables["run_inputs"]


@strawberry.input(description="The account whose kill switch is meant.")
class KillSwitchInput:
    """The account."""

    broker_account_id: strawberry.ID = strawberry.field(description="The account.")


async def engage(info: Info, given: KillSwitchInput) -> BrokerAccountPayload:
    """Every run in the account withdraws its entries and takes no new risk; none can be started."""
    return await _set(info, given, CommandKind.KILL)


async def release(info: Info, given: KillSwitchInput) -> BrokerAccountPayload:
    """The account's runs take risk again from their next candle on."""
    return await _set(info, given, CommandKind.RELEASE)


async def _set(info: Info, given: KillSwitchInput, command: CommandKind) -> BrokerAccountPayload:
    viewer, now = info.context.viewer.user_id, info.context.api.clock.now()
    async with info.context.writing() as session:
        account = await active_account(session, given.broker_account_id, "brokerAccountId")
        killed = command is CommandKind.KILL
        if killed != (account["killed_at"] is not None):
            for run in await _runs(session, account):
                await changed(session, insert(INPUTS).values(_command(run, command, str(viewer), now)))
            values = {"killed_at": now if killed else None}
            statement = update(ACCOUNTS).where(ACCOUNTS.c.id == account["id"]).values(values)
            account = await only_row(session, statement.returning(ACCOUNTS))
            payload = {"brokerAccountId": account["id"], "status": account["status"]}
            await append(session, viewer, [EventDraft(EventKind.ACCOUNT_CHANGED, None, payload)])
    info.context.api.wake()
    return BrokerAccountPayload(broker_account=BrokerAccount.of(account), user_errors=[])


async def _runs(session: AsyncSession, account: Row) -> list[Row]:
    """Those in the account that an engine works on, or soon will."""
    statement = select(RUNS).where(RUNS.c.broker_account_id == account["id"], RUNS.c.status.in_(ACTIVE))
    return await rows_of(session, statement.where(RUNS.c.mode != RunMode.BACKTEST.value))


def _command(run: Row, command: CommandKind, by: str, at: Any) -> dict[str, Any]:
    return {
        "run_id": run["id"],
        "user_id": run["user_id"],
        "sequence": None,
        "kind": InputKind.COMMAND.value,
        "payload": {"command": command.value, "squareOff": False, "by": by},
        "at": at,
    }


def refuse_killed(account: Row | None, mode: str, path: str) -> None:
    """Nothing that would trade is started in an account whose kill switch is engaged."""
    if account is not None and account["killed_at"] is not None and mode != RunMode.BACKTEST:
        message = "The kill switch of this account is engaged: release it first."
        raise refused(UserErrorCode.WRONG_STATUS, message, path)


async def release_stopped(session: AsyncSession, run: Row, by: str, at: Any) -> None:
    """A run that was stopped while the switch was engaged has not heard that it was released."""
    said = INPUTS.c.payload["command"].astext
    told = select(said.label("command")).where(INPUTS.c.run_id == run["id"], INPUTS.c.kind == "COMMAND")
    told = told.where(said.in_([CommandKind.KILL.value, CommandKind.RELEASE.value]))
    last = await row_of(session, told.order_by(INPUTS.c.id.desc()).limit(1))
    if last is not None and last["command"] == CommandKind.KILL:
        await changed(session, insert(INPUTS).values(_command(run, CommandKind.RELEASE, by, at)))
