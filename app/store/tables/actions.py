"""Corporate actions: what splits and bonuses did to an instrument's shares."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from app.store.tables.columns import count, key, one_of, reference, words
from streams.actions import ActionKind


class CorporateActionRow(SQLModel, table=True):
    """A split or bonus from its ex-date on: `numerator` shares to `denominator`, as its kind means them."""

    __tablename__ = "corporate_actions"
    __table_args__ = (
        one_of("kind", ActionKind, "corporate_actions"),
        CheckConstraint("numerator > 0 AND denominator > 0", name="ck_corporate_actions_positive"),
        Index("uq_corporate_actions_day", "instrument_id", "ex_date", "kind", unique=True),
    )
    id: UUID = key()
    instrument_id: UUID = reference("instruments.id", index=False)
    ex_date: date = Field()
    kind: str = words()
    numerator: int = count()
    denominator: int = count()
