"""New candles over stored ones, and columns through their codec: pure, on any values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from app.store.arrow import Columns, decode, encode
from app.store.merging import KINDS, merge

times = st.lists(st.integers(0, 40), unique=True, min_size=1, max_size=20).map(sorted)


@given(times, times, st.booleans())
def test_merging_is_what_a_dictionary_would_do(old: list[int], new: list[int], replace: bool) -> None:
    """Against the plainest model: stored first, new ones laid over."""
    before = {t: float(t) for t in old}
    after = {t: float(t + t % 2) for t in new}
    merged = merge(_series(before), _series(after), replace)
    kept = {t: v for t, v in after.items() if replace or t not in before}
    assert merged.columns["time"].tolist() == sorted(before | kept)
    assert merged.columns["close"].tolist() == [value for _, value in sorted((before | kept).items())]
    both = [t for t in new if t in before]
    differing = [t for t in both if before[t] != after[t]]
    assert (merged.added, merged.unchanged) == (len(new) - len(both), len(both) - len(differing))
    assert merged.replaced == (len(differing) if replace else 0)
    assert [new[i] for i in merged.conflicts] == ([] if replace else differing)


@given(st.lists(st.floats(allow_nan=False), max_size=50), st.integers(0, 3))
def test_columns_survive_the_codec(values: list[float], start: int) -> None:
    """Any float, the empty column, and a slice of a longer one."""
    column = np.array(values, np.float64)[start:]
    found = decode(encode({"a": column, "b": column.view(np.int64)}))
    assert_array_equal(found["a"], column)
    assert_array_equal(found["b"], column.view(np.int64))


def _series(closes: dict[int, float]) -> Columns:
    time = np.array(sorted(closes), np.int64)
    close = np.array([closes[int(t)] for t in time])
    return {name: time if name in ("time", "volume") else close for name in KINDS}
