"""The house's risk rules in one function of integers, which can be compiled whole.

Each rule is asked by its own functions, those the fold calls; here is only their chain, in the house's order.
"""

from collections.abc import Callable

from streams.kernel.columns import Column
from streams.risk.engine import RiskEngine
from streams.risk.facts import Book, Proposal
from streams.risk.registry import RULES
from streams.risk.rules import RiskRule

Judge = Callable[[Column, Column, int, int, Proposal, Book], int]
"""(limits, asks, place, given, proposal, book): writes what each enabled rule observed into `asks`, the first
behind the verdicts `given` before, up to the first refusal. How many verdicts there are by then; where the
last one refuses, that number below zero."""

HOUSE = tuple(type(each) for each in RULES)

LIMIT = 2
"""A rule has two places in `limits`: whether it is on, and its limit."""


def limits(risk: RiskEngine) -> list[int]:
    """The engine's limits, rule by rule of the house."""
    known = {type(rule): limit for rule, limit in risk.rules}
    return [number for kind in HOUSE for number in (int(kind in known), known.get(kind, 0))]


def of_the_house(risk: RiskEngine) -> bool:
    """Whether all the engine's rules are the house's own, in its order."""
    kinds = [type(rule) for rule, _ in risk.rules]
    return kinds == [kind for kind in HOUSE if kind in kinds]


def single(number: int, rule: RiskRule) -> Judge:
    """One rule."""
    switch = number * LIMIT
    bound, observed, exceeded, spared = rule.bound, rule.observed, rule.exceeded, rule.spared

    def judge(limits: Column, asks: Column, place: int, given: int, proposal: Proposal, book: Book) -> int:
        if limits[switch] == 0:
            return given
        found = observed(proposal, book)
        asks[place + given] = found
        if exceeded(bound(limits[switch + 1], proposal), found) and not spared(proposal, book):
            return -given - 1
        return given + 1

    return judge


def both(first: Judge, second: Judge) -> Judge:
    """One judge after another, unless the first has refused."""

    def judge(limits: Column, asks: Column, place: int, given: int, proposal: Proposal, book: Book) -> int:
        verdicts = first(limits, asks, place, given, proposal, book)
        return verdicts if verdicts < 0 else second(limits, asks, place, verdicts, proposal, book)

    return judge


def joined(judges: list[Judge]) -> Judge:
    """All of them in order, as a tree: a chain would take numba minutes to compile."""
    middle = len(judges) // 2
    return both(joined(judges[:middle]), joined(judges[middle:])) if middle else judges[0]


judged = joined([single(number, rule) for number, rule in enumerate(RULES)])
