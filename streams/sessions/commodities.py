"""MCX: the hours of internationally linked commodities, its holidays, and the days it opened for a part only.

Farm goods close earlier, at 17:00 or 21:00: an instrument's kind does not tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from streams.sessions.special import SPECIAL_HOURS

MORNING_SINCE: tuple[tuple[str, str], ...] = (("1990-01-01", "10:00"), ("2018-12-31", "09:00"))
EVENING = "17:00"
"""When the morning session passes into the evening's, without a break."""
SUMMER_CLOSE, WINTER_CLOSE = "23:30", "23:55"
"""While the United States have daylight saving, and while not."""

LOCKDOWN = (date(2020, 3, 30), date(2020, 4, 22))
"""Trading ended at 17:00."""
LAST_SATURDAY = date(2013, 9, 14)
SATURDAY = ("10:00", "14:00")

CLOSED = """
2014-04-18 Good Friday
2014-04-24 Parliamentary elections
2014-08-15 Independence Day
2014-10-02 Mahatma Gandhi Jayanti
2014-10-15 Assembly elections in Maharashtra
2014-12-25 Christmas
2015-01-26 Republic Day
2015-04-03 Good Friday
2015-10-02 Mahatma Gandhi Jayanti
2015-12-25 Christmas
2016-01-26 Republic Day
2016-03-25 Good Friday
2016-08-15 Independence Day
2017-01-26 Republic Day
2017-04-14 Good Friday
2017-08-15 Independence Day
2017-10-02 Mahatma Gandhi Jayanti
2017-12-25 Christmas
2018-01-26 Republic Day
2018-03-30 Good Friday
2018-08-15 Independence Day
2018-10-02 Mahatma Gandhi Jayanti
2018-12-25 Christmas
2019-04-19 Good Friday
2019-04-29 Parliamentary elections
2019-08-15 Independence Day
2019-10-02 Mahatma Gandhi Jayanti
2019-12-25 Christmas
2020-04-02 Ram Navami
2020-04-06 Mahavir Jayanti
2020-04-10 Good Friday
2020-04-14 Ambedkar Jayanti
2020-10-02 Mahatma Gandhi Jayanti
2020-12-25 Christmas
2021-01-26 Republic Day
2021-04-02 Good Friday
2022-01-26 Republic Day
2022-04-15 Good Friday
2022-08-15 Independence Day
2023-01-26 Republic Day
2023-04-07 Good Friday
2023-08-15 Independence Day
2023-10-02 Mahatma Gandhi Jayanti
2023-12-25 Christmas
2024-01-26 Republic Day
2024-03-29 Good Friday
2024-08-15 Independence Day
2024-10-02 Mahatma Gandhi Jayanti
2024-12-25 Christmas
2025-04-18 Good Friday
2025-08-15 Independence Day
2025-10-02 Mahatma Gandhi Jayanti
2025-12-25 Christmas
2026-01-26 Republic Day
2026-04-03 Good Friday
2026-10-02 Mahatma Gandhi Jayanti
2026-12-25 Christmas
"""
"""Both sessions. On NSE's other holidays only the morning is closed, on New Year's Day only the evening."""

_MUHURATS_SINCE = "2016-01-01"
SPECIAL: Mapping[str, tuple[str, str]] = {
    "2013-11-03": ("17:00", "23:55"),
    "2015-02-28": ("10:00", "23:55"),
    "2020-02-01": ("09:00", "17:00"),
    "2025-02-01": ("09:00", "17:00"),
    "2026-02-01": ("09:00", "17:00"),
    **{
        day: special.hours[0]
        for day, special in SPECIAL_HOURS.items()
        if special.occasion == "Diwali muhurat" and day >= _MUHURATS_SINCE
    },
}
"""Budget weekends and muhurats, which MCX has held with the stock exchanges."""


def is_us_summer(day: date) -> bool:
    """Whether the United States have daylight saving: second Sunday of March to the first of November."""
    march, november = date(day.year, 3, 8), date(day.year, 11, 1)
    return _sunday_from(march) <= day < _sunday_from(november)


def _sunday_from(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)
