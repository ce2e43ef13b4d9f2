"""The journal read back as the fold's effects: the same tuples in the same order, made on asking."""

from collections.abc import Iterator, Sequence

from streams.domain.intents import Intent
from streams.domain.orders import Leg, OrderKey, OrderRequest, OrderStatus, Side
from streams.domain.portfolio import Fill
from streams.events import Decided, Effect, FillBooked, OrderMoved, Place, PositionChanged
from streams.kernel import layout as at
from streams.kernel.journal import Journal
from streams.positions import Closed
from streams.risk.engine import Decision
from streams.risk.facts import Proposal
from streams.risk.rules import UNBOUNDED, RiskRule, Verdict
from streams.state import Terms

LEGS = tuple(Leg)
Row = list[int]


def effects(terms: Terms, intents: Sequence[Intent], journal: Journal) -> Iterator[Effect]:
    """Every effect the fold would have had, the P&L struck at single candles left out."""
    requests = [request(terms, row) for row in journal.asks.tolist()]
    asks, log = journal.asks.tolist(), journal.log.tolist()
    positions = [PositionChanged(each, 0, 0, 0, 0) for each in range(len(terms.instruments))]
    for place, row in enumerate(log):
        asked = row[at.LOG_ASK]
        if row[at.LOG_KIND] == at.DECIDED:
            yield from _decided(terms, intents, requests[asked], asks[asked])
        elif row[at.LOG_KIND] == at.MOVED:
            yield OrderMoved(requests[asked], OrderStatus.SUBMITTED, 0, 0, None, None)
        elif row[at.LOG_KIND] == at.FILLED:
            booked = _booked(requests[asked], log, place)
            size, price = booked.fill.quantity, booked.fill.price
            yield OrderMoved(requests[asked], OrderStatus.FILLED, size, size * price, None, None)
            yield booked
            instrument = booked.fill.instrument
            positions[instrument] = _position(positions[instrument], booked)
            yield positions[instrument]


def request(terms: Terms, row: Row) -> OrderRequest:
    """What was asked for."""
    leg = LEGS[row[at.ASK_LEG]]
    cause = row[at.ASK_CAUSE]
    return OrderRequest(
        OrderKey(f"intent:{cause}", leg, 0, row[at.ASK_GENERATION]),
        row[at.ASK_INSTRUMENT],
        Side.BUY if row[at.ASK_SIGNED] > 0 else Side.SELL,
        abs(row[at.ASK_SIGNED]),
        row[at.ASK_TIME],
        cause if leg is Leg.ENTRY else None,
        product_type=terms.product_type,
    )


def _decided(terms: Terms, intents: Sequence[Intent], asked: OrderRequest, row: Row) -> Iterator[Effect]:
    answered = row[at.ASK_INTENT]
    intent = None if answered < 0 else intents[answered]
    yield Decided(intent, asked, decision(terms, row))
    if row[at.ASK_PERMITTED]:
        yield Place(asked)


def decision(terms: Terms, row: Row) -> Decision:
    """The verdicts, with what each rule observed."""
    given, refused = row[at.ASK_VERDICTS], not row[at.ASK_PERMITTED]
    proposal = proposed(terms, row)
    return Decision(
        tuple(
            _verdict(rule, rule.bound(limit, proposal), found, refused and place == given)
            for place, ((rule, limit), found) in enumerate(
                zip(terms.risk.rules, row[at.ASK : at.ASK + given], strict=False), 1
            )
        )
    )


def proposed(terms: Terms, row: Row) -> Proposal:
    """What the bounds of the rules hang on."""
    instrument = terms.instruments[row[at.ASK_INSTRUMENT]]
    return Proposal(
        row[at.ASK_INSTRUMENT],
        abs(row[at.ASK_SIGNED]),
        0,
        False,
        reference=row[at.ASK_REFERENCE],
        price_band=instrument.price_band,
        freeze_quantity=instrument.freeze_quantity,
    )


def _verdict(rule: RiskRule, bound: int, observed: int, refused: bool) -> Verdict:
    sentence = rule.sentence(bound, observed) if refused else ""
    return Verdict(
        rule.key, not refused, bound if bound < UNBOUNDED else None, observed, sentence, rule.counted
    )


def _booked(asked: OrderRequest, log: list[Row], place: int) -> FillBooked:
    row = log[place]
    fill = Fill(
        f"{asked.key.name}/1",
        asked.key,
        asked.instrument,
        asked.side,
        abs(row[at.LOG_SIGNED]),
        row[at.LOG_PRICE],
        row[at.LOG_CHARGES],
        row[at.LOG_TIME],
    )
    return FillBooked(fill, row[at.LOG_OPENED], tuple(_closed(log, place + 1)))


def _closed(log: list[Row], place: int) -> Iterator[Closed]:
    while place < len(log) and log[place][at.LOG_KIND] == at.LOT_CLOSED:
        row = log[place]
        trade = row[at.LOG_ASK]
        yield Closed(
            None if trade < 0 else trade,
            row[at.CLOSED_QUANTITY],
            row[at.CLOSED_COST],
            row[at.CLOSED_REALISED],
        )
        place += 1


def _position(before: PositionChanged, booked: FillBooked) -> PositionChanged:
    fill = booked.fill
    return PositionChanged(
        fill.instrument,
        before.quantity + fill.side.sign * fill.quantity,
        before.cost - sum(each.cost for each in booked.closed) + booked.opened * fill.price,
        before.realised + sum(each.realised for each in booked.closed),
        before.charges + fill.charges,
    )
