"""The canonical projection of a run: the same for the same deeds, and a difference says where."""

from streams.backtest import Backtest
from streams.domain.market import Chunk
from streams.parity import Difference, Projection, fingerprint, first_difference, projection
from streams.pipeline import Run
from tests.builders import at_once, by_day, market, run, terms


def did(what: Run, chunks: list[Chunk]) -> Projection:
    """A backtest's projection."""
    backtest = Backtest(what)
    for chunk in chunks:
        backtest.feed(chunk)
    outcome = backtest.outcome()
    curve = zip(outcome.curve.time.tolist(), outcome.curve.equity.tolist(), strict=True)
    return projection(outcome.intents, outcome.effects, curve)


def test_the_same_run_has_the_same_fingerprint() -> None:
    """However its candles were fed."""
    one, other = did(run(), at_once(market(7))), did(run(), by_day(market(7)))

    assert first_difference(one, other) is None
    assert fingerprint(one) == fingerprint(other)


def test_another_charge_shows_first_in_the_fills() -> None:
    """Orders are the same; the first fill costs something, and the hash is another."""
    free, charged = did(run(), at_once(market(7))), did(run(terms(charge=1)), at_once(market(7)))

    found = first_difference(free, charged)

    assert found is not None
    assert (found.stage, found.place) == ("fills", 0)
    assert fingerprint(free) != fingerprint(charged)


def test_a_run_that_goes_on_differs_where_the_other_ends() -> None:
    """The shorter one has no fact there."""
    whole = did(run(), at_once(market(7)))
    last = len(whole.intents) - 1
    short = whole._replace(intents=whole.intents[:-1])

    assert first_difference(short, whole) == Difference("intents", last, None, whole.intents[last])
