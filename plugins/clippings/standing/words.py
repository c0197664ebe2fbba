"""What a saved search asks for, in words."""

from clippings.search.requests import SearchRequest
from clippings.search.syntax import parse

_FACETS = {
    "sources": "source",
    "languages": "language",
    "feeds": "feed",
    "years": "year",
    "months": "month",
    "precisions": "date known to the",
}


def in_words(request: SearchRequest) -> str:
    """`all of: missile, shield; source: CNN or Xinhua; from 2012-05-01`."""
    parts = []
    if len(words := parse(request.text).words) > 1 and request.text.split() == list(words):
        parts.append(f"all of: {', '.join(words)}")
    elif request.text:
        parts.append(request.text)
    parts += [
        f"{name}: {' or '.join(values)}" for field, name in _FACETS.items() if (values := getattr(request, field))
    ]
    if request.date_from:
        parts.append(f"from {request.date_from}")
    if request.date_to:
        parts.append(f"to {request.date_to}")
    return "; ".join(parts)
