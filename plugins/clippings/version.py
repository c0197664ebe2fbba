"""Which version of the pipeline makes the articles. Imports nothing heavy: most tasks only need to know this."""

from hashlib import sha256
from pathlib import Path

from clippings.settings import PROJECT

PIPELINE_VERSION = "4"
"""Names what the code makes of a record; raised whenever an article would come out otherwise."""

SOURCES_FILE = PROJECT / "include" / "sources.yaml"


def pipeline_version(sources_file: Path = SOURCES_FILE) -> str:
    """The version of the code and of the source rules together, so that articles made by older ones can be told."""
    return f"{PIPELINE_VERSION}-{sha256(sources_file.read_bytes()).hexdigest()[:8]}"
