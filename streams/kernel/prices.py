"""Prices in the kernel."""

from streams.domain.money import PPM


def market_price(sign: int, opened: int, slippage: int, tick: int) -> int:
    """A market order's fill."""
    slipped = opened * (PPM + sign * slippage)
    grid = PPM * tick
    ticks = -(-slipped // grid) if sign > 0 else slipped // grid
    return max(1, ticks) * tick
