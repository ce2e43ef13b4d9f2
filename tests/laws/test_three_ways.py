"""The three ways of running the core give the same bits: plain, in numbers, and in numbers compiled."""

from hypothesis import given
from hypothesis import strategies as st

from streams import simulation
from streams.domain.market import Chunk
from streams.frames import moments
from streams.risk import RiskLimits
from streams.strategies.sma_crossover import SmaCrossover
from tests.builders import RUPEE, at_once, configs, cut, markets, run, terms, unhurried
from tests.laws.outcomes import backtest, whole
from tests.laws.test_chunks import limits

@unhurried
@given(chunk=markets(), data=st.data())
def test_numbers_are_what_the_fold_makes(chunk: Chunk, data: st.DataObject) -> None:
    agreed = terms(len(chunk), limits=data.draw(limits()), slippage=data.draw(st.sampled_from([0, 500])),
        charge=data.draw(st.sampled_from([0, 20 * RUPEE])), lot_size=data.draw(st.sampled_from([1, 5])))
    made = run(agreed, config=data.draw(configs(SmaCrossover)))
    cuts = data.draw(st.lists(st.sampled_from(moments(chunk).tolist() or [0]), max_size=6))
    parts = cut(chunk, cuts)
    found = whole(backtest(made, parts, None))
    expected = whole(backtest(made, parts, simulation.every))
    for one, other in zip(found.effects, expected.effects):
        assert one == other
    assert found == expected
