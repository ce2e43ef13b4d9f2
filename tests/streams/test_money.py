"""Money: exact in units, half to even at the edges, spoken in Indian grouping."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.money import basis_points, grouped, share, spoken, to_rupees, to_units


@pytest.mark.parametrize(
    ("units", "said"),
    [
        (0, "₹0.00"),
        (100, "₹0.01"),
        (9_999_900, "₹999.99"),
        (10_000_000, "₹1,000.00"),
        (999_999_900, "₹99,999.99"),
        (1_000_000_000, "₹1,00,000.00"),
        (12_345_678_000, "₹12,34,567.80"),
        (-12_345_678_000, "-₹12,34,567.80"),
        (1_234_567_890_120_000, "₹1,23,45,67,89,012.00"),
        (999_999_999_999_999_900, "₹9,99,99,99,99,99,999.99"),
    ],
)
def test_an_amount_is_spoken_in_indian_grouping(units: int, said: str) -> None:
    """Three digits, then by twos."""
    assert spoken(units) == said


@pytest.mark.parametrize(
    ("units", "said"),
    [
        (50, "₹0.00"),
        (51, "₹0.01"),
        (150, "₹0.02"),
        (250, "₹0.02"),
        (9_999_950, "₹1,000.00"),
        (-49, "₹0.00"),
        (-51, "-₹0.01"),
    ],
)
def test_what_is_less_than_a_paisa_is_spoken_half_to_even(units: int, said: str) -> None:
    """And nothing is never negative."""
    assert spoken(units) == said


@pytest.mark.parametrize(
    ("rupees", "units"),
    [("1", 10_000), ("0.00005", 0), ("0.00015", 2), ("0.00025", 2), ("-0.00015", -2), ("0.00006", 1)],
)
def test_rupees_become_units_half_to_even(rupees: str, units: int) -> None:
    """Beyond the fourth decimal."""
    assert to_units(Decimal(rupees)) == units


@given(st.integers(-(10**18), 10**18))
def test_units_survive_the_way_to_rupees_and_back(units: int) -> None:
    """Nothing is lost at the edges."""
    rupees = to_rupees(units)
    assert to_units(rupees) == units
    assert rupees.as_tuple().exponent == -4


@pytest.mark.parametrize(("bps", "ppm"), [("10", 1000), ("0.5", 50), ("0.005", 0), ("0.015", 2)])
def test_basis_points_become_parts_per_million(bps: str, ppm: int) -> None:
    """Half to even below a millionth."""
    assert basis_points(Decimal(bps)) == ppm


@pytest.mark.parametrize(
    ("total", "part", "whole", "expected"),
    [(10, 1, 4, 2), (30, 1, 4, 8), (-10, 1, 4, -2), (-30, 1, 4, -8), (7, 3, 3, 7), (10, 1, 3, 3)],
)
def test_a_share_is_the_nearest_unit_half_to_even(total: int, part: int, whole: int, expected: int) -> None:
    """2.5 goes to 2, 7.5 to 8."""
    assert share(total, part, whole) == expected


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**7), st.data())
def test_parts_of_a_cost_add_up_to_it_whatever_the_parts(total: int, whole: int, data: st.DataObject) -> None:
    """A lot given back piece by piece costs what it cost, to the unit."""
    left, spent, size = total, 0, whole
    while size:
        part = data.draw(st.integers(max(1, size // 4), size))
        piece = share(left, part, size)
        left, spent, size = left - piece, spent + piece, size - part
    assert (left, spent) == (0, total)


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "999"), (1000, "1,000"), (1_00_000, "1,00,000"), (-1_23_45_678, "-1,23,45,678")],
)
def test_counts_are_grouped_as_in_india(count: int, words: str) -> None:
    """Three digits, then twos."""
    assert grouped(count) == words
