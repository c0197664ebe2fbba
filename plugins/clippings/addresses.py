"""A page's own address, where the one at hand is that of a copy."""

import re

_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/\d{4,14}[a-z_]*/", re.IGNORECASE)


def original_address(url: str) -> str:
    """The address itself, where it is that of a copy in a web archive: the archive's own name and date say nothing."""
    bare = _ARCHIVED.sub("", url)
    return bare if "://" in bare else f"http:{bare}" if bare.startswith("//") else f"http://{bare}"
