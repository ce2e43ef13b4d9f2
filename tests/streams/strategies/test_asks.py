"""What a strategy may ask for, and the sentence that answers what it may not."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from streams.columns import lag, when
from streams.columns.column import column
from streams.domain.intents import Manner, Sizing
from streams.domain.market import Interval
from streams.domain.orders import OrderType, ProductType, Validity
from streams.strategies.base import BARS
from streams.strategies.language import (
    Intents,
    capital_percent,
    entries,
    legs,
    limit_order,
    lots,
    market_order,
    percent,
    points,
    quantity,
    risk_percent,
    stop_order,
    target,
    value,
    volatility_target,
)

close, opened = BARS.close, BARS.open
up, down = close > opened, close < opened


Asking = Callable[[], object]


def manner_of(asked: Intents) -> Manner:
    """How its orders are made."""
    return asked.asks[0].manner


REFUSED: dict[str, tuple[Asking, str]] = {
    "a size that is a bare number": (
        lambda: entries(long=up, size=5),  # type: ignore[arg-type]  # the mistake under test
        "size=5: write quantity(5), lots(...), value(...) or capital_percent(...)",
    ),
    "a size that is a condition": (
        lambda: quantity(up),
        f"quantity({up!r}) is given a condition, not a number: write quantity(when({up!r}, 1, 0))",
    ),
    "a size that is nothing": (lambda: quantity(0), "quantity(0): write a number above 0"),
    "a size below nothing": (lambda: lots(-2), "lots(-2): write a number above 0"),
    "a size that is text": (lambda: value("5"), "value('5'): write a number or a column"),  # type: ignore[arg-type]  # the mistake under test
    "more than ten times the capital": (
        lambda: capital_percent(1001),
        "capital_percent(1001): write a number above 0 and at most 1000",
    ),
    "a risk without a stop": (
        lambda: entries(long=up, size=risk_percent(1)),
        "risk_percent needs to know where the loss ends: add stop_loss=points(...)",
    ),
    "a risk with a target only": (
        lambda: target(1, size=risk_percent(1), take_profit=points(5)),
        "risk_percent needs to know where the loss ends: add stop_loss=points(...)",
    ),
    "a risk of more than everything": (
        lambda: risk_percent(101),
        "risk_percent(101): write a number above 0 and at most 100",
    ),
    "a limit order without a price": (
        lambda: limit_order(),
        "limit_order needs one price: write limit_order(price=column) or limit_order(offset_ticks=n)",
    ),
    "a limit order with two prices": (
        lambda: limit_order(close, offset_ticks=2),
        "limit_order needs one price: write limit_order(price=column) or limit_order(offset_ticks=n)",
    ),
    "half a tick": (
        lambda: limit_order(offset_ticks=0.5),  # type: ignore[arg-type]  # the mistake under test
        "offset_ticks=0.5: write a whole number from -10000 to 10000",
    ),
    "a trigger that is a condition": (
        lambda: stop_order(trigger=up),
        f"trigger({up!r}) is given a condition, not a number: write trigger(when({up!r}, 1, 0))",
    ),
    "an order that is a word": (
        lambda: target(1, order="LIMIT"),  # type: ignore[arg-type]  # the mistake under test
        "order='LIMIT': write market_order(), limit_order(...) or stop_order(...)",
    ),
    "a validity nobody knows": (
        lambda: market_order(validity="GTC"),
        'validity=\'GTC\': write "DAY" or "IOC"',
    ),
    "a bare stop": (
        lambda: entries(long=up, stop_loss=2),  # type: ignore[arg-type]  # the mistake under test
        "stop_loss=2: write stop_loss=points(2) or stop_loss=percent(2)",
    ),
    "a stop on the wrong side": (lambda: points(-3), "points(-3): write a number above 0"),
    "a time of day without minutes": (
        lambda: target(1, square_off="15"),
        'square_off=\'15\': write a time of day in India as "HH:MM", like "15:15"',
    ),
    "a time of day after midnight": (
        lambda: target(1, square_off="24:00"),
        'square_off=\'24:00\': write a time of day in India as "HH:MM", like "15:15"',
    ),
    "a time of day that is a number": (
        lambda: target(1, square_off=1515),  # type: ignore[arg-type]  # the mistake under test
        'square_off=1515: write a time of day in India as "HH:MM", like "15:15"',
    ),
    "delivery sold short": (
        lambda: entries(long=up, short=down, product="CNC"),
        'product="CNC" cannot be sold short: drop short=, or write product="INTRADAY"',
    ),
    "delivery closed by the clock": (
        lambda: entries(long=up, product="CNC", square_off="15:15"),
        'square_off= with product="CNC": delivery is carried; drop one of the two',
    ),
    "a product nobody knows": (
        lambda: target(1, product="NRML"),
        'product=\'NRML\': write "INTRADAY", "CNC" or "MARGIN"',
    ),
    "entries that enter nothing": (lambda: entries(), "entries() enters nothing: give long= or short="),
    "a way out without a way in": (
        lambda: entries(long=up, exit_short=up),
        "exit_short= has no position to close: give short= too, or drop it",
    ),
    "an entry that is a number": (
        lambda: entries(long=close),
        f"{close!r} is a number, not a condition: compare it with something",
    ),
    "a target that is a condition": (
        lambda: target(up),
        f"target({up!r}) is given a condition, not a number: write target(when({up!r}, 1, 0))",
    ),
    "no entry at all allowed": (
        lambda: entries(long=up, pyramiding=0),
        "pyramiding=0: write a whole number from 1 to 1000",
    ),
    "half a candle's patience": (
        lambda: entries(long=up, exit_after=2.5),  # type: ignore[arg-type]  # the mistake under test
        "exit_after=2.5: write a whole number from 0 to 100000",
    ),
    "a tag like an essay": (lambda: target(1, tag="x" * 21), f"tag='{'x' * 21}': write at most 20 printable"),
    "legs without positions": (
        lambda: legs([target(1), target(2)]),  # type: ignore[arg-type]  # the mistake under test
        "write legs({0: target(...), 1: target(...)})",
    ),
    "a leg that is a column": (
        lambda: legs({0: close}),  # type: ignore[dict-item]  # the mistake under test
        f"leg 0 is {close!r}: write 0: target(...) or entries(...)",
    ),
    "legs within legs": (lambda: legs({0: legs({0: target(1)})}), "write 0: target(...) or entries(...)"),
    "a leg before the first": (
        lambda: legs({-1: target(1)}),
        "the position of a leg=-1: write a whole number from 0 to 999",
    ),
}


@pytest.mark.parametrize("asking", REFUSED.values(), ids=REFUSED.keys())
def test_a_mistake_is_refused_when_it_is_written_with_what_to_write_instead(
    asking: tuple[Asking, str],
) -> None:
    """Long before a candle is seen."""
    ask, sentence = asking
    with pytest.raises((TypeError, ValueError), match=re.escape(sentence)):
        ask()


def test_a_target_is_an_order_at_market_for_so_many_units() -> None:
    """Unless it says more."""
    asked = target(when(up, 1, 0))
    assert manner_of(asked) == Manner()
    assert [each.name for each in asked.roots] == ["when"]


def test_a_size_by_an_operator_that_is_called_constant_is_read_on_each_candle() -> None:
    """A number that is the same on every candle stands on no column."""
    own = column("constant", np.floor, close)
    assert [each.name for each in entries(long=up, size=quantity(own)).roots] == ["greater", "constant"]
    assert [each.name for each in entries(long=up, size=quantity(5)).roots] == ["greater"]


def test_an_entry_of_no_named_size_is_one_unit() -> None:
    """The conditions stand in the order in which they act."""
    asked = entries(long=up, exit_long=down)
    assert manner_of(asked).sizing is Sizing.QUANTITY
    assert [each.name for each in asked.roots] == ["less", "greater"]


@pytest.mark.parametrize(
    ("size", "sizing", "number"),
    [
        (quantity(25), Sizing.QUANTITY, 25),
        (lots(2), Sizing.LOTS, 2),
        (value(50_000), Sizing.VALUE, 500_000_000),
        (capital_percent(12.5), Sizing.CAPITAL, 125_000),
        (risk_percent(1), Sizing.RISK, 10_000),
    ],
)
def test_each_size_has_its_measure(size: Any, sizing: Sizing, number: float) -> None:
    """Money in units of 1e-4 rupee, shares of equity in parts per million."""
    assert (size.sizing, size.column.parameters) == (sizing, (number,))


def test_a_volatility_target_is_a_share_of_capital() -> None:
    """What it comes to is seen candle by candle."""
    size = volatility_target(10, close)
    assert size.sizing is Sizing.CAPITAL
    assert not size.column.logical


def test_the_manner_says_all_that_is_fixed_for_a_run() -> None:
    """Order type, validity, product, offset, pyramiding, times and tag."""
    asked = entries(
        long=up,
        size=lots(1),
        order=limit_order(offset_ticks=3, validity="IOC"),
        pyramiding=4,
        exit_after=10,
        square_off="15:15",
        product="MARGIN",
        tag="breakout",
    )
    assert manner_of(asked) == Manner(
        Sizing.LOTS, OrderType.LIMIT, Validity.IOC, ProductType.MARGIN, 3, 4, 10, 15 * 60 + 15, "breakout"
    )


@pytest.mark.parametrize(
    ("order", "order_type"),
    [
        (market_order(), OrderType.MARKET),
        (limit_order(close), OrderType.LIMIT),
        (stop_order(close + 1), OrderType.STOP_LOSS_MARKET),
        (stop_order(close + 1, close + 2), OrderType.STOP_LOSS),
    ],
)
def test_each_order_has_its_type(order: Any, order_type: OrderType) -> None:
    """A stop order with a limit is another type than one without."""
    assert manner_of(target(1, order=order)).order_type is order_type


def test_what_is_read_on_a_candle_that_acts_is_part_of_the_look_back() -> None:
    """A stop that is still warming up must not be missing when the entry comes."""
    asked = entries(long=up, stop_loss=points(lag(close, 7)), take_profit=percent(2))
    assert asked.lookback(Interval.ONE_MINUTE) == 8  # one more shows the condition false


def test_legs_name_the_instruments_they_need() -> None:
    """In the order of positions, whatever the order of writing."""
    asked = legs({2: target(1), 0: target(2)})
    assert asked.positions == (0, 2)
    assert asked.instruments == 3
    dealt = [each and repr(each.target) for each in asked.dealt(4)]
    assert dealt == ["constant(2.0)", None, "constant(1.0)", None]
    with pytest.raises(ValueError, match="needs 3 instruments and the run has 2"):
        asked.dealt(2)


def test_any_other_ask_goes_for_every_instrument() -> None:
    """Each on its own."""
    asked = target(1)
    assert asked.instruments == 1
    assert asked.dealt(3) == asked.asks * 3
