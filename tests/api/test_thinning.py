"""What a chart is shown of a long series: fewer points, and none of what matters lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.api.thinning import spread

HEIGHTS = st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=400)


@given(HEIGHTS, st.integers(4, 60))
def test_a_condensed_series_keeps_its_ends_and_extremes(heights: list[int], points: int) -> None:
    """In their order, and no more of them than asked for."""
    # when
    values = np.array(heights, np.float64)
    shown = spread(values, points)

    # then
    assert len(shown) <= points
    assert list(shown) == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, len(heights) - 1)
    assert (values[shown].min(), values[shown].max()) == (values.min(), values.max())


def test_a_series_that_is_short_enough_is_shown_whole() -> None:
    """And one of nothing as nothing; two points are the ends."""
    assert spread(np.arange(7.0), 7).tolist() == list(range(7))
    assert spread(np.array([]), 2).tolist() == []
    assert spread(np.arange(7.0), 2).tolist() == [0, 6]
    assert spread(np.arange(7.0), 3).tolist() == [0, 6]
