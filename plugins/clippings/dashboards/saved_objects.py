"""Saved objects in the shape OpenSearch Dashboards imports.

Every object is in the newest shape of its type and says so in `migrationVersion`, so that no migration runs: nothing
inside the JSON strings refers to another object by its id, but by a name that `references` resolves.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MIGRATION_VERSIONS: Mapping[str, str] = {
    "dashboard": "7.9.3",
    "index-pattern": "7.6.0",
    "search": "7.9.3",
    "visualization": "7.10.0",
}
"""The newest migration of each type. A server refuses objects of a version above the one it knows."""

SOURCE_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"
"""The name under which a search source's index pattern stands in `references`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What `name` inside an object's JSON stands for."""

    name: str
    type: str
    id: str


@dataclass(frozen=True, slots=True)
class SavedObject:
    """One object as it is imported. `attributes` holds only what the server's strict mapping of the type lists."""

    type: str
    id: str
    attributes: Mapping[str, object]
    references: tuple[Reference, ...] = ()

    @property
    def title(self) -> str:
        """The name that the object goes by in Dashboards."""
        return str(self.attributes["title"])

    def line(self) -> str:
        """The object as one line of an import file, without the line end."""
        written = {
            "id": self.id,
            "type": self.type,
            "attributes": dict(self.attributes),
            "references": [{"name": each.name, "type": each.type, "id": each.id} for each in self.references],
            "migrationVersion": {self.type: MIGRATION_VERSIONS[self.type]},
        }
        return json.dumps(written, ensure_ascii=False)


def ndjson(objects: Iterable[SavedObject]) -> str:
    """The import file: a line an object, in the order given."""
    return "".join(each.line() + "\n" for each in objects)


@dataclass(frozen=True, slots=True)
class PatternField:
    """A field of an index pattern, as Dashboards would read it off the index by `_field_caps`.

    `type` is Dashboards' own (string, number, date, boolean, _source), `index_type` the mapping's.
    `parent` is the field that a multi-field belongs to.
    """

    name: str
    type: str
    index_type: str | None
    searchable: bool
    aggregatable: bool
    read_from_doc_values: bool
    parent: str | None = None

    def written(self) -> dict[str, object]:
        """The field as an entry of the pattern's `fields`."""
        entry: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "esTypes": [self.index_type] if self.index_type else [],
            "count": 0,
            "scripted": False,
            "searchable": self.searchable,
            "aggregatable": self.aggregatable,
            "readFromDocValues": self.read_from_doc_values,
        }
        if self.parent is not None:
            entry["subType"] = {"multi": {"parent": self.parent}}
        return entry


def index_pattern(
    id: str,
    title: str,
    fields: Sequence[PatternField],
    *,
    time_field: str | None = None,
    formats: Mapping[str, object] | None = None,
) -> SavedObject:
    """An index pattern; `title` is the index expression. Without `fields` Dashboards 3.7 and later would show none.

    With a `time_field`, everything built on the pattern shows only documents that have it, within the time range.
    """
    attributes: dict[str, object] = {
        "title": title,
        "fields": json.dumps([each.written() for each in fields]),
        "fieldFormatMap": json.dumps(formats or {}),
    }
    if time_field is not None:
        attributes["timeFieldName"] = time_field
    return SavedObject("index-pattern", id, attributes)


def search_source(query: str = "", *, indexed: bool = True) -> dict[str, object]:
    """The attribute that says what is searched: all that fits the `query` (in KQL, Dashboards' own query language), in
    the index pattern of `references` where `indexed`."""
    source: dict[str, object] = {"query": {"query": query, "language": "kuery"}, "filter": []}
    if indexed:
        source["indexRefName"] = SOURCE_INDEX
    return {"searchSourceJSON": json.dumps(source)}


def saved_search(
    id: str,
    title: str,
    description: str,
    *,
    pattern: SavedObject,
    columns: Sequence[str],
    newest_first_by: str,
    query: str = "",
) -> SavedObject:
    """A search for Discover: the documents of `pattern` that fit the `query` (in KQL), as a table of `columns`."""
    return SavedObject(
        "search",
        id,
        {
            "title": title,
            "description": description,
            "hits": 0,
            "columns": list(columns),
            "sort": [[newest_first_by, "desc"]],
            "version": 1,
            "kibanaSavedObjectMeta": search_source(query),
        },
        (Reference(SOURCE_INDEX, pattern.type, pattern.id),),
    )


GRID_WIDTH = 48
"""Columns of a dashboard's grid."""


@dataclass(frozen=True, slots=True)
class Panel:
    """An object's place on a dashboard, in grid units: 48 across; a unit of height is 20 pixels."""

    shown: SavedObject
    x: int
    y: int
    width: int
    height: int


def dashboard(
    id: str,
    title: str,
    description: str,
    *,
    panels: Sequence[Panel],
    time_from: str,
    time_to: str,
) -> SavedObject:
    """A dashboard that opens on its own time range: Dashboards' default, the last 15 minutes, would show nothing."""
    written = [
        {
            "version": "3.8.0",
            "gridData": {"x": each.x, "y": each.y, "w": each.width, "h": each.height, "i": str(number)},
            "panelIndex": str(number),
            "embeddableConfig": {},
            "panelRefName": f"panel_{number}",
        }
        for number, each in enumerate(panels)
    ]
    return SavedObject(
        "dashboard",
        id,
        {
            "title": title,
            "description": description,
            "hits": 0,
            "panelsJSON": json.dumps(written),
            "optionsJSON": json.dumps({"hidePanelTitles": False, "useMargins": True}),
            "timeRestore": True,
            "timeFrom": time_from,
            "timeTo": time_to,
            "refreshInterval": {"pause": True, "value": 0},
            "version": 1,
            "kibanaSavedObjectMeta": search_source(indexed=False),
        },
        tuple(Reference(f"panel_{number}", each.shown.type, each.shown.id) for number, each in enumerate(panels)),
    )
