"""The days on which NSE and BSE traded other hours than usual, or traded on a weekend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Hours = tuple[tuple[str, str], ...]


class SpecialDay(NamedTuple):
    """What the day is, and the hours it traded, in IST."""

    occasion: str
    hours: Hours


_DRILL: Hours = (("09:15", "10:00"), ("11:30", "12:30"))


def _muhurat(opens: str, closes: str) -> SpecialDay:
    return SpecialDay("Diwali muhurat", ((opens, closes),))


SPECIAL_HOURS: Mapping[str, SpecialDay] = {
    "2000-10-26": _muhurat("18:30", "19:45"),
    "2001-11-14": _muhurat("17:00", "18:15"),
    "2002-11-04": _muhurat("17:00", "18:15"),
    "2004-11-12": _muhurat("17:30", "18:45"),
    "2005-11-01": _muhurat("18:05", "19:20"),
    "2007-11-09": _muhurat("18:00", "19:00"),
    "2008-10-28": _muhurat("18:15", "19:15"),
    "2010-11-05": _muhurat("18:15", "19:15"),
    "2011-10-26": _muhurat("16:45", "18:00"),
    "2012-11-13": _muhurat("15:45", "17:00"),
    "2014-10-23": _muhurat("18:30", "19:30"),
    "2015-11-11": _muhurat("17:45", "18:45"),
    "2016-10-30": _muhurat("18:30", "19:30"),
    "2017-07-10": SpecialDay("Late opening after an outage", (("12:30", "15:30"),)),
    "2017-10-19": _muhurat("18:30", "19:30"),
    "2018-11-07": _muhurat("17:30", "18:30"),
    "2019-10-27": _muhurat("18:15", "19:15"),
    "2020-11-14": _muhurat("18:15", "19:15"),
    "2021-02-24": SpecialDay("Outage, made up for in the evening", (("09:15", "11:40"), ("15:45", "17:00"))),
    "2021-11-04": _muhurat("18:15", "19:15"),
    "2022-10-24": _muhurat("18:15", "19:15"),
    "2023-11-12": _muhurat("18:15", "19:15"),
    "2024-03-02": SpecialDay("Disaster recovery drill", _DRILL),
    "2024-05-18": SpecialDay("Disaster recovery drill", _DRILL),
    "2024-11-01": _muhurat("18:00", "19:00"),
    "2025-10-21": _muhurat("13:45", "14:45"),
    "2026-11-08": _muhurat("18:15", "19:15"),
}

BSE_HOURS: Mapping[str, SpecialDay | None] = {
    "2017-07-10": None,
    "2021-02-24": SpecialDay("Longer hours, as NSE made up for its outage", (("09:15", "17:00"),)),
}
"""Where BSE's day was not NSE's; None for its ordinary hours."""

UNCONFIRMED = frozenset({"2026-11-08"})
"""The exchanges announced the day but not yet its hours: last year's are assumed."""

FULL_WEEKENDS = """
2003-03-22 Special Saturday
2003-10-25 Diwali muhurat
2003-11-15 Special Saturday
2004-04-17 Special Saturday
2004-10-09 Special Saturday
2005-06-04 Special Saturday
2005-11-26 Special Saturday
2006-04-29 Special Saturday
2006-06-25 Special Sunday
2006-10-21 Diwali muhurat
2009-10-17 Diwali muhurat
2010-02-06 Special Saturday
2012-01-07 Special Saturday
2012-03-03 Special Saturday
2012-04-28 Special Saturday
2012-09-08 Special Saturday
2013-05-11 Special Saturday
2013-11-03 Diwali muhurat
2014-03-22 Special Saturday
2015-02-28 Union Budget
2020-02-01 Union Budget
2024-01-20 Full Saturday, in place of the Monday after
2025-02-01 Union Budget
2026-02-01 Union Budget
"""
"""Weekends that traded the hours of their time; of some before 2016 the true hours are not on record."""

REMARKS: Mapping[str, str] = {
    "2020-03-13": "Index circuit breaker: no trading from about 09:20 to 10:20",
    "2020-03-23": "Index circuit breaker: no trading from about 09:58 to 10:58",
}
"""Ordinary hours in which trading stopped for a while; candles of the stop are flat or absent."""
