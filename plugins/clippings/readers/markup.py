"""Whether a text is HTML."""

import re

from clippings.records import ContentType

_DOCUMENT = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_TAGS = (
    r"(?:p|div|br|h[1-6]|article|section|main|header|footer|ul|ol|li|table|tr|td|span|a|img|b|i|em|strong|blockquote"
    r"|figure|script|style|meta|title)"
)
_STARTS = re.compile(rf"\s*<{_TAGS}\b[^<>]*>", re.I)
_OPENING = re.compile(rf"<{_TAGS}\b[^<>]*>", re.I)
_CLOSING = re.compile(rf"</{_TAGS}\s*>", re.I)
HEAD = 20_000
"""Characters looked at: the markup of a page shows itself at once."""


def begins_as_document(text: str) -> bool:
    """Whether a text begins as an HTML document does."""
    return _DOCUMENT.match(text[:HEAD].lstrip("\ufeff")) is not None


def content_type_of(text: str) -> ContentType:
    """HTML where the text begins as a document, or begins with a tag and closes one, or holds several tags.

    A plain text that merely mentions a tag stays plain text.
    """
    if begins_as_document(text):
        return ContentType.HTML
    head = text[:HEAD]
    closed = len(_CLOSING.findall(head))
    if closed and _STARTS.match(head):
        return ContentType.HTML
    opened = len(_OPENING.findall(head))
    return ContentType.HTML if closed >= 2 and opened >= 3 else ContentType.TEXT
