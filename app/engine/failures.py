"""How a run fails: its status, the traceback in the log, and an event, in one transaction."""

import traceback
from datetime import datetime

from app.engine.plan import RunRefused
from app.redaction import scrub
from app.store.entries import Entry
from app.store.events import EventDraft
from app.store.tables.strategies import RunStatus, StrategyRun
from app.store.writer import Writer


class StrategyRaised(Exception):
    """A strategy has raised its `__cause__`: whatever that is, no trouble of the engine's own."""


async def fail(writer: Writer, row: StrategyRun, cause: Exception, at: datetime, trace_id: str) -> None:
    """Writes down that a run has failed and why. LeaseLost when it is no longer ours to say so.

    `trace_id` ties what the user reads to the server's own log.
    """
    blamed = cause.__cause__ or cause if isinstance(cause, StrategyRaised) else cause
    reason = scrub(str(blamed) if isinstance(blamed, RunRefused) else f"{type(blamed).__name__}: {blamed}")
    told = {"runId": str(row.id), "status": RunStatus.FAILED, "reason": reason}
    context = {"reason": reason, "traceback": scrub("".join(traceback.format_exception(blamed)))}
    line = {"level": "error", "event": "run.failed", "context": context, "trace_id": trace_id, "at": at}
    await writer.write(
        Entry(
            user_id=row.user_id,
            account_id=row.broker_account_id,
            run_id=row.id,
            fencing_token=row.fencing_token,
            run={
                "status": RunStatus.FAILED,
                "status_reason": reason,
                "ended_at": at,
                "lease_owner": None,
                "lease_expires_at": None,
            },
            events=[
                EventDraft("RUN_STATUS", row.id, told),
                EventDraft("LOG", row.id, {"runId": str(row.id), "level": "error", "event": "run.failed"}),
            ],
            logs=[line],
        )
    )
