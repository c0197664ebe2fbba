"""Scripts in which one language is written: where langdetect has no profile, the letters themselves tell."""

import unicodedata
from collections import Counter

LANGUAGES = {
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "ETHIOPIC": "am",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "THAANA": "dv",
    "TIBETAN": "bo",
}
"""The language most written in each script, ISO 639-1, by the first word of its letters' Unicode names."""
_ENOUGH = 200


def script_of(text: str) -> str | None:
    """The script of most of the first letters of a text; None where there are none."""
    letters = [sign for sign in text[: 4 * _ENOUGH] if sign.isalpha()][:_ENOUGH]
    names = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in letters)
    return names.most_common(1)[0][0] if names else None
