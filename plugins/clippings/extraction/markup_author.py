"""The author in a page's markup, by trafilatura's own expressions, asked only of the elements that they may be true of.

trafilatura asks them of every element of a copy of the page, after it has taken out of it what holds no author; that takes
longer than to parse the page.
"""

from copy import deepcopy

from lxml.etree import XPath
from lxml.html import HtmlElement
from trafilatura.htmlprocessing import prune_unwanted_nodes
from trafilatura.metadata import normalize_authors
from trafilatura.utils import trim
from trafilatura.xpaths import AUTHOR_DISCARD_XPATHS, AUTHOR_XPATHS


def _asked_of_one(expressions: list[XPath], axis: str) -> tuple[XPath, ...]:
    """Expressions that look through a whole tree as questions to one element, along an axis."""
    paths = (one.path.replace(".//", "//").replace("//", axis) for one in expressions)
    return tuple(XPath(path, namespaces={"re": "http://exslt.org/regular-expressions"}) for path in paths)


_NAMES_AUTHOR = _asked_of_one(AUTHOR_XPATHS, "self::")
_LIES_WITHIN_OTHER = _asked_of_one(AUTHOR_DISCARD_XPATHS, "ancestor-or-self::")
_HOLDS_OTHER = _asked_of_one(AUTHOR_DISCARD_XPATHS, "descendant::")
_SIGNS = (
    *("uthor", "yline", "byl", "BBL", "username", "zuozhe", "bianji", "xiaobian", "channel-name", "submitted-by"),
    *("posted-by", "journalist-name", "screenname", "writer"),
)
"""One of these stands in an attribute of whatever the expressions find, but for elements called author."""
_SHORTEST, _LONGEST = 3, 119
"""Characters of what is taken for an author's name."""


def markup_author(tree: HtmlElement) -> str | None:
    """What trafilatura's `extract_author` finds in the tree, which stays as it is."""
    possible = [element for element in tree.iter() if _is_possible(element)]
    for wanted in _NAMES_AUTHOR:
        for element in possible:
            if wanted(element):
                name = _name_in(element)
                if _SHORTEST <= len(name) <= _LONGEST:
                    author: str | None = normalize_authors(None, name)
                    return author
    return None


def _is_possible(element: HtmlElement) -> bool:
    told = "\n".join(element.attrib.values())
    return element.tag == "author" or any(sign in told for sign in _SIGNS)


def _name_in(element: HtmlElement) -> str:
    """The text of an element without what holds no author; nothing where it lies within such a thing."""
    if any(other(element) for other in _LIES_WITHIN_OTHER):
        return ""
    if any(other(element) for other in _HOLDS_OTHER):
        element = prune_unwanted_nodes(deepcopy(element), AUTHOR_DISCARD_XPATHS)
    name: str = trim(" ".join(element.itertext()))
    return name
