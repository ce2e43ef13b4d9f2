"""The options of a run to start: checked against each other and the market, and completed."""

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any

from app.api.account_changes import MOST_SLIPPAGE
from app.api.enums import UserErrorCode
from app.api.errors import Refused, UserError
from app.api.inputs import rate_errors
from app.api.rows import Row
from app.api.run_options import SlippageInput, TradingInput
from app.engine.options import RunOptions
from app.engine.products import expected_product, last_candle, product_refusal, square_off_before
from app.store.instruments import instrument_of
from streams.charges.schedules import ScheduleKind
from streams.domain.market import Instrument, Interval
from streams.domain.orders import ProductType
from streams.domain.venue import Slippage
from streams.strategies.asks import Intents

LONGEST_LATENCY = 100
LATEST_SQUARE_OFF = 180


def option_errors(given: TradingInput) -> list[UserError]:
    """What is wrong with the options by themselves."""
    return [*_slippage_errors(given), *_rate_errors(given), *_told(_contradictions(given))]


def _rate_errors(given: TradingInput) -> list[UserError]:
    errors = rate_errors({"participationPercent": given.participation_percent}, 100)
    if given.participation_percent == 0:
        errors += _told([("More than 0; leave it out for any share.", "participationPercent")])
    return errors


def _slippage_errors(given: TradingInput) -> list[UserError]:
    asked = given.slippage
    if asked is None:
        return []
    if given.slippage_bps is not None:
        return _told([("Give slippage or slippageBps, not both.", "slippage")])
    errors = rate_errors({"slippage.amount": asked.amount}, MOST_SLIPPAGE)
    if asked.model is Slippage.TICKS and asked.amount != int(asked.amount):
        errors += _told([("Ticks are counted: a whole number.", "slippage.amount")])
    return errors


def _contradictions(given: TradingInput) -> Iterator[tuple[str, str]]:
    latency, before = given.latency_bars, given.square_off_before
    finer = given.intrabar_interval
    if latency is not None and not 0 <= latency <= LONGEST_LATENCY:
        yield f"0 to {LONGEST_LATENCY} candles.", "latencyBars"
    if before is not None and not 1 <= before <= LATEST_SQUARE_OFF:
        yield f"1 to {LATEST_SQUARE_OFF} minutes before the close.", "squareOffBefore"
    if finer is not None and not _divides(finer, given.interval):
        message = f"Candles of {finer.value} do not make up those of {given.interval.value}: name finer ones."
        yield message, "intrabarInterval"
    if given.charge_per_order is not None and given.charges not in (None, ScheduleKind.FLAT):
        yield f"A charge per order goes with FLAT charges, not {given.charges}.", "chargePerOrder"


def _divides(finer: Interval, interval: Interval) -> bool:
    return finer.microseconds < interval.microseconds and interval.microseconds % finer.microseconds == 0


def pinned_options(
    given: TradingInput, account_charge: Decimal, rows: Sequence[Row], intents: Intents
) -> RunOptions:
    """The options completed; refuses a product that does not fit the candles or the instruments."""
    instruments = [instrument_of(row) for row in rows]
    product = given.product_type or expected_product(given.interval, instruments)
    named = {ask.manner.product_type for ask in intents.asks if ask.manner.product_type is not None}
    products = named or {product}
    refusals = {product_refusal(each, given.interval, instruments) for each in (product, *named)}
    errors = [(each, "productType") for each in refusals if each is not None]
    errors += _closing_errors(given, product, intents)
    errors += _square_off_errors(given, products, instruments)
    if errors:
        raise Refused(*_told(errors))
    before = given.square_off_before or square_off_before(products, given.interval, instruments)
    costs = _charges(given, account_charge)
    return RunOptions(product_type=product, square_off_before=before, **_venue(given), **costs)


def _closing_errors(given: TradingInput, product: ProductType, intents: Intents) -> list[tuple[str, str]]:
    """What is wrong with a product, or with candles, on which the strategy cannot close when it wants to."""
    manners = [ask.manner for ask in intents.asks if ask.manner.square_off is not None]
    if not manners:
        return []
    hours, minutes = divmod(manners[0].square_off or 0, 60)
    closes = f"The strategy closes its positions at {hours:02d}:{minutes:02d}, and"
    if given.interval is Interval.ONE_DAY:
        return [(f"{closes} daily candles show no time within the day: choose shorter ones.", "interval")]
    if product is ProductType.CNC and any(each.product_type is None for each in manners):
        return [(f"{closes} CNC carries them: choose INTRADAY or MARGIN.", "productType")]
    return []


def _square_off_errors(
    given: TradingInput, products: Collection[ProductType], instruments: Sequence[Instrument]
) -> list[tuple[str, str]]:
    """What is wrong with when positions shall be closed."""
    path, asked = "squareOffBefore", given.square_off_before
    if asked is None:
        return []
    if ProductType.INTRADAY not in products:
        return [("Only INTRADAY positions are closed before the session ends.", path)]
    least = max(last_candle(given.interval, each) for each in instruments)
    if asked >= least:
        return []
    message = (
        f"The last candle of {given.interval.value} may be {least} minutes long, and the order needs it:"
    )
    return [(f"{message} {least} minutes or more.", path)]


def _venue(given: TradingInput) -> dict[str, Any]:
    slippage: SlippageInput | None = given.slippage
    own: dict[str, Any] = {} if slippage is None else {"slippage_model": slippage.model}
    if slippage is not None and slippage.model is not Slippage.BPS:
        own["slippage_amount"] = slippage.amount  # in BPS it is the run's slippage_bps
    return {
        **own,
        "participation_percent": given.participation_percent,
        "latency_bars": given.latency_bars or 0,
        "intrabar": given.intrabar_interval,
    }


def _charges(given: TradingInput, account_charge: Decimal) -> dict[str, Any]:
    if given.charges is not None:
        return {"charges": given.charges}
    own = given.charge_per_order is not None or account_charge > 0
    return {"charges": ScheduleKind.FLAT if own else ScheduleKind.INDIAN}


def _told(found: Any) -> list[UserError]:
    return [
        UserError(code=UserErrorCode.INVALID, message=message, path=path.split("."))
        for message, path in found
    ]
