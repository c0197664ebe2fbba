"""The timeline of an answer."""

from typing import Any

from clippings.search.facets import read_timeline


def answer(by_year: dict[str, int], by_month: dict[str, int], by_day: dict[str, int]) -> dict[str, Any]:
    """Aggregations as OpenSearch gives them."""
    return {
        name: {
            "doc_count": sum(by_year.values()),
            "values": {
                "buckets": [{"key": key, "doc_count": count} for key, count in counts.items()],
                "sum_other_doc_count": 0,
            },
        }
        for name, counts in (("facet year", by_year), ("facet month", by_month), ("day", by_day))
    }


def bars(aggregations: dict[str, Any]) -> list[tuple[str, str, int]]:
    """A timeline as unit, value and count."""
    return [(bar.unit, bar.value, bar.count) for bar in read_timeline(aggregations)]


def test_many_years_are_drawn_by_years_without_holes() -> None:
    """A year without documents has a bar of none."""
    assert bars(answer({"2008": 1, "2012": 2}, {"2008-03": 1, "2012-05": 2}, {})) == [
        ("year", "2008", 1),
        ("year", "2009", 0),
        ("year", "2010", 0),
        ("year", "2011", 0),
        ("year", "2012", 2),
    ]


def test_some_months_are_drawn_by_months_and_a_bare_year_is_its_own_bar() -> None:
    """A document known to the year is in no month."""
    drawn = bars(answer({"2011": 2, "2012": 1}, {"2011-09": 1, "2012-01": 1}, {}))
    assert drawn[0] == ("year", "2011", 1)
    assert [value for _, value, _ in drawn[1:]] == ["2011-09", "2011-10", "2011-11", "2011-12", "2012-01"]


def test_some_days_are_drawn_by_days_and_a_bare_month_is_on_none_of_them() -> None:
    """A document known to the month is counted in its month, never on a day."""
    drawn = bars(
        answer({"2012": 3}, {"2012-05": 3}, {"2012-05-01": 1, "2012-05-03": 1}),
    )
    assert drawn == [
        ("month", "2012-05", 1),
        ("day", "2012-05-01", 1),
        ("day", "2012-05-02", 0),
        ("day", "2012-05-03", 1),
    ]


def test_undated_documents_have_no_timeline() -> None:
    """Nothing is drawn of nothing."""
    assert bars(answer({}, {}, {})) == []
