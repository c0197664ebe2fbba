"""What OpenSearch Dashboards itself does with saved objects, as far as the node notices it: the requests it sends."""

import json
import re
from typing import Any

from opensearchpy import OpenSearch

MISSING = "__missing__"
"""The value Dashboards lets the node put in place of a missing one, to show it under the label of its own."""

INDEX_TYPES = {
    "keyword": "string",
    "text": "string",
    "long": "number",
    "integer": "number",
    "float": "number",
    "date": "date",
    "boolean": "boolean",
    "binary": "unknown",
}

META_FIELDS = ("_source", "_id", "_type", "_index", "_score")


Key = tuple[str, ...]


def aggregation_request(state: dict[str, Any]) -> dict[str, Any]:
    """The nested `aggs` of a search for a visualization's `visState`; a count needs none, it is in every answer."""
    metrics = {each["id"]: each for each in state["aggs"] if each["schema"] == "metric"}
    sums = {
        name: {each["type"]: {"field": each["params"]["field"]}}
        for name, each in metrics.items()
        if each["type"] != "count"
    }
    nested: dict[str, Any] = sums
    for aggregation in reversed([each for each in state["aggs"] if each["schema"] != "metric"]):
        params = aggregation["params"]
        if aggregation["type"] == "terms":
            by = params["orderBy"] if params["orderBy"] in sums else "_count"
            assert params["orderBy"] in metrics
            asked: dict[str, Any] = {"field": params["field"], "size": params["size"], "order": {by: params["order"]}}
            if params["missingBucket"]:
                asked["missing"] = MISSING
        else:
            assert aggregation["type"] == "date_histogram"
            # "auto" over the decades of the dashboard's time range comes out at steps of months to a year.
            asked = {
                "field": params["field"],
                "calendar_interval": "1y" if params["interval"] == "auto" else params["interval"],
                "time_zone": params["time_zone"],
                "min_doc_count": params["min_doc_count"],
            }
        level = {aggregation["type"]: asked}
        # Metrics stand at every level, because groups are ordered by them.
        nested = {aggregation["id"]: {**level, "aggs": nested} if nested else level, **sums}
    return nested


def figures(answer: dict[str, Any], state: dict[str, Any]) -> dict[Key, tuple[float, ...]]:
    """The metrics of each combination of groups in an answer, in their order; of all together under `()`."""
    metrics = [each for each in state["aggs"] if each["schema"] == "metric"]
    order = [each["id"] for each in state["aggs"] if each["schema"] != "metric"]

    def read(found: dict[str, Any], documents: int) -> tuple[float, ...]:
        return tuple(documents if each["type"] == "count" else found[each["id"]]["value"] for each in metrics)

    def walk(level: dict[str, Any], depth: int, path: Key) -> dict[Key, tuple[float, ...]]:
        found: dict[Key, tuple[float, ...]] = {}
        for bucket in level[order[depth]]["buckets"]:
            key = (*path, str(bucket.get("key_as_string", bucket["key"])))
            deeper = depth + 1 < len(order)
            found |= walk(bucket, depth + 1, key) if deeper else {key: read(bucket, bucket["doc_count"])}
        return found

    aggregations = answer.get("aggregations", {})
    return walk(aggregations, 0, ()) if order else {(): read(aggregations, answer["hits"]["total"]["value"])}


def query_of(saved: dict[str, Any]) -> list[dict[str, Any]]:
    """The filters that an object's own query stands for: values and least values of fields in KQL, joined by `and`."""
    written = json.loads(saved["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])["query"]["query"]
    filters = []
    for part in written.split(" and ") if written else []:
        field, least, quoted, bare = re.fullmatch(r'(\w+) (?:>= (\d+)|: "([^"]*)"|: (\w+))', part).groups()
        if least is not None:
            clause: dict[str, Any] = {"range": {field: {"gte": least}}}
        else:
            clause = {"match_phrase": {field: quoted}} if quoted is not None else {"match": {field: bare}}
        filters.append({"bool": {"should": [clause], "minimum_should_match": 1}})
    return filters


def pattern_of(objects: dict[str, Any], saved: dict[str, Any]) -> dict[str, Any]:
    """The index pattern that a visualization or a search reads."""
    [pattern] = [objects[each["id"]] for each in saved["references"] if each["type"] == "index-pattern"]
    return pattern


def answered(
    client: OpenSearch, objects: dict[str, Any], identifier: str, dashboard: str
) -> dict[Key, tuple[float, ...]]:
    """What the visualization shows of the node: its figures by its groups, in the dashboard's time range."""
    saved = objects[identifier]
    state = json.loads(saved["attributes"]["visState"])
    pattern = pattern_of(objects, saved)
    answer = client.search(
        index=pattern["attributes"]["title"],
        body={
            "size": 0,
            "track_total_hits": True,
            "query": {"bool": {"filter": [time_filter(pattern, objects[dashboard]), *query_of(saved)]}},
            "aggs": aggregation_request(state),
        },
    )
    assert answer["_shards"]["failed"] == 0
    return figures(answer, state)


def listed(client: OpenSearch, objects: dict[str, Any], identifier: str, dashboard: str) -> list[dict[str, Any]]:
    """The rows of a saved search in their order, each with what its columns hold, in the dashboard's time range."""
    saved = objects[identifier]
    pattern = pattern_of(objects, saved)
    [[field, order]] = saved["attributes"]["sort"]
    answer = client.search(
        index=pattern["attributes"]["title"],
        body={
            "query": {"bool": {"filter": [time_filter(pattern, objects[dashboard]), *query_of(saved)]}},
            "sort": [{field: {"order": order}}],
            "_source": saved["attributes"]["columns"],
        },
    )
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def offered(client: OpenSearch, objects: dict[str, Any], identifier: str, dashboard: str) -> dict[str, set[str]]:
    """The values that each drop-down list of a box of facets offers, by its field."""
    saved = objects[identifier]
    patterns = {each["name"]: objects[each["id"]] for each in saved["references"]}
    found = {}
    for control in json.loads(saved["attributes"]["visState"])["params"]["controls"]:
        pattern = patterns[control["indexPatternRefName"]]
        answer = client.search(
            index=pattern["attributes"]["title"],
            body={
                "size": 0,
                "query": time_filter(pattern, objects[dashboard]),
                "aggs": {"values": {"terms": {"field": control["fieldName"], "size": control["options"]["size"]}}},
            },
        )
        found[control["fieldName"]] = {bucket["key"] for bucket in answer["aggregations"]["values"]["buckets"]}
    return found


def time_filter(pattern: dict[str, Any], dashboard: dict[str, Any]) -> dict[str, Any]:
    """The query a panel sends: the dashboard's time range, where the index pattern has a time field."""
    field = pattern["attributes"].get("timeFieldName")
    if field is None:
        return {"match_all": {}}
    times = {"gte": dashboard["attributes"]["timeFrom"], "lte": dashboard["attributes"]["timeTo"]}
    return {"range": {field: {**times, "format": "strict_date_optional_time"}}}


def refreshed_fields(capabilities: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The fields Dashboards would put in an index pattern if it were refreshed from the node now, by name."""
    found: dict[str, dict[str, Any]] = {}
    for name, by_type in capabilities["fields"].items():
        [(index_type, can)] = by_type.items()
        if index_type in {"object", "nested"} or (name.startswith("_") and name not in META_FIELDS):
            continue
        found[name] = {
            "name": name,
            "type": INDEX_TYPES.get(index_type, "string"),
            "esTypes": [index_type],
            "searchable": can["searchable"],
            "aggregatable": can["aggregatable"],
            "readFromDocValues": can["aggregatable"] and index_type != "text" and not index_type.startswith("_"),
        }
        parent = name.rpartition(".")[0]
        if parent in capabilities["fields"]:
            found[name]["subType"] = {"multi": {"parent": parent}}
    for name in META_FIELDS:
        unknown = {
            "name": name,
            "type": "string",
            "esTypes": [],
            "searchable": False,
            "aggregatable": False,
            "readFromDocValues": False,
        }
        found.setdefault(name, unknown)
    found["_source"]["type"] = "_source"
    found["_score"]["type"] = "number"
    return found


def visible(fields: str) -> dict[str, dict[str, Any]]:
    """The fields of a saved index pattern, by name, without what Dashboards itself counts up."""
    return {
        field["name"]: {key: value for key, value in field.items() if key not in {"count", "scripted"}}
        for field in json.loads(fields)
    }
