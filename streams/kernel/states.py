"""A flight read back as the fold's state."""

from collections.abc import Iterator, Sequence

from streams.charges.levies import Dealings
from streams.domain.intents import Intent, Manner
from streams.domain.orders import OrderStatus
from streams.domain.portfolio import Lot
from streams.kernel import layout as at
from streams.kernel.columns import Flight
from streams.kernel.effects import cause_of, requests_of
from streams.kernel.journal import Journal
from streams.kernel.meeting import DAY_LENGTH, IST_OFFSET
from streams.state import Guard, Holding, State, Terms, Working


def state(terms: Terms, flight: Flight, intents: Sequence[Intent], journal: Journal) -> State:
    """The flight as the fold's state."""
    book = [int(each) for each in flight.book]
    working, cancelled = _orders(terms, flight, intents, journal)
    return State(
        tuple(_holding(flight, intents, journal, place) for place in range(len(terms.instruments))),
        book[at.CASH],
        tuple(working),
        tuple(cancelled),
        realised=book[at.REALISED],
        charges=book[at.CHARGES],
        day=book[at.DAY],
        day_equity=book[at.DAY_EQUITY],
        time=book[at.TIME],
        now=book[at.NOW],
        asked=book[at.HEARD],
        orders_today=book[at.ORDERS_TODAY],
        trades_today=book[at.TRADES_TODAY],
    )


def _orders(
    terms: Terms, flight: Flight, intents: Sequence[Intent], journal: Journal
) -> tuple[list[Working], list[Working]]:
    """The orders at work, and those cancelled today."""
    book, requests = flight.book, requests_of(terms, intents, journal)
    resting = range(0, book[at.WORKING] * at.ORDER, at.ORDER)
    numbers = [int(flight.working[place + at.ORDER_ASK]) for place in resting]
    over = [
        row for row in journal.of(at.MOVED).tolist() if row[at.LOG_STATUS] in (at.IS_CANCELLED, at.IS_OVER)
    ]
    today = [row[at.LOG_ASK] for row in over if (row[at.LOG_TIME] + IST_OFFSET) // DAY_LENGTH == book[at.DAY]]

    def order(number: int, status: OrderStatus) -> Working:
        entry = journal.asks[number, at.ASK_LEG] == at.ENTRY
        intent = intents[int(journal.asks[number, at.ASK_INTENT])] if entry else None
        return Working(requests[number], status, intent=intent)

    return (
        [order(number, OrderStatus.SUBMITTED) for number in numbers],
        [order(number, OrderStatus.CANCELLED) for number in today],
    )


def _holding(flight: Flight, intents: Sequence[Intent], journal: Journal, instrument: int) -> Holding:
    home = at.RUN + instrument * at.HOLDING
    book = [int(each) for each in flight.book[home : home + at.HOLDING]]
    aimed, waiting, guard = book[at.AIMED] == 1, book[at.WAITING], book[at.GUARD]
    own = [each for each in intents if each.instrument == instrument][:1] if book[at.FOLLOWED] else []
    return Holding(
        tuple(_lots(flight, instrument)),
        book[at.TARGET] if aimed else None,
        cause_of(book[at.CAUSE_KIND], book[at.CAUSE], instrument) if aimed else "",
        book[at.EXITS],
        book[at.MARK],
        book[at.GAINED],
        book[at.PAID],
        own[0].manner if own else Manner(),
        None if waiting < 0 else intents[waiting],
        None
        if guard < 0
        else Guard(intents[guard], book[at.BEST], book[at.FRESH] == 1, book[at.AGE], book[at.PLACED]),
        tuple(_entries(journal, instrument)),
        book[at.REFERENCE],
        Dealings(*book[at.DEALINGS : at.DEALINGS + len(Dealings._fields)]),
    )


def _lots(flight: Flight, instrument: int) -> Iterator[Lot]:
    home = at.RUN + instrument * at.HOLDING
    start = (instrument * flight.book[at.LOTS_ROOM] + flight.book[home + at.FIRST]) * at.LOT
    for place in range(start, start + flight.book[home + at.LOTS] * at.LOT, at.LOT):
        trade, quantity, cost = (int(each) for each in flight.lots[place : place + at.LOT])
        yield Lot(None if trade < 0 else trade, quantity, cost)


def _entries(journal: Journal, instrument: int) -> list[int]:
    """The intents that have entered since the position was flat."""
    held, found = 0, list[int]()
    fills = journal.of(at.FILLED)
    for row in fills[fills[:, at.LOG_INSTRUMENT] == instrument].tolist():
        before, held = held, held + row[at.LOG_SIGNED]
        asked = journal.asks[row[at.LOG_ASK]]
        if asked[at.ASK_LEG] == at.ENTRY:
            begins = not before or before * held < 0
            found = [*([] if begins else found), int(asked[at.ASK_INTENT])]
    return found
