"""Rolling means have the same bits wherever the series starts."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from streams.columns import BARS, sma
from tests.streams.columns.markets import closing, on, unhurried

SEED = st.integers(0, 2**32 - 1)
Floats = NDArray[np.float64]
Series = Callable[[np.random.Generator, int], Floats]


def rolling_mean(values: Floats, window: int) -> Floats:
    """The mean as a strategy gets it."""
    return on(sma(BARS.close, window), closing(values))


def on_grid(random: np.random.Generator, rows: int) -> Floats:
    """Prices of whole ticks."""
    return np.round(500 + np.cumsum(random.integers(-9, 10, rows)) * 0.05, 2)


def off_grid(random: np.random.Generator, rows: int) -> Floats:
    """Adjusted prices, ratios: any doubles."""
    return 500 * np.exp(np.cumsum(random.normal(0, 0.01, rows)))


def mixed(random: np.random.Generator, rows: int) -> Floats:
    """Whole ticks with stretches that are not, a gap of missing values among them."""
    found = np.where(random.random(rows) < 0.9, on_grid(random, rows), off_grid(random, rows))
    found[rows // 2 : rows // 2 + 2] = np.nan
    return found


def huge(random: np.random.Generator, rows: int) -> Floats:
    """Turnovers at and beyond what is summed as int64."""
    return np.round(10.0 ** random.uniform(6, 15, rows), 2)


def same_bits(left: Floats, right: Floats) -> bool:
    """Equal to the last bit, missing values included."""
    return bool(np.array_equal(left.view(np.int64), right.view(np.int64)))


@pytest.mark.parametrize("kind", [on_grid, off_grid, mixed, huge])
@unhurried
@given(seed=SEED, window=st.integers(1, 40), rows=st.integers(60, 200), start=st.integers(0, 59))
def test_a_mean_does_not_depend_on_where_the_series_starts(
    kind: Series, seed: int, window: int, rows: int, start: int
) -> None:
    """Batch and live give the same bits, because only the window's own values count."""
    # given
    values = kind(np.random.default_rng(seed), rows)
    # when
    whole, later = rolling_mean(values, window), rolling_mean(values[start:], window)
    # then
    assert same_bits(whole[start + window - 1 :], later[window - 1 :])


@pytest.mark.parametrize("kind", [on_grid, off_grid, mixed, huge])
@unhurried
@given(seed=SEED, window=st.integers(1, 20))
def test_a_window_alone_has_the_mean_it_has_among_others(kind: Series, seed: int, window: int) -> None:
    """What lies before or after it must not decide how it is summed."""
    values = kind(np.random.default_rng(seed), 80)
    whole = rolling_mean(values, window)
    alone = [rolling_mean(values[end - window : end], window)[-1] for end in range(window, 81)]
    assert same_bits(whole[window - 1 :], np.array(alone))


@unhurried
@given(
    ticks=st.lists(st.integers(1, 10**9), min_size=1, max_size=60),
    window=st.integers(1, 60),
    digits=st.sampled_from([0, 2, 4, 7]),
)
def test_a_mean_of_prices_on_the_grid_is_the_true_mean_rounded_once(
    ticks: list[int], window: int, digits: int
) -> None:
    """Sums of int64 are exact: only the last division rounds."""
    found = rolling_mean(np.array([tick % 10 ** (digits + 6) for tick in ticks]) / 10**digits, window)
    for end in range(window, len(ticks) + 1):
        true = Fraction(sum(tick % 10 ** (digits + 6) for tick in ticks[end - window : end]), window)
        assert found[end - 1] == float(true / 10**digits)


@unhurried
@given(seed=SEED, window=st.integers(1, 40))
def test_off_the_grid_a_mean_is_within_the_last_bits_of_the_true_one(seed: int, window: int) -> None:
    """Merged by halves, rounding hardly adds up."""
    values = off_grid(np.random.default_rng(seed), 60)
    found = rolling_mean(values, window)
    for end in range(window, 61):
        true = sum(map(Fraction, values[end - window : end].tolist()), Fraction()) / window
        assert abs(Fraction(float(found[end - 1])) - true) <= true * Fraction(1, 2**50)


def test_a_series_shorter_than_the_window_has_no_mean() -> None:
    """Nothing is made up."""
    assert np.isnan(rolling_mean(np.array([1.0, 2.0]), 3)).all()
    assert len(rolling_mean(np.empty(0), 3)) == 0


@pytest.mark.parametrize(
    "price", [1234.55, 1234.5678912, 1000 / 3], ids=["paise", "seven digits", "off the grid"]
)
def test_a_flat_price_is_its_own_mean_at_every_window(price: float) -> None:
    """Or flat markets would cross their own averages."""
    for window in range(1, 100):
        assert (rolling_mean(np.full(120, price), window)[window - 1 :] == price).all()


def test_a_missing_value_spoils_its_own_windows_only() -> None:
    """The sum does not carry it on."""
    found = rolling_mean(np.array([1.0, 2.0, np.nan, 4.0, 5.0, 6.0]), 2)
    np.testing.assert_array_equal(found, [np.nan, 1.5, np.nan, np.nan, 4.5, 5.5])


def test_sums_beyond_64_bits_of_ticks_before_the_window_do_not_matter() -> None:
    """The cumulative sum wraps; differences of it do not."""
    values = np.full(200_000, 2.0**46 / 1e7)
    values[-3:] = [1.0, 2.0, 3.0]
    found = rolling_mean(values, 3)
    assert found[-1] == 2.0
    assert found[-10] == values[0]
