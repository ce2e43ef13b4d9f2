"""Plain rows: what is sent is what comes back, to the last digit, or it is refused."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.store.embedded import RunningPostgres
from app.store.rows import MODELS, complete, json_value, plain

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.decimals() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


EPOCH = datetime(1990, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """A loop that a property's examples share."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture
def connection(postgres: RunningPostgres, runner: asyncio.Runner) -> Iterator[asyncpg.Connection]:
    """A connection for a property's many examples."""
    opened = runner.run(asyncpg.connect(postgres.dsn(database="postgres")))
    yield opened
    runner.run(opened.close())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=st.dictionaries(TEXT, DOCUMENTS, max_size=4))
def test_a_document_reads_back_from_jsonb_as_the_plain_form_it_was_hashed_in(
    connection: asyncpg.Connection, runner: asyncio.Runner, document: dict[str, Any]
) -> None:
    """Numbers that jsonb rewrites (1e16, -0.0, 1.0) included."""
    sent = json_value(document)

    stored = runner.run(connection.fetchval("SELECT $1::text::jsonb::text", _dumped(sent)))

    assert _dumped(json_value(_loaded(stored))) == _dumped(sent)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(units=st.integers(-(10**20) + 1, 10**20 - 1))
def test_money_reads_back_from_numeric_as_it_was_sent(
    connection: asyncpg.Connection, runner: asyncio.Runner, units: int
) -> None:
    """Twenty digits, four of them after the point, and the sign."""
    amount = Decimal(units).scaleb(-4)
    sent = plain("trades", {"charges": amount})["charges"]

    stored = runner.run(connection.fetchval("SELECT $1::text::numeric(20, 4)", sent))

    assert stored == amount
    assert plain("trades", {"charges": stored})["charges"] == sent


@given(moment=st.integers(0, 7 * 10**15).map(lambda us: EPOCH + timedelta(microseconds=us)))
def test_a_moment_is_one_text_in_every_zone(moment: datetime) -> None:
    """Microseconds, UTC, Z."""
    sent = plain("fills", {"traded_at": moment})["traded_at"]

    assert sent == plain("fills", {"traded_at": moment.astimezone(UTC)})["traded_at"]
    assert datetime.fromisoformat(sent) == moment
    assert len(sent) == len("2026-01-05T12:00:00.000000Z")


@pytest.mark.parametrize(
    ("table", "row", "message"),
    [
        ("fills", {"price": 100.05}, "exact: give a Decimal"),
        ("fills", {"price": Decimal("100.00005")}, "holds 4 places"),
        ("fills", {"price": Decimal("NaN")}, "holds 4 places"),
        ("fills", {"traded_at": datetime(2026, 1, 5)}, "without a zone"),  # noqa: DTZ001  # the case itself
        ("fills", {"prize": 1}, "has no column prize"),
        ("users", {"email": "a@b.c"}, "not the ledger's"),
        ("system_logs", {"id": 1}, "has no column id"),
    ],
)
def test_what_a_column_cannot_hold_exactly_is_refused(table: str, row: dict[str, Any], message: str) -> None:
    """Before it is sent: the database would round, or ignore it."""
    with pytest.raises(ValueError, match=message):
        plain(table, row)


def test_a_fraction_of_a_count_is_refused() -> None:
    """Half a share is a mistake."""
    with pytest.raises(TypeError):
        plain("fills", {"quantity": 1.5})


def test_a_negative_zero_is_zero() -> None:
    """As the database has it."""
    assert plain("fills", {"price": Decimal("-0")}) == {"price": "0.0000"}


def test_a_complete_row_has_the_models_defaults_and_wants_the_rest() -> None:
    """As if the model had been constructed."""
    whole = complete(
        "order_states", {"order_id": uuid4(), "user_id": uuid4(), "run_id": uuid4(), "status": "OPEN"}
    )

    assert (whole["filled_quantity"], whole["filled_value"], whole["reason"]) == (0, "0.0000", None)
    assert datetime.fromisoformat(whole["updated_at"]).tzinfo is not None
    with pytest.raises(ValueError, match="order_states wants order_id, run_id, status, user_id"):
        complete("order_states", {})


def test_every_table_of_the_ledger_has_a_shape() -> None:
    """No column type of these tables is without a converter that keeps it."""
    for table in MODELS:
        with pytest.raises(ValueError, match=f"{table} wants"):
            complete(table, {})


def _dumped(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _loaded(text: str) -> Any:
    value: Any = orjson.loads(text)
    return value
