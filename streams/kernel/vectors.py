"""A few of the core's functions of integers once more, for whole columns; a law compares them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.charges.levies import levied
from streams.charges.tariff import Rates
from streams.kernel import layout as at
from streams.kernel.columns import Fixed
from streams.pricing import PARTS, TICKS, impact
from streams.risk.facts import Book, Proposal
from streams.risk.losses import MaxAccountDailyLoss, MaxDailyLoss
from streams.risk.market import LotSize
from streams.risk.rules import RiskRule

Ints = NDArray[np.int64]


def filled_at(fixed: Fixed, signed: Ints, market: Ints) -> Ints:
    """`pricing.slipped` of market orders, but for the model that asks for the volume."""
    tick, model, amount = fixed.traits[at.TICK], fixed.numbers[at.MODEL], fixed.numbers[at.AMOUNT]
    if model == TICKS:
        worse = _worse(signed, market, 0, tick) + np.sign(signed) * amount * tick
        return np.asarray(np.maximum(tick, worse))
    return _worse(signed, market, impact(model, amount, 0, 0), tick)


def _worse(signed: Ints, price: Ints, parts: int, tick: int) -> Ints:
    """`pricing.worse`."""
    if parts == 0 and tick == 1:
        return np.maximum(1, price)
    sign = np.sign(signed)
    moved, grid = price * (PARTS + sign * parts), PARTS * tick
    ticks = -(-sign * moved // grid) * sign
    return np.asarray(np.maximum(1, ticks) * tick)


def levies(rates: Rates, signed: Ints, value: Ints) -> tuple[Any, ...]:
    """`levies.provisional` of orders that fill whole: the parts that can be other than 0; a number is for
    all."""
    buys = signed > 0
    brokerage = rates.brokerage_flat + np.minimum(rates.brokerage_cap, _levied(value, rates.brokerage_rate))
    stt = _either(buys, _levied(value, rates.stt_buy), _levied(value, rates.stt_sell))
    exchange, sebi = _levied(value, rates.exchange), _levied(value, rates.sebi)
    stamp = _either(buys, _levied(value, rates.stamp), 0)
    return brokerage, stt, exchange, sebi, stamp, _levied(brokerage + exchange + sebi, rates.gst)


def _levied(value: Any, rate: int) -> Any:
    return levied(value, rate) if rate else 0


def _either(buys: NDArray[np.bool_], bought: Any, sold: Any) -> Any:
    none = isinstance(bought, int) and isinstance(sold, int)
    return 0 if none else np.where(buys, bought, sold)


def observed(rule: RiskRule, proposal: Proposal, book: Book) -> Any:
    """What a rule observes where some of the numbers are columns."""
    if isinstance(rule, MaxDailyLoss):
        return np.maximum(0, -book.day_pnl)
    if isinstance(rule, MaxAccountDailyLoss):
        return np.maximum(0, -(book.day_pnl + book.pnl_elsewhere))
    if isinstance(rule, LotSize):
        return -proposal.quantity % proposal.lot_size if proposal.lot_size > 1 else 0
    return rule.observed(proposal, book)
