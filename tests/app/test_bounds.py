"""The numbers of `medha backtest` are held to the bounds of `startRun`, and named by their options."""

import argparse

import pytest

from app.bounds import refusals
from app.commands.backtest import register

WHOLE = ["--instrument", "NSE:MINE", "--interval", "5m"]


def refused(*typed: str) -> list[str]:
    """What is said of the command line."""
    parser = argparse.ArgumentParser()
    register(parser.add_subparsers())
    return list(refusals(parser.parse_args(["backtest", "riser", *WHOLE, *typed])))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (("--capital", "0"), "--capital: An amount is more than 0"),
        (("--slippage", "1001"), "--slippage: lies between 0 and 1000, with 2 decimals at most."),
        (
            ("--slippage", "1.5", "--slippage-model", "TICKS"),
            "--slippage: Ticks are counted: a whole number.",
        ),
        (("--participation", "0"), "--participation: More than 0; leave it out for any share."),
        (("--participation", "101"), "--participation: lies between 0 and 100"),
        (("--latency", "-1"), "--latency: 0 to 100 candles."),
        (("--intrabar", "15m"), "--intrabar: Candles of 15m do not make up those of 5m: name finer ones."),
        (("--square-off-before", "0"), "--square-off-before: 1 to 180 minutes before the close."),
        (("--from", "2025-02-02", "--to", "2025-02-01"), "--to: It ends before it begins."),
        (("--charges", "INDIAN", "--charge-per-order", "20"), "--charge-per-order: A charge per order goes"),
        (("--limit", "max_open_positions=1.5"), "--limit max_open_positions 1.5: write a whole number"),
        (("--limit", "max_orders_per_day=0"), "--limit max_orders_per_day: It is 1 or more"),
        (("--limit", "max_daily_loss=0"), "--limit max_daily_loss: An amount is more than 0"),
    ],
)
def test_a_number_out_of_bounds_is_refused_by_its_option(typed: tuple[str, ...], sentence: str) -> None:
    """As GraphQL refuses it."""
    (told,) = refused(*typed)
    assert told.startswith(sentence)


def test_the_last_number_within_bounds_passes() -> None:
    """At each end."""
    assert refused() == []
    least = ("--latency", "0", "--square-off-before", "1", "--intrabar", "1m", "--limit", "max_daily_loss=1")
    assert refused(*least, "--capital", "0.0001", "--participation", "0.01") == []
    most = ("--latency", "100", "--square-off-before", "180", "--slippage", "1000", "--participation", "100")
    assert refused(*most, "--from", "2025-01-01", "--to", "2025-01-01") == []
