"""Every rule's arithmetic compiled gives the same bits as plain."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kernel.compiled import Bound
from streams.risk import RULES, Book, Proposal
from tests.streams.risk.draws import books, proposals


@pytest.fixture(scope="module")
def compiled() -> dict[tuple[str, str], Any]:
    """Each rule's four functions, compiled."""
    numba = pytest.importorskip("numba", reason="the extra `fast` is not installed")
    bound = Bound(numba.njit, {})
    parts: tuple[str, ...] = ("bound", "observed", "exceeded", "spared")
    return {(rule.key, part): numba.njit(bound.copy(getattr(rule, part))) for rule in RULES for part in parts}


@settings(deadline=None)
@given(proposals, books, st.integers(0, 10**16))
def test_every_rule_reckons_the_same_when_it_is_compiled(
    compiled: dict[tuple[str, str], Any], proposal: Proposal, book: Book, limit: int
) -> None:
    """Its arithmetic is on integers and named tuples of them alone."""
    proposal, book = proposal._replace(hours=int(proposal.hours)), book._replace(state=int(book.state))
    for rule in RULES:
        reckoned = rule.bound(limit, proposal), rule.observed(proposal, book)
        again = compiled[rule.key, "bound"](limit, proposal), compiled[rule.key, "observed"](proposal, book)
        assert again == reckoned
        assert compiled[rule.key, "exceeded"](*reckoned) == rule.exceeded(*reckoned)
        assert compiled[rule.key, "spared"](proposal, book) == rule.spared(proposal, book)
