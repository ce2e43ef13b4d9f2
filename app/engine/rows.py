"""Effects as rows of the ledger: one pure function a table."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.engine.identity import RunIdentity
from app.store.driver import date_of_day, to_moment
from app.store.tables.trading import RiskEventKind, TradeVerdict
from streams.domain.intents import Intent, Sizing
from streams.domain.money import to_rupees
from streams.domain.orders import OrderRequest
from streams.domain.portfolio import Charges
from streams.events import ChargesSettled, Decided, FillBooked, OrderMoved, PnlStruck, PositionChanged
from streams.risk.engine import Decision
from streams.risk.rules import Verdict
from streams.trades import Trade

Row = dict[str, Any]


def optional_moment(microseconds: int | None) -> datetime | None:
    """The same, None staying None."""
    return None if microseconds is None else to_moment(microseconds)


def amount(units: int | None) -> Decimal | None:
    """Units as rupees, None staying None."""
    return None if units is None else to_rupees(units)


def intent(run: RunIdentity, asked: Intent) -> Row:
    """What a strategy asked for, as its event tells; prices that were not named are null."""
    manner = asked.manner
    return {
        "sequence": asked.sequence,
        "instrumentId": str(run.instrument_ids[asked.instrument]),
        "candleAt": to_moment(asked.time).isoformat(),
        "target": asked.target,
        "action": asked.action,
        "sizing": manner.sizing,
        "orderType": manner.order_type,
        "limitPrice": _price(asked.limit_price or None),
        "triggerPrice": _price(asked.trigger_price or None),
        "tag": manner.tag or None,
    }


def _price(units: int | None) -> str | None:
    return None if units is None else format(to_rupees(units), "f")


def owner(run: RunIdentity) -> Row:
    """Whose row it is."""
    return {"user_id": run.user_id, "broker_account_id": run.account_id, "run_id": run.run_id}


def verdict(spoken: Verdict) -> Row:
    """A rule's verdict with its numbers, as JSON."""
    return {
        "rule": spoken.rule,
        "passed": spoken.passed,
        "limit": _number(spoken.limit, spoken.counted),
        "observed": _number(spoken.observed, spoken.counted),
        "message": spoken.message,
    }


def _number(value: int | None, counted: bool) -> str | None:
    if value is None:
        return None
    return str(value) if counted else format(to_rupees(value), "f")


def verdicts(decision: Decision) -> Row:
    """All verdicts given."""
    return {"verdicts": [verdict(each) for each in decision.verdicts]}


def order(run: RunIdentity, request: OrderRequest, at: datetime) -> Row:
    """`orders`: what was asked."""
    return {
        **owner(run),
        "id": run.order_id(request.key),
        "trade_id": None if request.trade is None else run.trade_id(request.trade),
        "instrument_id": run.instrument_ids[request.instrument],
        "cause": request.key.cause,
        "leg": request.key.leg,
        "slice": request.key.slice,
        "generation": request.key.generation,
        "correlation_id": run.correlation_id(request.key),
        "side": request.side,
        "order_type": request.order_type,
        "product_type": request.product_type,
        "validity": request.validity,
        "quantity": request.quantity,
        "limit_price": amount(request.limit_price),
        "trigger_price": amount(request.trigger_price),
        "candle_at": to_moment(request.time),
        "created_at": at,
    }


def order_state(run: RunIdentity, moved: OrderMoved, sequence: int, at: datetime) -> Row:
    """`order_states`: where an order stands."""
    return {
        "order_id": run.order_id(moved.request.key),
        "user_id": run.user_id,
        "run_id": run.run_id,
        "status": moved.status,
        "filled_quantity": moved.filled,
        "filled_value": to_rupees(moved.value),
        **asked_now(moved.request),
        "broker_order_id": moved.broker_order_id,
        "reason": moved.reason,
        "last_sequence": sequence,
        "updated_at": at,
    }


def asked_now(request: OrderRequest) -> Row:
    """What an order is for since it was last modified: columns of `order_states`."""
    return {
        "asked_quantity": request.quantity,
        "asked_limit_price": amount(request.limit_price),
        "asked_trigger_price": amount(request.trigger_price),
    }


def asked(request: OrderRequest) -> Row:
    """What an order is for, as its events tell."""
    prices = {"limitPrice": _price(request.limit_price), "triggerPrice": _price(request.trigger_price)}
    return {"quantity": request.quantity, **prices}


def order_event(
    run: RunIdentity, order_id: UUID, sequence: int, kind: str, payload: Row, at: datetime
) -> Row:
    """`order_events`: what happened."""
    return {
        **owner(run),
        "order_id": order_id,
        "sequence": sequence,
        "kind": kind,
        "payload": payload,
        "at": at,
    }


def parts(charges: Charges) -> Row:
    """Charges part by part, as JSON: amounts as text, parts that are nothing left out."""
    return {name: format(to_rupees(value), "f") for name, value in charges._asdict().items() if value}


def settlement(run: RunIdentity, settled: ChargesSettled, time: int, at: datetime) -> Row:
    """`charge_settlements`: what a contract note made of a day's charges; `time` counts such notes."""
    return {
        **owner(run),
        "id": run.settlement_id(settled.day, settled.instrument, time),
        "instrument_id": run.instrument_ids[settled.instrument],
        "day": date_of_day(settled.day),
        "charges": to_rupees(settled.parts.total),
        "charge_parts": parts(settled.parts),
        "created_at": at,
    }


def fill(run: RunIdentity, booked: FillBooked, at: datetime) -> Row:
    """`fills`: an execution."""
    done = booked.fill
    return {
        **owner(run),
        "id": run.fill_id(done.trade_id),
        "order_id": run.order_id(done.order),
        "instrument_id": run.instrument_ids[done.instrument],
        "broker_trade_id": done.trade_id,
        "side": done.side,
        "quantity": done.quantity,
        "price": to_rupees(done.price),
        "charges": to_rupees(done.charges),
        "charge_parts": parts(booked.parts),
        "traded_at": to_moment(done.time),
        "created_at": at,
    }


def trade(run: RunIdentity, made: Trade, decided_at: datetime) -> Row:
    """`trades`: a decision and what came of it."""
    approved = made.decision.permitted
    return {
        **owner(run),
        "id": run.trade_id(made.intent.sequence),
        "instrument_id": run.instrument_ids[made.intent.instrument],
        "intent_sequence": made.intent.sequence,
        "candle_at": to_moment(made.intent.time),
        "decided_at": decided_at,
        "target_quantity": _target(made),
        "side": made.side,
        "quantity": made.quantity,
        "verdict": TradeVerdict.APPROVED if approved else TradeVerdict.REFUSED,
        "verdicts": verdicts(made.decision),
        "entry_quantity": made.entry_quantity,
        "entry_value": to_rupees(made.entry_value),
        "exit_quantity": made.exit_quantity,
        "exit_value": to_rupees(made.exit_value),
        "charges": to_rupees(made.charges),
        "realised_pnl": to_rupees(made.realised),
        "opened_at": optional_moment(made.opened_at),
        "closed_at": optional_moment(made.closed_at),
    }


def _target(made: Trade) -> int:
    """The position asked for; where the strategy counts in another measure, what was ordered towards it."""
    if made.intent.manner.sizing is Sizing.QUANTITY:
        return made.intent.target
    return made.side.sign * made.quantity


def refusal(run: RunIdentity, decided: Decided, at: datetime) -> Row:
    """`risk_events`: the rule that said no, with its numbers."""
    request, failed = decided.request, decided.decision.verdicts[-1]
    said = verdict(failed)
    return {
        **owner(run),
        "id": run.risk_event_id(request.key),
        "trade_id": None if request.trade is None else run.trade_id(request.trade),
        "instrument_id": run.instrument_ids[request.instrument],
        "kind": RiskEventKind.REFUSED,
        "rule": failed.rule,
        "limit_value": said["limit"] and Decimal(said["limit"]),
        "observed_value": said["observed"] and Decimal(said["observed"]),
        "message": failed.message,
        "candle_at": to_moment(request.time),
        "created_at": at,
    }


def position(run: RunIdentity, after: PositionChanged, mark: int, at: datetime) -> Row:
    """`positions`: what is held."""
    return {
        **owner(run),
        "id": run.position_id(after.instrument),
        "instrument_id": run.instrument_ids[after.instrument],
        "product_type": run.products[after.instrument],
        "quantity": after.quantity,
        "cost": to_rupees(after.cost),
        "realised_pnl": to_rupees(after.realised),
        "charges": to_rupees(after.charges),
        "mark_price": to_rupees(mark),
        "updated_at": at,
    }


def pnl(run: RunIdentity, struck: PnlStruck, sequence: int) -> Row:
    """`pnl_snapshots`: P&L at a candle's close."""
    return {
        **owner(run),
        "sequence": sequence,
        "at": to_moment(run.closed_at(struck.time)),
        "realised": to_rupees(struck.realised),
        "unrealised": to_rupees(struck.unrealised),
        "charges": to_rupees(struck.charges),
        "equity": to_rupees(struck.equity),
        "exposure": to_rupees(struck.exposure),
    }
