"""What the columns of a table or the keys of JSON lines mean: declared, or told by their names."""

from collections.abc import Mapping, Sequence
from typing import Any

from clippings.feeds import ROLES

NAMES: Mapping[str, str] = {
    "content": (
        "content text body article article_text article_body articlebody full_text fulltext main_text maintext story "
        "html raw raw_html raw_content page page_text document plain_text description текст содержание inhalt texte"
    ),
    "url": "url link uri href page_url article_url source_url permalink web_url address ссылка адрес",
    "title": "title headline heading subject header заголовок название titel titre",
    "date": (
        "date published publish_date published_at publication_date date_published datepublished pubdate pub_date "
        "publishedat published_on datetime timestamp created created_at дата datum"
    ),
    "language": "language lang locale lang_code язык sprache langue",
    "source": "source publisher publication source_name outlet newspaper agency site provider источник quelle",
    "id": "id _id doc_id docid document_id article_id uid uuid guid key",
    "author": "author authors byline creator writer автор autor auteur",
}
"""The usual names of each role's column, the likeliest first."""


def roles_by_name(names: Sequence[str]) -> dict[str, str]:
    """Which of these columns plays which role, by the usual names, in any case."""
    plain = {_plain(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for role in ROLES:
        name = next((plain[usual] for usual in NAMES[role].split() if usual in plain), None)
        if name is not None:
            found[role] = name
    return found


def _plain(name: str) -> str:
    return name.strip().strip("\ufeff").lower().replace(" ", "_").replace("-", "_")


def value_at(row: Mapping[str, Any], key: str) -> Any:  # noqa: ANN401 - a JSON value
    """The value under a key, or under a path of keys such as `source.name`; None where there is none."""
    if key in row:
        return row[key]
    value: Any = row
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def as_text(value: Any) -> str:  # noqa: ANN401 - a JSON value
    """A JSON value as text: a list is joined by commas, of an object the name counts; null is empty."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return ", ".join(filter(None, (as_text(entry) for entry in value)))
    if isinstance(value, Mapping):
        return as_text(value.get("name"))
    return str(value)
