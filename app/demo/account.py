"""A throw-away account, and candles for it to trade."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.importing.synthetic import SYNTHETIC, full_sessions, synthetic_candles, synthetic_name
from app.security import Passwords
from app.store.candles import write_candles
from app.store.engine import Store
from app.store.instruments import ensure_instrument
from app.store.people import register_user
from streams.domain.market import Interval

LAST_SESSION = date(2026, 1, 9)
"""Always the same days, hence the same candles: making them again adds nothing."""

SESSIONS = 5
SEED = 20_260_109
INTERVAL = Interval.ONE_MINUTE


class DemoAccount(NamedTuple):
    """How to sign in. The password is made for this account and kept nowhere else."""

    email: str
    password: str


async def make_account(store: Store) -> DemoAccount:
    """A new user marked as a demo, who never becomes ADMIN."""
    made = DemoAccount(f"demo-{secrets.token_hex(4)}@demo.example", secrets.token_urlsafe(12))
    async with store.anonymous() as session:
        await register_user(session, made.email, await Passwords().hash(made.password), demo=True)
    return made


def sessions() -> Sequence[date]:
    """The days of the synthetic market."""
    return full_sessions(LAST_SESSION, SESSIONS)


async def make_candles(store: Store) -> int:
    """Synthetic instruments and their candles; how many are new."""
    added = 0
    async with store.trading() as connection:
        for instrument in SYNTHETIC:
            known, _ = await ensure_instrument(
                connection, instrument, name=synthetic_name(instrument.key), synthetic=True
            )
            candles = synthetic_candles(instrument.key, INTERVAL, sessions(), SEED)
            written = await write_candles(connection, known.id, INTERVAL, candles, source="synthetic")
            added += written.added
    return added
