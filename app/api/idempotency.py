"""Keyed mutations: the same key and input give the first answer again, whoever asks at the same time."""

import dataclasses
import hashlib
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.enums import UserErrorCode
from app.api.errors import refused
from app.api.rows import changed, row_of
from app.store.tables import metadata

KEYS = metadata.tables["idempotency_keys"]
LONGEST_KEY = 200
# To the transaction's end: of two requests with one key, the second finds what the first has left.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


class Idempotency:
    """One keyed mutation within its transaction; without a key it does nothing."""

    def __init__(self, session: AsyncSession, user_id: UUID, operation: str, given: Any) -> None:
        self._session = session
        self._key: str | None = given.idempotency_key
        self._row = {"user_id": user_id, "operation": operation, "request_hash": _hash(operation, given)}

    async def first_answer(self) -> dict[str, Any] | None:
        """The answer given before. Refuses a key that came with another input."""
        if self._key is None:
            return None
        if not 1 <= len(self._key) <= LONGEST_KEY:
            raise refused(
                UserErrorCode.INVALID, f"A key has 1 to {LONGEST_KEY} characters.", "idempotencyKey"
            )
        turn = ONE_AT_A_TIME.bindparams(key=f"{self._row['user_id']}/{self._key}")
        await changed(self._session, turn)
        row = await row_of(self._session, select(KEYS).where(KEYS.c.key == self._key))
        if row is None:
            return None
        if bytes(row["request_hash"]) != self._row["request_hash"]:
            message = "This key was used before with another input."
            raise refused(UserErrorCode.IDEMPOTENCY_KEY_REUSED, message, "idempotencyKey")
        answer: dict[str, Any] = row["response"]
        return answer

    async def keep(self, answer: dict[str, Any]) -> None:
        """Remember the answer, in the transaction that did the work."""
        if self._key is not None:
            await changed(self._session, insert(KEYS).values(key=self._key, response=answer, **self._row))


def _hash(operation: str, given: Any) -> bytes:
    body = {**dataclasses.asdict(given), "idempotency_key": None}
    said = orjson.dumps([operation, body], default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).digest()
