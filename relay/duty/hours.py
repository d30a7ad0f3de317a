"""Opening hours: pure calendar arithmetic on the city's wall clock.

National holidays come from jpholiday, which does not know the municipal closing days around New Year: those are the
city's own setting.
"""

from datetime import date, datetime, timedelta

import jpholiday

from relay import clock
from relay.city import Hours
from relay.config_check import Span

#: The longest run of closed days that we look past; a centre closed longer than this is a wrong setting.
MOST_DAYS_CLOSED = 60


def span_of(hours: Hours, day: date) -> Span | None:
    """The opening hours of one day, None when closed all day."""
    if (day.month, day.day) in hours.closing_days:
        return None
    if hours.closed_on_holidays and jpholiday.is_holiday(day):
        return None
    return hours.week[day.weekday()]


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether the centre is open at ``moment``."""
    wall = clock.local(moment)
    span = span_of(hours, wall.date())
    return span is not None and span.holds(wall.time())


def next_opening(hours: Hours, moment: datetime) -> datetime:
    """``moment`` itself when open, else when the centre opens next."""
    if is_open(hours, moment):
        return moment
    wall = clock.local(moment)
    for ahead in range(MOST_DAYS_CLOSED):
        day = wall.date() + timedelta(days=ahead)
        span = span_of(hours, day)
        if span is None:
            continue
        opens = datetime.combine(day, span.start, tzinfo=clock.JAPAN)
        if opens > wall:
            return opens.astimezone(moment.tzinfo)
    return moment


def after_quiet(quiet: Span | None, moment: datetime) -> datetime:
    """``moment``, or the end of the quiet hours that it falls into."""
    wall = clock.local(moment)
    if quiet is None or not quiet.holds(wall.time()):
        return moment
    ends = datetime.combine(wall.date(), quiet.end, tzinfo=clock.JAPAN)
    if ends <= wall:
        ends += timedelta(days=1)
    return ends.astimezone(moment.tzinfo)
