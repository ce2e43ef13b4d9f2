"""The operators of our own, each on the same grid of marbles, in virtual time."""

from collections.abc import Callable
from typing import Any

import pytest
from reactivex import Observable
from reactivex import operators as ops
from reactivex.disposable import Disposable
from reactivex.subject import Subject
from reactivex.testing.marbles import marbles_testing

from streams.operators import flatten, fold, of_kind

BROKEN = ValueError("broken")
LOOKUP: dict[str | float, Any] = {"Z": (), "A": ("a",), "B": ("b", "c"), "t": "text"}

Operator = Callable[[Observable[Any]], Observable[Any]]


def adding(total: int, item: object) -> tuple[int, int]:
    """A running total; raises on what is not a number."""
    if not isinstance(item, int):
        raise BROKEN
    return total + item, total + item


OPERATORS: dict[str, Operator] = {"flatten": flatten, "of_kind": of_kind(str), "fold": fold(adding, 0)}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("marbles", ["---|", "-----", "--#"], ids=["empty", "never", "error"])
def test_the_end_the_silence_and_the_error_of_a_stream_come_through_at_their_time(
    name: str, marbles: str
) -> None:
    """Empty, never and error, through every operator."""
    with marbles_testing() as (start, _, hot, exp):
        assert start(hot(marbles, None, BROKEN).pipe(OPERATORS[name])) == exp(marbles, None, BROKEN)


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("flatten", "-A--B------A|", "-a--(b,c)--a|"),
        ("flatten", "-Z-A-Z-|", "---a---|"),
        ("flatten", "-A-B------#", "-a-(b,c)--#"),
        ("of_kind", "-1-a-2-b-|", "---a---b-|"),
        ("of_kind", "-1-2-3-#", "-------#"),
        ("fold", "-1-2-3-|", "-1-3-6-|"),
        ("fold", "-1-2-#", "-1-3-#"),
        ("fold", "-1-2-t-3-|", "-1-3-#"),
    ],
)
def test_items_come_out_at_the_time_they_went_in(name: str, source: str, expected: str) -> None:
    """Each iterable's items at once; only the kind asked for; a fold's outputs until it raises."""
    with marbles_testing() as (start, _, hot, exp):
        assert start(hot(source, LOOKUP, BROKEN).pipe(OPERATORS[name])) == exp(expected, LOOKUP, BROKEN)


def test_a_fold_does_not_raise_into_its_producer_and_is_not_asked_again() -> None:
    """The stream has ended: later items find nobody."""
    # given
    source: Subject[object] = Subject()
    outputs: list[int] = []
    errors: list[Exception] = []
    source.pipe(fold(adding, 0)).subscribe(outputs.append, errors.append)
    # when
    for item in (1, "text", 2, "text"):
        source.on_next(item)
    # then
    assert (outputs, errors) == ([1], [BROKEN])


def test_each_subscription_to_a_fold_starts_from_the_initial_state() -> None:
    """State belongs to the subscription, not to the operator."""
    source: Subject[object] = Subject()
    folded = source.pipe(fold(adding, 10))
    first: list[int] = []
    second: list[int] = []
    folded.subscribe(first.append)
    source.on_next(1)
    folded.subscribe(second.append)
    source.on_next(2)
    assert (first, second) == ([11, 13], [12])


def test_a_fold_may_be_fed_by_what_it_says() -> None:
    """A broker may answer while the order is being sent: the state is up to date by then."""
    source: Subject[object] = Subject()
    outputs: list[int] = []

    def answer(total: int) -> None:
        outputs.append(total)
        if total < 4:
            source.on_next(1)

    source.pipe(fold(adding, 0)).subscribe(answer)
    source.on_next(1)
    assert outputs == [1, 2, 3, 4]


@pytest.mark.parametrize("name", OPERATORS)
def test_giving_up_a_subscription_gives_up_that_of_the_source(name: str) -> None:
    """No operator holds on to its source."""
    given_up: list[str] = []
    source: Observable[Any] = Observable(lambda *_: Disposable(lambda: given_up.append(name)))
    source.pipe(OPERATORS[name], ops.take(1)).subscribe().dispose()
    assert given_up == [name]
