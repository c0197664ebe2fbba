"""Visualizations: what they count (aggregations), and how each kind of chart draws it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clippings.dashboards.saved_objects import SOURCE_INDEX, Reference, SavedObject, search_source

COUNT = "1"
"""The id of the first metric in every visualization here: the number of documents, or the first sum."""


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One aggregation of a visualization. `schema` is its role in the chart: metric, segment, group or bucket."""

    id: str
    type: str
    schema: str
    params: Mapping[str, object]

    def written(self) -> dict[str, object]:
        """The aggregation as an entry of `visState.aggs`."""
        return {
            "id": self.id,
            "enabled": True,
            "type": self.type,
            "schema": self.schema,
            "params": dict(self.params),
        }


def count(label: str = "Documents", *, id: str = COUNT) -> Aggregation:
    """How many documents there are."""
    return Aggregation(id, "count", "metric", {"customLabel": label})


DOCUMENTS = count()
"""What most charts count."""


def total(id: str, field: str, label: str) -> Aggregation:
    """The sum of a number `field`."""
    return Aggregation(id, "sum", "metric", {"field": field, "customLabel": label})


def average(id: str, field: str, label: str) -> Aggregation:
    """The mean of a number `field`."""
    return Aggregation(id, "avg", "metric", {"field": field, "customLabel": label})


def largest(id: str, field: str, label: str) -> Aggregation:
    """The largest value of a number `field`."""
    return Aggregation(id, "max", "metric", {"field": field, "customLabel": label})


def terms(id: str, field: str, schema: str, label: str, *, size: int, every: bool = True) -> Aggregation:
    """Documents by the value of `field`: the `size` most frequent, by the first metric.

    Where `every` document is to be counted, the other values come together, and so do the documents without a value;
    OpenSearch can do this for keywords only.
    """
    return Aggregation(
        id,
        "terms",
        schema,
        {
            "field": field,
            "orderBy": COUNT,
            "order": "desc",
            "size": size,
            "otherBucket": every,
            "otherBucketLabel": "other",
            "missingBucket": every,
            "missingBucketLabel": "unknown",
            "customLabel": label,
        },
    )


def over_time(id: str, field: str, label: str) -> Aggregation:
    """Documents by time, in steps that fit the time range.

    The steps begin in UTC: a document known to the month lies on the first moment of it, and another time zone would
    count it in the month before.
    """
    return Aggregation(
        id,
        "date_histogram",
        "segment",
        {
            "field": field,
            "interval": "auto",
            "time_zone": "UTC",
            "useNormalizedOpenSearchInterval": True,
            "scaleMetricValues": False,
            "drop_partials": False,
            "min_doc_count": 1,
            "extended_bounds": {},
            "customLabel": label,
        },
    )


@dataclass(frozen=True, slots=True)
class Chart:
    """A kind of visualization with the parameters it is drawn by."""

    type: str
    params: Mapping[str, object]


def _axes(type: str, mode: str, series: Sequence[Aggregation], *, sideways: bool) -> dict[str, object]:
    label: dict[str, object] = {"show": True, "rotate": 0, "filter": not sideways, "truncate": 100}
    return {
        "type": "histogram" if type == "horizontal_bar" else type,
        "grid": {"categoryLines": False},
        "categoryAxes": [
            {
                "id": "CategoryAxis-1",
                "type": "category",
                "position": "left" if sideways else "bottom",
                "show": True,
                "style": {},
                "scale": {"type": "linear"},
                "labels": label,
                "title": {},
            }
        ],
        "valueAxes": [
            {
                "id": "ValueAxis-1",
                "name": "BottomAxis-1" if sideways else "LeftAxis-1",
                "type": "value",
                "position": "bottom" if sideways else "left",
                "show": True,
                "style": {},
                "scale": {"type": "linear", "mode": "normal"},
                "labels": {"show": True, "rotate": 0, "filter": sideways, "truncate": 100},
                "title": {"text": series[0].params["customLabel"] if len(series) == 1 else ""},
            }
        ],
        "seriesParams": [
            {
                "show": True,
                "type": "histogram",
                "mode": mode,
                "data": {"label": each.params["customLabel"], "id": each.id},
                "valueAxis": "ValueAxis-1",
                "drawLinesBetweenPoints": True,
                "lineWidth": 2,
                "showCircles": True,
            }
            for each in series
        ],
        "addTooltip": True,
        "addLegend": not sideways,
        "legendPosition": "right",
        "times": [],
        "addTimeMarker": False,
        "labels": {},
        "thresholdLine": {"show": False, "value": 10, "width": 1, "style": "full", "color": "#E7664C"},
    }


def stacked_bars(series: Sequence[Aggregation] = (DOCUMENTS,)) -> Chart:
    """Upright bars, the groups of each stacked, and the metrics where `series` has several."""
    return Chart("histogram", _axes("histogram", "stacked", series, sideways=False))


def sideways_bars(series: Sequence[Aggregation] = (DOCUMENTS,), *, mode: str = "normal") -> Chart:
    """Bars from left to right, for names of any length; groups lie on each other where `mode` is "stacked"."""
    return Chart("horizontal_bar", _axes("horizontal_bar", mode, series, sideways=True))


def ring() -> Chart:
    """A pie with a hole, each part with its share."""
    labels = {"show": True, "values": True, "last_level": True, "truncate": 100}
    return Chart(
        "pie",
        {
            "type": "pie",
            "isDonut": True,
            "addTooltip": True,
            "addLegend": True,
            "legendPosition": "right",
            "labels": labels,
        },
    )


def table(*, rows: int) -> Chart:
    """A table of the groups, `rows` a page, with the sum of each column."""
    return Chart(
        "table",
        {
            "perPage": rows,
            "showPartialRows": False,
            "showMetricsAtAllLevels": False,
            "showTotal": True,
            "totalFunc": "sum",
            "percentageCol": "",
        },
    )


def number() -> Chart:
    """One large number."""
    return Chart(
        "metric",
        {
            "type": "metric",
            "addTooltip": True,
            "addLegend": False,
            "metric": {
                "percentageMode": False,
                "useRanges": False,
                "colorSchema": "Green to Red",
                "metricColorMode": "None",
                "colorsRange": [{"from": 0, "to": 10000}],
                "labels": {"show": True},
                "invertColors": False,
                "style": {"bgFill": "#000", "bgColor": False, "labelColor": False, "subText": "", "fontSize": 48},
            },
        },
    )


def visualization(
    id: str,
    title: str,
    description: str,
    *,
    pattern: SavedObject,
    chart: Chart,
    aggregations: Sequence[Aggregation],
    query: str = "",
) -> SavedObject:
    """A chart of what `aggregations` count among the documents of `pattern` that fit the `query` (in KQL)."""
    state = {
        "title": title,
        "type": chart.type,
        "params": dict(chart.params),
        "aggs": [each.written() for each in aggregations],
    }
    return _saved(id, title, description, state, (Reference(SOURCE_INDEX, pattern.type, pattern.id),), query)


def how_many(
    id: str, title: str, description: str, *, pattern: SavedObject, counted: Aggregation = DOCUMENTS, query: str = ""
) -> SavedObject:
    """One large number: how many documents of the pattern fit the query."""
    return visualization(id, title, description, pattern=pattern, chart=number(), aggregations=(counted,), query=query)


Field = tuple[str, str]
"""A field, and what it is called in the chart."""


def counted_over_time(
    id: str,
    title: str,
    description: str,
    *,
    pattern: SavedObject,
    moment: Field,
    by: Field,
    counted: Aggregation = DOCUMENTS,
    query: str = "",
) -> SavedObject:
    """Upright bars over time: how many documents, stacked by the ten most frequent values of a field."""
    return visualization(
        id,
        title,
        description,
        pattern=pattern,
        chart=stacked_bars((counted,)),
        aggregations=(counted, over_time("2", *moment), terms("3", by[0], "group", by[1], size=10)),
        query=query,
    )


def counted_by_value(
    id: str,
    title: str,
    description: str,
    *,
    pattern: SavedObject,
    of: Field,
    by: Field,
    counted: Aggregation = DOCUMENTS,
) -> SavedObject:
    """Bars on their side for the twenty most frequent values of a field, stacked by the ten of another."""
    return visualization(
        id,
        title,
        description,
        pattern=pattern,
        chart=sideways_bars((counted,), mode="stacked"),
        aggregations=(
            counted,
            terms("2", of[0], "segment", of[1], size=20),
            terms("3", by[0], "group", by[1], size=10),
        ),
    )


def _saved(
    id: str,
    title: str,
    description: str,
    state: Mapping[str, object],
    references: tuple[Reference, ...],
    query: str = "",
) -> SavedObject:
    indexed = any(each.name == SOURCE_INDEX for each in references)
    return SavedObject(
        "visualization",
        id,
        {
            "title": title,
            "description": description,
            "visState": json.dumps(state, ensure_ascii=False),
            "uiStateJSON": "{}",
            "version": 1,
            "kibanaSavedObjectMeta": search_source(query, indexed=indexed),
        },
        references,
    )


def note(id: str, title: str, description: str, *, markdown: str) -> SavedObject:
    """A panel of text."""
    params = {"markdown": markdown, "fontSize": 12, "openLinksInNewTab": False}
    state: dict[str, object] = {"title": title, "type": "markdown", "params": params, "aggs": []}
    return _saved(id, title, description, state, ())


def facet_box(
    id: str,
    title: str,
    description: str,
    *,
    pattern: SavedObject,
    facets: Mapping[str, str],
) -> SavedObject:
    """A box of drop-down lists that filter a whole dashboard; `facets` maps a keyword field to its label."""
    controls = [
        {
            "id": f"facet-{field}",
            "indexPatternRefName": f"control_{number}_index_pattern",
            "fieldName": field,
            "parent": "",
            "label": label,
            "type": "list",
            "options": {"type": "terms", "multiselect": True, "dynamicOptions": True, "size": 10, "order": "desc"},
        }
        for number, (field, label) in enumerate(facets.items())
    ]
    params = {"controls": controls, "updateFiltersOnChange": True, "useTimeFilter": True, "pinFilters": False}
    state: dict[str, object] = {"title": title, "type": "input_control_vis", "params": params, "aggs": []}
    references = tuple(
        Reference(f"control_{number}_index_pattern", pattern.type, pattern.id) for number in range(len(controls))
    )
    return _saved(id, title, description, state, references)
