"""When a page was published: every date on it found, weighed, and the losers kept with the reason."""

from clippings.dates.dating import date_page

__all__ = ["date_page"]
