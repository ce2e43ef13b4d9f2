"""Checks that several inputs share; each refuses with the path of what is wrong."""

from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from app.api.enums import UserErrorCode
from app.api.errors import UserError, refused
from app.api.ids import row_id
from app.api.loaders import statement_of
from app.api.rows import Row, row_of

LONGEST_NAME = 100
# NUMERIC(20,4) holds more; nobody's account does.
LARGEST_AMOUNT = Decimal(10) ** 12


def checked_name(name: str) -> str:
    """A name without space around it."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= LONGEST_NAME or not trimmed.isprintable():
        raise refused(UserErrorCode.INVALID, f"A name has 1 to {LONGEST_NAME} printable characters.", "name")
    return trimmed


def amount_errors(amounts: dict[str, Decimal | None], *, zero: bool = True) -> list[UserError]:
    """What is wrong with amounts of rupees, by their GraphQL names."""
    return [
        UserError(code=UserErrorCode.INVALID, message=_bounds(zero), path=name.split("."))
        for name, amount in amounts.items()
        if amount is not None and not _fits(amount, zero)
    ]


def _fits(amount: Decimal, zero: bool) -> bool:
    whole = amount.as_tuple().exponent
    return (amount >= 0 if zero else amount > 0) and amount <= LARGEST_AMOUNT and int(whole) >= -4


def _bounds(zero: bool) -> str:
    least = "0 or more" if zero else "more than 0"
    return f"An amount is {least} and at most {LARGEST_AMOUNT:f}, with 4 decimals at most."


def rate_errors(rates: dict[str, Decimal | None], most: int) -> list[UserError]:
    """What is wrong with rates from 0 to `most`, by their GraphQL names."""
    return [
        UserError(
            code=UserErrorCode.INVALID,
            message=f"{name} lies between 0 and {most}, with 2 decimals at most.",
            path=name.split("."),
        )
        for name, rate in rates.items()
        if rate is not None and not (0 <= rate <= most and int(rate.as_tuple().exponent) >= -2)
    ]


async def own_row(session: AsyncSession, table: str, type_name: str, given: str, path: str) -> Row:
    """The viewer's row behind an id. Refuses as NOT_FOUND what is unknown, foreign or of another type."""
    wanted = row_id(given, type_name)
    if wanted is not None:
        statement = statement_of(table)
        key = statement.selected_columns["id"]
        row = await row_of(session, statement.where(key == wanted))
        if row is not None:
            return row
    raise refused(UserErrorCode.NOT_FOUND, f"There is no such {_spoken(type_name)}.", path)


def _spoken(type_name: str) -> str:
    return {"StrategyRun": "run", "BrokerAccount": "account"}.get(type_name, type_name.lower())
