"""The canonical projection of a run: the same for the same deeds, and a difference says where."""

from streams.backtest import Backtest
from streams.charges import INDIAN
from streams.domain.market import Chunk
from streams.domain.orders import OrderStatus, ProductType
from streams.domain.portfolio import Charges
from streams.parity import Difference, Projection, fingerprint, first_difference, projection
from streams.pipeline import Run
from tests.builders import MINUTE, RUPEE, START, at_once, by_day, market, run, terms
from tests.streams.floor import at, candles, points, traded


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


def test_a_moved_stop_and_a_contract_note_are_part_of_what_a_run_did() -> None:
    """A run that trails and pays the Indian tariff, by its effects alone."""
    day = 24 * 60 * MINUTE
    times = [START, START + MINUTE, START + 2 * MINUTE, START + day]
    rising = candles(*[(price, price, price, price) for price in (100.0, 100.0, 103.0, 103.0)], times=times)
    agreed = terms()._replace(charges=INDIAN, product_type=ProductType.CNC)
    effects = traded(rising, at(0, 10, trailing_stop=points(2)), agreed=agreed).effects

    found = projection((), effects, ())

    stop = found.orders[1]
    assert stop[0] == "intent:0/STOP_LOSS/0/0"
    assert stop[-1] == [[OrderStatus.SUBMITTED, 0, 0], [10, None, 101 * RUPEE]]
    assert [each[:2] for each in found.settlements] == [[20_089, 0]]
    assert len(found.fills[0][-3]) == len(Charges())
