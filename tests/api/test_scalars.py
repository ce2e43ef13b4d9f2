"""The scalars: what goes out comes back the same, and nothing else comes in."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from app.api.cursors import Cursors
from app.api.ids import global_id, read_id, row_id
from app.api.scalars import MAX_LONG, decimal_text, moment_text, parse_decimal, parse_moment, whole

AMOUNTS = st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False, places=4)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone


@given(AMOUNTS)
def test_an_amount_keeps_its_value_and_needs_no_exponent(amount: Decimal) -> None:
    """Exact, in plain notation."""
    text = decimal_text(amount)
    assert parse_decimal(text) == amount
    assert "E" not in text


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_moment_is_the_same_in_every_zone(moment: datetime, minutes: int) -> None:
    """It goes out in UTC, whatever zone it came in."""
    there = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert parse_moment(there.isoformat()) == moment
    assert moment_text(there) == moment_text(moment)
    assert moment_text(moment).endswith("Z")


@pytest.mark.parametrize("value", [MAX_LONG + 1, -MAX_LONG - 1, 1.5, True, "1.0", "٣", None])
def test_a_number_that_json_cannot_carry_whole_is_refused(value: Any) -> None:
    """In either direction."""
    with pytest.raises(GraphQLError):
        whole(value)


@given(st.text(max_size=60))
def test_no_text_reads_as_an_id_by_accident(text: str) -> None:
    """Whatever is sent, the answer is an id of ours or none."""
    read = read_id(text)
    assert read is None or read_id(global_id(*read)) == read


def test_an_id_is_of_its_type_alone() -> None:
    """An order's id is no run's."""
    order = uuid4()
    assert row_id(global_id("Order", order), "Order") == order
    assert row_id(global_id("Order", order), "StrategyRun") is None


@given(st.text(max_size=80))
def test_a_cursor_is_read_in_its_own_scope_alone(text: str) -> None:
    """Forged text and other scopes read as nothing; an older key's cursor still reads."""
    cursors, rotated = Cursors([b"old"]), Cursors([b"new", b"old"])
    cursor = cursors.write("mine", [1, "a"])
    assert rotated.read("mine", cursor) == [1, "a"]
    assert cursors.read("yours", cursor) is None
    assert cursors.read("mine", text) is None
