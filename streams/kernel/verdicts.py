"""What the rules said of a request, read back from what each of them observed."""

from streams.kernel import layout as at
from streams.risk.engine import Decision
from streams.risk.facts import Proposal
from streams.risk.rules import UNBOUNDED, RiskRule, Verdict
from streams.state import Terms


def decision(terms: Terms, row: list[int]) -> Decision:
    """The verdicts of a row of `asks`."""
    given, refused = row[at.ASK_VERDICTS], not row[at.ASK_PERMITTED]
    bounded = _bounded(terms, row)
    asked = zip(terms.risk.rules, row[at.ASK : at.ASK + given], strict=False)
    return Decision(
        tuple(
            _verdict(rule, rule.bound(limit, bounded), observed, refused and place == given)
            for place, ((rule, limit), observed) in enumerate(asked, 1)
        )
    )


def _bounded(terms: Terms, row: list[int]) -> Proposal:
    """As much of the proposal as a rule's bound may hang on."""
    instrument = terms.instruments[row[at.ASK_INSTRUMENT]]
    return Proposal(
        row[at.ASK_INSTRUMENT],
        abs(row[at.ASK_SIGNED]),
        0,
        False,
        reference=row[at.ASK_REFERENCE],
        price_band=instrument.price_band,
        lot_size=instrument.lot_size,
        freeze_quantity=instrument.freeze_quantity,
    )


def _verdict(rule: RiskRule, bound: int, observed: int, refused: bool) -> Verdict:
    sentence = rule.sentence(bound, observed) if refused else ""
    shown = bound if bound < UNBOUNDED else None
    return Verdict(rule.key, not refused, shown, observed, sentence, rule.counted)
