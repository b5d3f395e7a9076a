"""Dates in a fixed past: people joined in 2017 and 2018, photos are from 2019 to 2023, mostly evenings."""

from datetime import date, timedelta

DAY = 86_400
JOINING = range(730)
PHOTOGRAPHING = range(800, 2556)
NAMES = [str(date(2017, 1, 1) + timedelta(day)) for day in range(PHOTOGRAPHING.stop + 100)]
CLOCK = [f" {minute // 60:02}:{minute % 60:02}:" for minute in range(1440)]
SECONDS = [f"{second:02}" for second in range(60)]
HOURS = bytes([0, 1, 6, 7, 7, 8, 8, 9, 9, 10, 11, 12, 12, 12, 13, 14, 15, 16, 17, 17, 18, 18, 18, 19, 19, 19])
HOURS += bytes([20] * 4 + [21] * 4 + [22] * 3 + [23] * 2)


def written(moment):
    """Seconds since the first day, the way Django writes them for SQLite."""
    day, second = divmod(moment, DAY)
    return NAMES[day] + CLOCK[second // 60] + SECONDS[second % 60]


def moments(dice, number, days):
    """That many moments of these days, in order."""
    below, of = dice.below, dice.of
    return sorted(days[below(len(days))] * DAY + of(HOURS) * 3600 + below(3600) for _ in range(number))
