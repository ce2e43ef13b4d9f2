"""The causal column algebra strategies are written in.

column      the expression itself, and why it cannot look ahead
operators   when, lag, HOLD
indicators  sma
rolling     window sums that do not depend on where a series starts
evaluation  expressions to arrays, batch by batch
"""

from streams.columns.column import Column, LookAheadError, constant
from streams.columns.indicators import sma
from streams.columns.operators import HOLD, lag, when

__all__ = ["HOLD", "Column", "LookAheadError", "constant", "lag", "sma", "when"]
