"""All that is imported into Dashboards: this is the one place that the file and the import take it from."""

from pathlib import Path

from clippings.dashboards.archive import archive_objects
from clippings.dashboards.health import health_objects
from clippings.dashboards.saved_objects import SavedObject
from clippings.settings import PROJECT

FILE = PROJECT / "include" / "dashboards" / "clippings.ndjson"
"""The objects as they are committed, for an import by hand (Dashboards Management, Saved objects, Import)."""


def all_objects(prefix: str = "") -> tuple[SavedObject, ...]:
    """Every saved object, each after those that it refers to. `prefix` stands before the names of all indices."""
    return (*archive_objects(prefix), *health_objects(prefix))


def write(file: Path, written: str) -> bool:
    """Put `written` in `file`, making its folder. Returns False where it was there already."""
    if file.exists() and file.read_text("utf-8") == written:
        return False
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(written, "utf-8")
    return True
