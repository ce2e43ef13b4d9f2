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
    sign = np.sign(signed)
    if model == TICKS:
        return np.asarray(np.maximum(tick, _worse(sign, market, 0, tick) + sign * amount * tick))
    return _worse(sign, market, impact(model, amount, 0, 0), tick)


def _worse(sign: Ints, price: Ints, parts: int, tick: int) -> Ints:
    """`pricing.worse`."""
    moved, grid = price * (PARTS + sign * parts), PARTS * tick
    ticks = np.where(sign > 0, -(-moved // grid), moved // grid)
    return np.asarray(np.maximum(1, ticks) * tick)


def levies(rates: Rates, signed: Ints, price: Ints) -> Ints:
    """`levies.provisional` of orders that fill whole: a row for each part."""
    value: Any = np.abs(signed) * price
    buys = signed > 0
    brokerage = rates.brokerage_flat + np.minimum(rates.brokerage_cap, levied(value, rates.brokerage_rate))
    stt = np.where(buys, levied(value, rates.stt_buy), levied(value, rates.stt_sell))
    exchange, sebi = levied(value, rates.exchange), levied(value, rates.sebi)
    stamp = np.where(buys, levied(value, rates.stamp), 0)
    gst = levied(brokerage + exchange + sebi, rates.gst)
    nothing = np.zeros(len(value), np.int64)
    return np.stack((brokerage, stt, exchange, sebi, stamp, gst, nothing, nothing))


def observed(rule: RiskRule, proposal: Proposal, book: Book) -> Any:
    """What a rule observes where some of the numbers are columns."""
    if isinstance(rule, MaxDailyLoss):
        return np.maximum(0, -book.day_pnl)
    if isinstance(rule, MaxAccountDailyLoss):
        return np.maximum(0, -(book.day_pnl + book.pnl_elsewhere))
    if isinstance(rule, LotSize):
        return proposal.quantity % proposal.lot_size
    return rule.observed(proposal, book)
