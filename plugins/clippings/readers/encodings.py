"""In which encoding a file is written: declared, told by a byte order mark, or found out from samples of it."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass

from clippings.readers.markup import content_type_of
from clippings.records import ContentType

BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (
    # UTF-32 first: its little-endian mark begins as that of UTF-16 does.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SINGLE_BYTE = re.compile(
    r"ascii|utf-8|cp(?:125\d|437|737|775|8\d\d|1006|1125)|iso8859|koi8|mac|ptcp154|tis-620|hp-roman8"
)
"""Codecs (by Python's names) in which a byte below 0x80 is the ASCII character: lines are cut before decoding."""
LEGACY_SHARE = 0.75
"""Where more than this share of the lines that hold non-ASCII bytes is not UTF-8, the file is taken as not UTF-8."""
GUESS_BYTES = 65_536
"""Non-ASCII lines shown to the statistical detector; more of them makes it slower and no better."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by the name of its Python codec, the length of the byte order mark, and why it was chosen."""

    codec: str
    mark: int
    reason: str

    @property
    def ascii_based(self) -> bool:
        """Whether a byte below 0x80 is always the ASCII character, so that lines can be cut before decoding."""
        return SINGLE_BYTE.match(self.codec) is not None

    @property
    def title(self) -> str:
        """The name people know it by."""
        return _TITLES.get(self.codec, self.codec)


_TITLES = {"utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "ascii": "ASCII", "koi8-r": "KOI8-R"} | {
    f"cp{number}": f"windows-{number}" for number in range(1250, 1259)
}


_WITHOUT_MARK = {"utf-16": "utf-16-le", "utf-32": "utf-32-le", "utf-8-sig": "utf-8"}


def find_encoding(samples: Sequence[bytes], declared: str | None = None, served_as: str | None = None) -> Encoding:
    """The encoding of a file, from samples of it (the first is its beginning, the others begin and end with a line).

    A byte order mark wins, then what is declared; then UTF-16 without a mark, UTF-8, what the server (`served_as`) or
    an HTML page itself says, and the statistical detector of chardet 7, whose guess is taken only where it reads as
    words. Where nothing fits it is UTF-8: what does not decode is then rejected record by record and never replaced.
    """
    head = samples[0] if samples else b""
    for mark, codec in BYTE_ORDER_MARKS:
        if head.startswith(mark) and (declared is None or _agrees(declared, codec)):
            return Encoding(codec, len(mark), "byte order mark")
    if declared is not None:
        codec = codecs.lookup(declared).name
        return Encoding(_WITHOUT_MARK.get(codec, codec), 0, "declared")
    wide = _wide(head)
    if wide is not None:
        return Encoding(wide, 0, "every other byte is NUL, and it reads as text")
    lines = [line for sample in samples for line in sample.splitlines() if not line.isascii()]
    if not lines:
        return Encoding("utf-8", 0, "nothing but ASCII in the sample")
    broken = [line for line in lines if not _is_utf8(line)]
    if not broken:
        return Encoding("utf-8", 0, "non-ASCII bytes are valid UTF-8")
    if len(broken) <= LEGACY_SHARE * len(lines):
        return Encoding("utf-8", 0, f"{len(lines) - len(broken)} of {len(lines)} non-ASCII lines are valid UTF-8")
    named = codec_named(served_as) if served_as else None
    if named is not None and named != "utf-8" and _reads(head, named):
        return Encoding(named, 0, "named by the server")
    named = _named_by_page(head)
    if named is not None:
        return Encoding(named, 0, "named by the page")
    return _guess(broken)


def _agrees(declared: str, codec: str) -> bool:
    """Whether a declared encoding and a byte order mark are of one family."""
    name = codecs.lookup(declared).name
    return codec.startswith(name.removesuffix("-sig")) or name == codec


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        # A sample may end in the middle of a character.
        return error.reason == "unexpected end of data"
    return True


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: NULs at one parity only, blanks among the characters, no control characters."""
    head = head[: 65_536 & ~1]
    if len(head) < 8 or head.count(0) < 0.02 * len(head):
        return None
    for codec, low, high in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        if low.count(0) > 0.05 * high.count(0):
            continue
        text = head[: len(head) & ~1].decode(codec, "replace")
        blank = sum(text.count(character) for character in " \n\r\t")
        strange = sum(
            1 for character in text if (character < " " and character not in "\n\r\t\f") or character == "\ufffd"
        )
        if blank and strange <= 0.01 * len(text):
            return codec
    return None


_NAMED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)|^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", re.I
)


def _named_by_page(head: bytes) -> str | None:
    """The encoding an HTML page names, where it is one and the page can be read in it."""
    if content_type_of(head[:20_000].decode("latin-1")) is not ContentType.HTML:
        return None
    found = _NAMED.search(head[:20_000])
    if found is None:
        return None
    codec = codec_named((found.group(1) or found.group(2)).decode("ascii", "replace"))
    return codec if codec is not None and codec not in {"ascii", "utf-8"} and _reads(head, codec) else None


def codec_named(label: str) -> str | None:
    """Python's codec for an encoding's name on the web, where `ISO-8859-1` and `ASCII` mean windows-1252."""
    try:
        codec = codecs.lookup(label.strip())
    except (LookupError, ValueError):
        return None
    if not codec._is_text_encoding or codec.name in {"utf-7", "idna", "punycode", "unicode_escape", "undefined"}:
        return None
    return {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932"}.get(
        codec.name, codec.name
    )


def _reads(sample: bytes, codec: str) -> bool:
    try:
        sample.decode(codec)
    except UnicodeDecodeError as error:
        return error.end >= len(sample)
    return True


def _guess(lines: Sequence[bytes]) -> Encoding:
    """The statistical detector's guess on the non-ASCII lines, if it reads as words."""
    import chardet  # noqa: PLC0415 - few files need it

    shown = b"\n".join(lines)[:GUESS_BYTES]
    found = chardet.detect(shown)
    label = found.get("encoding")
    codec = codec_named(label) if label else None
    if codec == "iso8859-15" and re.search(rb"[\x80-\x9f]", shown):
        codec = "cp1252"
    if codec is not None and codec != "utf-8":
        reading = shown.decode(codec, "replace")
        if _reads_as_words(reading):
            return Encoding(codec, 0, f"not UTF-8; the letters read as {label} (confidence {found['confidence']:.2f})")
    return Encoding("utf-8", 0, "not all UTF-8, but it reads as words in no other encoding")


_WORD = re.compile(r"[^\W\d_]+")
_ODD = frozenset("ÿŸƒˆ¤¦¬¯¸¨†‡‰\ufffd")


def _reads_as_words(text: str) -> bool:
    """Whether the non-ASCII characters of a text stand where characters of words and typography stand.

    A few broken bytes in an ASCII file decode to something in almost every encoding: what they decode to is then
    odd signs, capitals within a word, or scripts mixed in a word.
    """
    high = [character for character in text if character > "\x7f"]
    if not high:
        return False
    bad = sum(1 for character in high if character in _ODD or "\x80" <= character < "\xa0")
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        scripts = {_script(character) for character in word}
        tail = word[1:]
        mixed_case = not (tail.islower() or word.isupper() or not any(c.isupper() for c in tail))
        if len(scripts) > 1 or mixed_case or (len(word) < 3 and not any(c < "\x80" for c in word) and len(high) < 20):
            bad += sum(1 for character in word if character > "\x7f")
    return bad <= 0.15 * len(high)


def _script(character: str) -> str:
    point = ord(character)
    if point < 0x0250 or 0x1E00 <= point < 0x1F00:
        return "Latin"
    if 0x0370 <= point < 0x0400:
        return "Greek"
    if 0x0400 <= point < 0x0530:
        return "Cyrillic"
    return "other"
