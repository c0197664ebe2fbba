"""py3langid's view of a text, for texts on which langdetect's profiles are unsure or have nothing to say.

It looks at bytes instead of characters, knows some forty languages that langdetect has no profile of, and is the
better judge of short texts. Its model is 4.5 MB and is read when the first text needs it.
"""

from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LONGEST = 200
"""Characters it is shown: more do not change its mind, and take time."""
MACRO = {"nb": "no", "nn": "no"}
"""Norwegian is one language here, as it is to langdetect."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """`scores`: the log-likelihood for each ISO 639-1 code; empty when the text holds nothing the model knows."""

    scores: dict[str, float]


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)


def ask(text: str) -> Opinion:
    """What py3langid thinks of the first LONGEST characters. Languages without a two-letter code are left out."""
    scores: dict[str, float] = {}
    for label, score in _identifier().rank(text[:LONGEST]):
        code = MACRO.get(label, label)
        if len(code) == 2 and code not in scores:
            scores[code] = score
    return Opinion({} if len(set(scores.values())) <= 1 else scores)
