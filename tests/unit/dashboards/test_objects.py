"""The saved objects, held to the rules OpenSearch Dashboards imports by."""

import json

import pytest

from clippings.dashboards.archive import undated_pattern
from clippings.dashboards.objects import FILE, all_objects, write
from clippings.dashboards.saved_objects import GRID_WIDTH, ndjson

LISTED_ATTRIBUTES = {
    "dashboard": {
        "title",
        "description",
        "hits",
        "kibanaSavedObjectMeta",
        "optionsJSON",
        "panelsJSON",
        "refreshInterval",
        "timeFrom",
        "timeRestore",
        "timeTo",
        "version",
    },
    "index-pattern": {"title", "timeFieldName", "fields", "fieldFormatMap", "sourceFilters", "type", "typeMeta"},
    "search": {
        "title",
        "description",
        "columns",
        "columnWidths",
        "hits",
        "kibanaSavedObjectMeta",
        "sort",
        "version",
    },
    "visualization": {
        "title",
        "description",
        "kibanaSavedObjectMeta",
        "savedSearchRefName",
        "uiStateJSON",
        "version",
        "visState",
    },
}
"""What Dashboards' strict mapping of each type has: one attribute more, and the import of the object fails."""

NEWEST_MIGRATIONS = {"dashboard": "7.9.3", "index-pattern": "7.6.0", "search": "7.9.3", "visualization": "7.10.0"}

CHART_TYPES = {
    "histogram",
    "line",
    "area",
    "horizontal_bar",
    "pie",
    "table",
    "metric",
    "tagcloud",
    "markdown",
    "input_control_vis",
}


@pytest.fixture(scope="module")
def objects():
    """The objects as they lie in the file, read back."""
    return [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]


def names_within(value):
    """Every value in a nest of JSON whose key says that it names a reference."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key.endswith("RefName"):
                yield part
            yield from names_within(part)
    elif isinstance(value, list):
        for part in value:
            yield from names_within(part)
    elif isinstance(value, str) and value[:1] in "[{" and value:
        yield from names_within(json.loads(value))


def field_names(pattern):
    """The fields of an index pattern, by name."""
    return {field["name"]: field for field in json.loads(pattern["attributes"]["fields"])}


def test_the_committed_file_is_what_the_code_makes():
    """The file in include/ is what `./clippings dashboards write` would write now."""
    assert FILE.read_text("utf-8") == ndjson(all_objects())


def test_every_object_has_only_listed_attributes(objects):
    """No object has an attribute that the server's mapping of its type would refuse."""
    for each in objects:
        assert set(each["attributes"]) <= LISTED_ATTRIBUTES[each["type"]], each["id"]


def test_every_object_is_of_the_newest_version(objects):
    """Each object states exactly the newest migration of its type."""
    for each in objects:
        assert each["migrationVersion"] == {each["type"]: NEWEST_MIGRATIONS[each["type"]]}


def test_ids_and_titles_are_unique(objects):
    """Two objects share neither an id nor, within a type, a title."""
    assert len({each["id"] for each in objects}) == len(objects)
    assert len({(each["type"], each["attributes"]["title"]) for each in objects}) == len(objects)


def test_every_reference_resolves(objects):
    """What an object refers to stands before it in the file, under that type and id."""
    seen = set()
    for each in objects:
        for reference in each["references"]:
            assert (reference["type"], reference["id"]) in seen, (each["id"], reference)
        seen.add((each["type"], each["id"]))


def test_names_in_the_json_are_those_of_the_references(objects):
    """Every name that an object's JSON refers by is in its references, and every reference is used."""
    for each in objects:
        assert set(names_within(each["attributes"])) == {reference["name"] for reference in each["references"]}


def test_every_visualization_and_search_reads_an_index_pattern(objects):
    """All but a text panel and a box of facets have a search source with an index pattern."""
    for each in objects:
        if each["type"] not in {"visualization", "search"}:
            continue
        kind = json.loads(each["attributes"].get("visState", '{"type": "search"}'))["type"]
        source = json.loads(each["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        assert ("indexRefName" in source) == (kind not in {"markdown", "input_control_vis"}), each["id"]
        assert source["query"]["language"] == "kuery"


def test_every_chart_is_of_a_known_type_and_counts_by_known_ids(objects):
    """A chart's type is one that Dashboards has, and its terms are ordered by a metric it has."""
    for each in objects:
        if each["type"] != "visualization":
            continue
        state = json.loads(each["attributes"]["visState"])
        assert state["type"] in CHART_TYPES
        assert state["title"] == each["attributes"]["title"]
        metrics = {aggregation["id"] for aggregation in state["aggs"] if aggregation["schema"] == "metric"}
        assert len({aggregation["id"] for aggregation in state["aggs"]}) == len(state["aggs"])
        for aggregation in state["aggs"]:
            if aggregation["type"] == "terms":
                assert aggregation["params"]["orderBy"] in metrics
        for series in state["params"].get("seriesParams", []):
            assert series["data"]["id"] in metrics


def test_everything_counted_listed_or_chosen_by_is_a_field_that_can_be(objects):
    """Aggregations and facets are of aggregatable fields of their pattern, columns of fields that it has."""
    patterns = {each["id"]: field_names(each) for each in objects if each["type"] == "index-pattern"}
    used = 0
    for each in objects:
        fields = patterns.get(next((ref["id"] for ref in each["references"] if ref["type"] == "index-pattern"), ""))
        if each["type"] == "search":
            for column in each["attributes"]["columns"]:
                assert column in fields
                used += 1
        if each["type"] == "visualization":
            state = json.loads(each["attributes"]["visState"])
            asked = [part["params"]["field"] for part in state["aggs"] if "field" in part["params"]]
            asked += [control["fieldName"] for control in state["params"].get("controls", [])]
            for name in asked:
                assert fields[name]["aggregatable"], (each["id"], name)
                used += 1
    assert used > 15


def test_the_dashboards_open_on_all_time(objects):
    """Each dashboard brings its own time range, from 1990 to now, since the default shows nothing of an archive."""
    dashboards = [each["attributes"] for each in objects if each["type"] == "dashboard"]
    assert len(dashboards) == 2
    for dashboard in dashboards:
        assert dashboard["timeRestore"] is True
        assert dashboard["timeFrom"].startswith("1990-01-01")
        assert dashboard["timeTo"] == "now"


def test_panels_lie_side_by_side_on_the_grid(objects):
    """No panel overlaps another or leaves the grid, and every chart and search has a panel on one dashboard."""
    dashboards = [each for each in objects if each["type"] == "dashboard"]
    for dashboard in dashboards:
        taken = set()
        for panel in json.loads(dashboard["attributes"]["panelsJSON"]):
            grid = panel["gridData"]
            assert panel["panelIndex"] == grid["i"]
            assert grid["x"] >= 0
            assert grid["x"] + grid["w"] <= GRID_WIDTH
            cells = {
                (x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])
            }
            assert not cells & taken
            taken |= cells
    shown = [reference["id"] for dashboard in dashboards for reference in dashboard["references"]]
    assert sorted(shown) == sorted(each["id"] for each in objects if each["type"] in {"visualization", "search"})


def test_days_do_not_slip_into_the_month_before(objects):
    """Timelines step in UTC and dates are shown in UTC: a document of March 2008 is never shown in February."""
    steps = [
        aggregation["params"]["time_zone"]
        for each in objects
        if each["type"] == "visualization"
        for aggregation in json.loads(each["attributes"]["visState"])["aggs"]
        if aggregation["type"] == "date_histogram"
    ]
    assert set(steps) == {"UTC"}
    for each in objects:
        if each["type"] == "index-pattern":
            formats = json.loads(each["attributes"]["fieldFormatMap"])
            shown = {name: one["params"]["timezone"] for name, one in formats.items() if one["id"] == "date"}
            assert set(shown.values()) == {"UTC"}
            assert each["attributes"].get("timeFieldName", "published") in shown


def test_another_index_is_read_where_a_prefix_is_set():
    """With a prefix only the titles of the index patterns change; ids and references stay."""
    usual, other = all_objects(), all_objects("north-")
    assert [each.id for each in usual] == [each.id for each in other]
    assert [each.references for each in usual] == [each.references for each in other]
    titles = [each.title for each in other if each.type == "index-pattern"]
    patterns = [
        "north-articles",
        undated_pattern("north-articles"),
        "north-clippings-runs",
        "north-clippings-quarantine",
    ]
    assert titles == patterns
    assert titles[1] != titles[0]


def test_writing_twice_changes_nothing(tmp_path):
    """The file is written once, with its folder; a second time it is left as it is."""
    file = tmp_path / "new" / "objects.ndjson"
    assert write(file, "{}\n")
    before = file.stat().st_mtime_ns
    assert not write(file, "{}\n")
    assert file.stat().st_mtime_ns == before
