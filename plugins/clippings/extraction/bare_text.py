"""What is done to HTML that a parser cannot be given as it is: each in one pass, however broken it is."""

import re
from collections.abc import Iterator
from html import unescape

_TAG_NAME = re.compile(r"/?[a-zA-Z][a-zA-Z0-9]*")
_UNSEEN = frozenset(["script", "style", "noscript", "template", "title", "textarea", "select"])
_WITHIN_A_LINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
    ]
)

LONG_TAG = 10_000
"""Characters of a tag with all its attributes from which on these are counted."""
_LONG_TAG = re.compile(rf"<[^<>]{{{LONG_TAG}}}")
MOST_ATTRIBUTES = 1_000
"""The parser compares each attribute with all before it: so many take a hundredth of a second, 100,000 half a minute."""


def shortened(content: str) -> str:
    """The page with tags that have attributes beyond reason brought down to their names; most pages as they are."""
    if _LONG_TAG.search(content) is None:
        return content
    parts = content.split("<")
    for number, part in enumerate(parts[1:], 1):
        end = part.find(">")
        size = len(part) if end < 0 else end
        if size >= LONG_TAG and part.count("=", 0, size) > MOST_ATTRIBUTES:
            name = _TAG_NAME.match(part)
            if name is not None:
                parts[number] = name[0] + part[size:]
    return "<".join(parts)


def bare_text(content: str) -> str:
    """The text between the tags, a line for each block, without scripts and styles. Entities are resolved."""
    return unescape("".join(_pieces(content)))


def _pieces(content: str) -> Iterator[str]:
    parts = content.split("<")
    yield parts[0]
    unseen: str | None = None
    for part in parts[1:]:
        found = _TAG_NAME.match(part)
        if found is None:
            # A comment or declaration, or a bare sign: what follows a tag's end is text in all cases.
            if unseen is None:
                yield part.partition(">")[2] if part[:1] in ("!", "?") else "<" + part
            continue
        name = found[0].lower()
        if unseen is not None:
            if name != f"/{unseen}":
                continue
            unseen = None
        elif name in _UNSEEN:
            unseen = name
            continue
        if name.lstrip("/") not in _WITHIN_A_LINE:
            yield "\n"
        yield part.partition(">")[2]
