"""The fields of an index pattern, derived from the index's mapping as Dashboards derives them from the index itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from clippings.dashboards.saved_objects import PatternField

DASHBOARDS_TYPES: Mapping[str, str] = {
    "binary": "unknown",
    "boolean": "boolean",
    "date": "date",
    "float": "number",
    "integer": "number",
    "keyword": "string",
    "long": "number",
    "text": "string",
}
"""The index's type of a field to Dashboards' type."""

META_FIELDS = (
    PatternField("_id", "string", "_id", searchable=True, aggregatable=True, read_from_doc_values=False),
    PatternField("_index", "string", "_index", searchable=True, aggregatable=True, read_from_doc_values=False),
    PatternField("_score", "number", None, searchable=False, aggregatable=False, read_from_doc_values=False),
    PatternField("_source", "_source", "_source", searchable=False, aggregatable=False, read_from_doc_values=False),
    PatternField("_type", "string", None, searchable=False, aggregatable=False, read_from_doc_values=False),
)
"""What Dashboards adds to the fields of every index (its setting `metaFields`)."""


def _field(name: str, mapping: Mapping[str, Any], parent: str | None) -> PatternField:
    index_type = mapping["type"]
    # A text has no doc values: it can be searched, not counted or sorted by. Of bytes nothing is indexed.
    aggregatable = index_type not in {"text", "binary"} and mapping.get("doc_values", True)
    return PatternField(
        name,
        DASHBOARDS_TYPES[index_type],
        index_type,
        searchable=index_type != "binary",
        aggregatable=aggregatable,
        read_from_doc_values=aggregatable,
        parent=parent,
    )


def _fields(properties: Mapping[str, Mapping[str, Any]]) -> Iterator[PatternField]:
    for name, mapping in properties.items():
        if mapping["type"] == "object" and mapping.get("enabled") is False:
            continue
        yield _field(name, mapping, None)
        for part, multi_field in mapping.get("fields", {}).items():
            yield _field(f"{name}.{part}", multi_field, name)


def pattern_fields(properties: Mapping[str, Mapping[str, Any]]) -> tuple[PatternField, ...]:
    """The fields that Dashboards would find in an index with these mapping `properties`, by name.

    Objects that are stored but not indexed are left out, as Dashboards leaves them out. Raises KeyError for a type
    of field that `DASHBOARDS_TYPES` does not name.
    """
    return tuple(sorted((*_fields(properties), *META_FIELDS), key=lambda field: field.name))
