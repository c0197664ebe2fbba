"""What is cut out of a page: main text, title and author."""

import re

from trafilatura import bare_extraction

from clippings.pages import Extraction, LineVerdict, Page

_BYLINE = re.compile(r"^(?:By|Von|Par|Por|Di|Автор:?)\s+((?:[A-ZА-ЯÀ-Þ][\w.'’-]*\s*){2,4})$")
_TAIL = re.compile(r"^(?:soundoff|\d+ comments|no comments|in related news|post a comment)", re.IGNORECASE)


def extract(page: Page) -> Extraction:
    """Cut `page`. Text that cannot be found is an empty string with confidence 0."""
    lines = [line.strip() for line in page.lines]
    if page.tree is not None:
        document = bare_extraction(page.tree, fast=True, include_comments=False, with_metadata=True)
        if document is not None:
            return Extraction(document.text or "", document.title, document.author, document.sitename, "html", 0.8)
    first = next((i for i, line in enumerate(lines) if len(line) > 200), len(lines))
    last = next((i for i in range(first, len(lines)) if _TAIL.match(lines[i])), len(lines))
    kept = [first <= i < last and len(line) > 60 and not line.startswith("http") for i, line in enumerate(lines)]
    author = next((match[1] for line in lines[:first] if (match := _BYLINE.match(line))), None)
    title = next((line for line in lines[:first] if 20 < len(line) < 120 and line[-1] not in ".:"), None)
    verdicts = tuple(
        LineVerdict(keep, 0.5, "paragraph" if keep else "boilerplate") for keep, line in zip(kept, lines, strict=True)
    )
    text = "\n\n".join(line for keep, line in zip(kept, lines, strict=True) if keep)
    return Extraction(text, title, author, None, "lines", 0.5 if text else 0.0, verdicts)
