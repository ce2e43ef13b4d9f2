"""One transaction over a batch of entries, and the ways in which an entry may fail to be written."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

import asyncpg

from app.store.audit import Head
from app.store.batches import LOCK, compose
from app.store.entries import PlainEntry


class RunMustRecover(Exception):
    """The entry is not known to be written: its run has to start again from what is stored."""


class LeaseLost(RunMustRecover):
    """Another engine holds the run: its fencing token has moved on."""


class EarlierEntryFailed(RunMustRecover):
    """An entry of the same run, written before this one, failed; after it this one makes no sense."""


class OutcomeUnknown(RunMustRecover):
    """The connection was lost during the commit, and the database cannot say what became of it."""


class CommandTaken(Exception):
    """A stored command has its sequence already, or is another run's."""


@dataclass(eq=False)
class Pending:
    """An entry on its way, and whom to tell how it ended: whoever waits, unless they have gone."""

    entry: PlainEntry
    done: asyncio.Future[None]

    @property
    def lease(self) -> tuple[UUID, int]:
        """The run, under the lease that the entry was written with."""
        return self.entry.source.run_id, self.entry.source.fencing_token

    @property
    def failed(self) -> bool:
        """Whether it has been refused; one whose waiter has gone has not, and is written all the same."""
        return self.done.done() and not self.done.cancelled()

    def succeed(self) -> None:
        """Say that it is durable."""
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, error: Exception) -> None:
        """Say why it is not; the first reason stands."""
        if not self.done.done():
            self.done.set_exception(error)


class Written(NamedTuple):
    """What a commit did: the last position of each user, None where it was lost on the way."""

    positions: dict[UUID, int | None]
    refused: list[Pending]


@dataclass
class Attempt:
    """One transaction over a batch, and how far it came."""

    batch: Sequence[Pending]
    xid: str | None = None
    committing: bool = False
    refused: list[Pending] = field(default_factory=list)

    async def run(self, connection: asyncpg.Connection) -> Written:
        """Lock, write, commit. Entries whose lease is gone are left out, and named."""
        await connection.execute("BEGIN")
        entries, heads = await self._lock(connection)
        statement, arguments = compose(entries, heads)
        result = await connection.fetchrow(statement, *arguments)
        if result["taken"] != sum(len(entry.taken) for entry in entries):
            raise CommandTaken("a command of this batch has been taken before")
        self.committing = True
        await connection.execute("COMMIT")
        return Written({UUID(user): last for user, last in result["positions"].items()}, self.refused)

    async def _lock(self, connection: asyncpg.Connection) -> tuple[list[PlainEntry], dict[str, Head]]:
        sources = [pending.entry.source for pending in self.batch]
        accounts = {pending.entry.source.account_id for pending in self.batch if pending.entry.links}
        locked = await connection.fetchrow(LOCK, list({source.run_id for source in sources}), list(accounts))
        self.xid = locked["xid"]
        self.refused = [pending for pending in self.batch if not _holds(pending, locked["tokens"])]
        entries = [pending.entry for pending in self.batch if pending not in self.refused]
        heads = {
            account: Head(at, bytes.fromhex(hashed)) for account, (at, hashed) in locked["heads"].items()
        }
        return entries, heads

    def written(self) -> Written:
        """What the commit did, when only that it took place is known."""
        users = {pending.entry.source.user_id for pending in self.batch if pending not in self.refused}
        return Written(dict.fromkeys(users), self.refused)


def _holds(pending: Pending, tokens: dict[str, int]) -> bool:
    run_id, token = pending.lease
    return tokens.get(str(run_id)) == token
