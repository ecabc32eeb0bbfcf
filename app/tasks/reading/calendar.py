"""Whole numbers that are dates: a spreadsheet's day numbers, and dates written without signs between their parts."""

import numpy as np

SERIALS = (20_000, 80_000)  # a spreadsheet counts days from 1900: 1954 to 2119
YEARS = (1800, 2200)
DATE_NAMES = ("date", "datum", "fecha")  # in the name of a column
DAY_NAMES = ("day", "tag", "jour")
MONTH_NAMES = ("month", "monat", "mois", "mes", "period", "yearmonth", "yyyymm", "time")
DAYS = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def are_dates(numbers: np.ndarray, name: str) -> bool:
    """Whether the numbers of a first column, which must grow, are dates; day numbers and months by their name too."""
    if not (np.diff(numbers) > 0).all():
        return False
    if _are_days(numbers):
        return True
    of_dates = any(part in name for part in DATE_NAMES)
    if (of_dates or name in MONTH_NAMES) and _are_months(numbers):
        return True
    return (of_dates or name in DAY_NAMES) and bool(((numbers >= SERIALS[0]) & (numbers <= SERIALS[1])).all())


def _are_days(numbers: np.ndarray) -> bool:
    """20200131: year, month and day."""
    if not (numbers == np.floor(numbers)).all():
        return False
    months, days = np.divmod(numbers, 100)
    if not _are_months(months):
        return False
    longest = DAYS[(months % 100).astype(int) - 1]
    return bool(((days >= 1) & (days <= longest)).all())


def _are_months(numbers: np.ndarray) -> bool:
    """202001: year and month."""
    years, months = np.divmod(numbers, 100)
    valid = (years >= YEARS[0]) & (years <= YEARS[1]) & (months >= 1) & (months <= 12)
    return bool((valid & (numbers == np.floor(numbers))).all())
