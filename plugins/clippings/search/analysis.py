"""How words are cut and stemmed: one analysis for each language the minimal distribution can stem.

Each is the language's own built-in analyzer written out as OpenSearch documents it ("reimplement the analyzer"),
because the built-in ones take no character filter: the same variants of apostrophes and ё are folded in all. Accents
are taken off last, after stemming, which needs them: a name typed without them is found and highlighted.
Nepali, Serbian, Tamil and Yiddish have no built-in analyzer, but a stemmer; Serbian, Croatian and Bosnian share one
that reads Cyrillic and Latin script alike.
"""

from collections.abc import Mapping
from typing import Any

FOLDED = "other"
"""The analysis without a language: lower case, accents off, Chinese, Japanese and Korean as pairs of characters, and
words cut at apostrophes, because what stands before or after one is a word in some language ("l'équipe", "Ankara'da")."""

ANALYSES: Mapping[str, tuple[str, ...]] = {
    "ar": ("lowercase", "decimal_digit", "stop:arabic", "arabic_normalization", "stemmer:arabic"),
    "bg": ("lowercase", "stop:bulgarian", "stemmer:bulgarian"),
    "bn": (
        "lowercase",
        "decimal_digit",
        "indic_normalization",
        "bengali_normalization",
        "stop:bengali",
        "stemmer:bengali",
    ),
    "ca": ("elision:catalan", "lowercase", "stop:catalan", "stemmer:catalan"),
    "cjk": ("cjk_width", "lowercase", "cjk_bigram", "stop:cjk"),
    "ckb": ("sorani_normalization", "lowercase", "decimal_digit", "stop:sorani", "stemmer:sorani"),
    "cs": ("lowercase", "stop:czech", "stemmer:czech"),
    "da": ("lowercase", "stop:danish", "scandinavian_normalization", "stemmer:danish"),
    "de": ("lowercase", "stop:german", "german_normalization", "stemmer:light_german"),
    "el": ("lowercase:greek", "stop:greek", "stemmer:greek"),
    "en": ("stemmer:possessive_english", "lowercase", "stop:english", "stemmer:english"),
    "es": ("lowercase", "stop:spanish", "stemmer:light_spanish"),
    "et": ("lowercase", "stop:estonian", "stemmer:estonian"),
    "eu": ("lowercase", "stop:basque", "stemmer:basque"),
    "fa": (
        "lowercase",
        "decimal_digit",
        "arabic_normalization",
        "persian_normalization",
        "stop:persian",
        "stemmer:persian",
    ),
    "fi": ("lowercase", "stop:finnish", "stemmer:finnish"),
    "fr": ("elision:french", "lowercase", "stop:french", "stemmer:light_french"),
    "ga": ("stop:irish_hyphenation", "elision:irish", "lowercase:irish", "stop:irish", "stemmer:irish"),
    "gl": ("lowercase", "stop:galician", "stemmer:galician"),
    "hi": ("lowercase", "decimal_digit", "indic_normalization", "hindi_normalization", "stop:hindi", "stemmer:hindi"),
    "hu": ("lowercase", "stop:hungarian", "stemmer:hungarian"),
    "hy": ("lowercase", "stop:armenian", "stemmer:armenian"),
    "id": ("lowercase", "stop:indonesian", "stemmer:indonesian"),
    "it": ("elision:italian", "lowercase", "stop:italian", "stemmer:light_italian"),
    "lt": ("lowercase", "stop:lithuanian", "stemmer:lithuanian"),
    "lv": ("lowercase", "stop:latvian", "stemmer:latvian"),
    "nl": ("lowercase", "stop:dutch", "stemmer:dutch"),
    "ne": ("lowercase", "decimal_digit", "indic_normalization", "stemmer:nepali"),
    "no": ("lowercase", "stop:norwegian", "scandinavian_normalization", "stemmer:norwegian"),
    FOLDED: ("cjk_width", "lowercase", "decimal_digit", "cjk_bigram"),
    "pt": ("lowercase", "stop:portuguese", "stemmer:light_portuguese"),
    "ro": ("lowercase", "stop:romanian", "stemmer:romanian"),
    "ru": ("lowercase", "stop:russian", "stemmer:russian"),
    "sr": ("lowercase", "serbian_normalization", "stemmer:serbian"),
    "sv": ("lowercase", "stop:swedish", "stemmer:swedish"),
    "ta": ("lowercase", "decimal_digit", "indic_normalization", "stemmer:tamil"),
    "th": ("lowercase", "decimal_digit", "stop:thai"),
    "tr": ("apostrophe", "lowercase:turkish", "stop:turkish", "stemmer:turkish"),
    "yi": ("lowercase", "stemmer:yiddish"),
}
"""Analysis to its token filters; `kind:parameter` is a filter defined in `_FILTERS`."""

ANALYSIS_OF = {code: code for code in ANALYSES if code not in {"cjk", FOLDED}} | {
    "zh": "cjk",
    "ja": "cjk",
    "ko": "cjk",
    "bs": "sr",
    "hr": "sr",
    "nb": "no",
    "nn": "no",
}
"""The language code of a document to its analysis; a language that is not named here has `FOLDED`."""

_ELISIONS = {
    "catalan": ["d", "l", "m", "n", "s", "t"],
    "french": ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"],
    "irish": ["d", "m", "b"],
    "italian": [*"clmtsvd", *"all dall dell nell sull coll pell gl agl dagl degl negl sugl un".split()],  # noqa: SIM905
}

_TYPOGRAPHY = {
    "’": "'",
    "‘": "'",
    "‛": "'",
    "ʼ": "'",
    "ʹ": "'",
    "′": "'",
    "＇": "'",
    "`": "'",
    "´": "'",
    "ё": "е",
    "Ё": "Е",
    "\u0301": "",  # the stress mark of Cyrillic textbooks and names
    "\u00ad": "",  # soft hyphen
    "\u200b": "",  # zero-width space
    "\ufeff": "",
    "\u2060": "",
    "\u200c": "\\u0020",  # zero-width non-joiner: Persian's word parts; the rule's blank has to be spelt out
}

_ACRONYM = r"(?<=^|\.)(\p{L})\.(?=\p{L}($|\.))"
"""Within a word of single letters with dots between them, a letter and its dot: "U.S." and "US" are one word."""


def analysis_of(language: str | None) -> str:
    """The analysis for a document in this language (`zh-cn` is read as `zh`)."""
    return ANALYSIS_OF.get((language or "").split("-")[0].lower(), FOLDED)


def _filter(name: str) -> dict[str, Any]:
    """The definition of a `kind:parameter` token filter."""
    kind, parameter = name.split(":")
    if parameter == "irish_hyphenation":
        return {"type": "stop", "stopwords": ["h", "n", "t"], "ignore_case": True}
    if kind == "stop":
        return {"type": "stop", "stopwords": f"_{parameter}_"}
    if kind == "elision":
        return {"type": "elision", "articles": _ELISIONS[parameter], "articles_case": True}
    return {"type": kind, "language": parameter}


def _own_name(name: str) -> str:
    return name.replace(":", "_")


def analysis_settings() -> dict[str, Any]:
    """The `analysis` part of the index's settings: an analyzer for each of `ANALYSES`."""
    filters = {name for names in ANALYSES.values() for name in names if ":" in name}
    analyzers: dict[str, Any] = {
        name: {
            "type": "custom",
            "char_filter": ["typography", "apostrophes"] if name == FOLDED else ["typography"],
            "tokenizer": "thai" if name == "th" else "standard",
            "filter": ["acronyms", *map(_own_name, steps), "asciifolding"],
        }
        for name, steps in ANALYSES.items()
    }
    return {
        "char_filter": {
            "typography": {"type": "mapping", "mappings": [f"{old}=>{new}" for old, new in _TYPOGRAPHY.items()]},
            "apostrophes": {"type": "mapping", "mappings": ["'=>\\u0020"]},
        },
        "filter": {
            "acronyms": {"type": "pattern_replace", "pattern": _ACRONYM, "replacement": "$1"},
            **{_own_name(name): _filter(name) for name in sorted(filters)},
        },
        "analyzer": analyzers,
    }
