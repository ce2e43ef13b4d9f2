"""What came of an import, in lines for a person."""

from collections.abc import Iterable, Iterator
from itertools import islice

from app.importing.checks import Fault, Judged
from app.importing.findings import LABELS, Finding, counts, ist, refused, repeated
from app.importing.importer import Imported, Refused, Request
from app.importing.newcomers import traits
from streams.domain.market import Instrument

SHOWN = 20
"""How many rows of a kind are listed; the report file lists them all."""


def told(outcome: Imported | Refused, request: Request) -> Iterator[str]:
    """The outcome, line by line, times in IST."""
    return _imported(outcome, request) if isinstance(outcome, Imported) else _refused(outcome)


def _imported(done: Imported, request: Request) -> Iterator[str]:
    key, written = done.instrument.key, done.written
    if done.made:
        yield f"{key} is new here: {_described(done.instrument)}"
    for path, form in zip(request.files, done.formats, strict=True):
        yield f"{path.name}: {form}"
    yield (
        f"{key} {request.interval.value}: {written.added:,} added, {written.unchanged:,} unchanged,"
        f" {written.replaced:,} replaced"
    )
    if not written.added + written.replaced:
        yield "nothing changed: the store holds these candles already"
    if done.last:
        yield f"from {ist(done.first)} to {ist(done.last)}"
    yield from _listed("skipped", done.judged)
    yield from _dropped(done.judged)


def _refused(outcome: Refused) -> Iterator[str]:
    yield "nothing was imported"
    yield from outcome.contradictions
    for path, reason in outcome.unreadable:
        yield f"{path}: {reason}"
    if outcome.judged is not None:
        yield from _listed("refused", outcome.judged)
        if len(outcome.judged.good):
            yield "--skip-bad imports the rest"


def _listed(verb: str, judged: Judged) -> Iterator[str]:
    found = counts(judged)
    if not found:
        return
    yield f"{verb} {_rows(sum(found.values()))}:"
    for fault, count in found.items():
        yield f"  {count:,} {LABELS[fault]}{_advice(fault)}"
    yield from _first(refused(judged), sum(found.values()))


def _dropped(judged: Judged) -> Iterator[str]:
    total = int((judged.faults == Fault.REPEATED).sum())
    if total:
        yield f"dropped {_rows(total)} that had come before, exactly the same:"
        yield from _first(repeated(judged), total)


def _first(findings: Iterable[Finding], total: int) -> Iterator[str]:
    yield from (f"    {finding}" for finding in islice(findings, SHOWN))
    if total > SHOWN:
        yield f"    … and {total - SHOWN:,} more: --report FILE lists them all"


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"


def _advice(fault: Fault) -> str:
    return f": {_ADVICE[fault]}" if fault in _ADVICE else ""


_ADVICE = {
    Fault.TIME_UNREADABLE: "write times like 2025-12-31 09:15:00+05:30",
    Fault.OUT_OF_ORDER: "sort the file by time first",
    Fault.STORED_OTHERWISE: "--replace takes the file's",
}


def _described(instrument: Instrument) -> str:
    """What is always worth saying, then what not every instrument has."""
    kind, *words = traits(instrument).values()
    told = [kind.removeprefix("kind "), *(each for each in words if not each.startswith("no "))]
    return (
        f"taken for {', '.join(told)} (--kind, --tick-size, --lot-size … on the first import say otherwise)"
    )
