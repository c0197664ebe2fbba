"""What an address that names only the month says of the days on its page."""

from clippings.dates import date_page
from clippings.extraction import extract, parse
from clippings.records import ContentType

PAGE = """
Garden notes
3 April 2019
A long winter for the old pear trees
14 January 2019
The pear trees behind the old school stood bare for longer than anyone in the village could remember this winter.
The gardeners who look after them say that the frost came late and that the buds were spared in the end, for once.
They will be pruned before the spring, and visitors are asked to keep to the paths while the ladders are standing.
"""


def test_a_day_within_the_month_of_the_address_is_preferred() -> None:
    """Of two days above the text, the one in the month that the address names is the day of publication."""
    for month, day in (("01", "2019-01-14"), ("04", "2019-04-03")):
        page = parse(PAGE, ContentType.TEXT, f"https://garden.example.org/2019/{month}/pear-trees/")
        assert date_page(page, extract(page), language="en").value == day
