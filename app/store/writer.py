"""The one task that writes what runs do: whatever waits goes into one statement and one commit.

The commit in progress is the linger: nobody waits for a timer, and a crowd shares the cost.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import chain

import asyncpg

from app.store.attempts import (
    Attempt,
    CommandTaken,
    EarlierEntryFailed,
    LeaseLost,
    OutcomeUnknown,
    Pending,
    RunMustRecover,
    Written,
)
from app.store.database import LOST
from app.store.entries import Entry, to_plain
from app.store.relay import Wakeable
from app.store.unavailable import StoreUnavailable

__all__ = [
    "CommandTaken",
    "EarlierEntryFailed",
    "Entry",
    "LeaseLost",
    "OutcomeUnknown",
    "RunMustRecover",
    "Writer",
]

BATCH = 512
ATTEMPTS = 5
STATUS_POLL = 0.05
STATUS_PATIENCE = 10.0

COLLIDED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


class Writer:
    """Takes entries from every run of this process; keeps one connection, as medha_engine."""

    def __init__(self, connect: Callable[[], Awaitable[asyncpg.Connection]], relay: Wakeable) -> None:
        """Take how to make the connection (`Store.dedicated`), and whom to tell of new events."""
        self._connect = connect
        self._relay = relay
        self._connection: asyncpg.Connection | None = None
        self._waiting: deque[Pending] = deque()
        self._current: Sequence[Pending] = ()
        self._arrived = asyncio.Event()
        self._closing = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and begin to write. Raise StoreUnavailable when the database cannot be had."""
        await self._connected()
        self._task = asyncio.create_task(self._run(), name="writer")

    async def close(self) -> None:
        """Write what waits, then stop."""
        self._closing = True
        self._arrived.set()
        if self._task:
            await self._task
        if self._connection:
            with suppress(*LOST):
                await self._connection.close()

    async def write(self, entry: Entry) -> None:
        """Return after the commit that holds the entry; entries of a run are written in their order.

        Raise ValueError for an entry that breaks the contract, the database's error for one it refuses,
        StoreUnavailable when it is certainly not written, and RunMustRecover (LeaseLost and others) when
        the run has to start again from what is stored.
        """
        if self._closing or not self._task:
            raise RuntimeError("the writer is not running")
        pending = Pending(to_plain(entry), asyncio.get_running_loop().create_future())
        self._waiting.append(pending)
        self._arrived.set()
        await pending.done

    async def _run(self) -> None:
        while self._waiting or not self._closing:
            if self._waiting:
                count = min(BATCH, len(self._waiting))
                self._current = [self._waiting.popleft() for _ in range(count)]
                await self._settle(self._current)
            else:
                self._arrived.clear()
                await self._arrived.wait()

    async def _settle(self, batch: Sequence[Pending]) -> None:
        """Give every entry its end. What fails together is tried apart: one bad entry stops no other."""
        try:
            written = await self._persist(batch)
        except (RunMustRecover, StoreUnavailable) as lost:
            self._fail(batch, lost)
        except Exception as refused:  # whatever it is, it is the entry's answer: the task goes on
            await self._settle_apart(batch, refused)
        else:
            self._fail(written.refused, LeaseLost("another engine holds the run"))
            self._succeed(batch, written)

    async def _settle_apart(self, batch: Sequence[Pending], refused: Exception) -> None:
        if len(batch) == 1:
            return self._fail(batch, refused)
        half = len(batch) // 2
        await self._settle(batch[:half])
        if still := [pending for pending in batch[half:] if not pending.failed]:
            await self._settle(still)

    def _succeed(self, batch: Sequence[Pending], written: Written) -> None:
        for pending in batch:
            pending.succeed()
        for user_id, position in written.positions.items():
            self._relay.wake(user_id, position)

    def _fail(self, batch: Sequence[Pending], error: Exception) -> None:
        """Fail these, and what was written after them under the same lease."""
        leases = {pending.lease for pending in batch}
        for pending in batch:
            pending.fail(error)
        for pending in chain(self._current, self._waiting):
            if pending.lease in leases:
                pending.fail(EarlierEntryFailed(str(error)))
        self._waiting = deque(pending for pending in self._waiting if pending.lease not in leases)

    async def _persist(self, batch: Sequence[Pending]) -> Written:
        """Commit the batch; after a lost connection or a deadlock again, unless it was committed."""
        for _ in range(ATTEMPTS):
            attempt, connection = Attempt(batch), await self._connected()
            try:
                return await attempt.run(connection)
            except LOST:
                self._drop()
                if attempt.committing and await self._committed(attempt.xid):
                    return attempt.written()
            except COLLIDED:
                await self._roll_back(connection)
            except BaseException:
                await self._roll_back(connection)
                raise
        raise StoreUnavailable(f"the database failed {ATTEMPTS} times over one write: see its log")

    async def _roll_back(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("ROLLBACK")
        except (asyncpg.PostgresError, *LOST):
            self._drop()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    def _drop(self) -> None:
        if self._connection:
            self._connection.terminate()
        self._connection = None

    async def _committed(self, xid: str | None) -> bool:
        """Ask the database what became of a transaction; its old process may still be at work on it."""
        try:
            async with asyncio.timeout(STATUS_PATIENCE):
                status = await self._status(xid)
                while status == "in progress":
                    await asyncio.sleep(STATUS_POLL)
                    status = await self._status(xid)
        except (StoreUnavailable, *LOST) as lost:
            raise OutcomeUnknown("the connection was lost during the commit") from lost
        if status is None:
            raise OutcomeUnknown("the database no longer knows the transaction")
        return status == "committed"

    async def _status(self, xid: str | None) -> str | None:
        connection = await self._connected()
        status: str | None = await connection.fetchval("SELECT pg_xact_status($1::text::xid8)", xid)
        return status
