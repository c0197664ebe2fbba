"""Whether there is room: asked before anything large is written."""

import shutil
from pathlib import Path

from clippings.errors import ServiceError


def existing(folder: Path) -> Path:
    """The folder, or its nearest ancestor that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def require_space(folder: Path, needed: int, purpose: str) -> None:
    """Raise ServiceError unless `needed` bytes are free where `folder` lies or will lie."""
    free = shutil.disk_usage(existing(folder)).free
    if free < needed:
        raise ServiceError(
            f"No disk space: {purpose} needs {needed / 1e9:.1f} GB under {folder}, and only {free / 1e9:.1f} GB is "
            f"free. Make room, or choose another place with CLIPPINGS_HOME and CLIPPINGS_CACHE."
        )
