"""What OpenSearch Dashboards itself does with saved objects, as far as the node notices it: the requests it sends."""

import json
from typing import Any

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
}

META_FIELDS = ("_source", "_id", "_type", "_index", "_score")


def aggregation_request(state: dict[str, Any]) -> dict[str, Any]:
    """The nested `aggs` of a search for a visualization's `visState`; a count needs none, it is in every answer."""
    nested: dict[str, Any] = {}
    for aggregation in reversed([each for each in state["aggs"] if each["schema"] != "metric"]):
        params = aggregation["params"]
        if aggregation["type"] == "terms":
            asked: dict[str, Any] = {
                "field": params["field"],
                "size": params["size"],
                "order": {"_count": params["order"]},
            }
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
        nested = {aggregation["id"]: {**level, "aggs": nested} if nested else level}
    return nested


def counts(answer: dict[str, Any], state: dict[str, Any]) -> dict[tuple[str, ...], int]:
    """The documents of each combination of groups in an answer; of all together under `()`."""
    order = [each["id"] for each in state["aggs"] if each["schema"] != "metric"]

    def walk(level: dict[str, Any], depth: int, path: tuple[str, ...]) -> dict[tuple[str, ...], int]:
        found: dict[tuple[str, ...], int] = {}
        for bucket in level[order[depth]]["buckets"]:
            key = (*path, str(bucket.get("key_as_string", bucket["key"])))
            found |= walk(bucket, depth + 1, key) if depth + 1 < len(order) else {key: bucket["doc_count"]}
        return found

    return walk(answer["aggregations"], 0, ()) if order else {(): answer["hits"]["total"]["value"]}


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
