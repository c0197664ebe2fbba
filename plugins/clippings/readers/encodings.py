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
    guessed: bool = False
    """Found by the letters alone: a record may be in another one, which `misread` tells."""

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
    words. Where nothing fits it is UTF-8: what does not decode is then rejected record by record and never replaced. A
    file whose encoding was guessed may still hold records in another: each is held to `misread`.
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
    shifted = _shifted(head)
    if shifted is not None:
        return Encoding(shifted, 0, "nothing but ASCII, with the shifts of this encoding")
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
    """UTF-16 without a mark: NULs at one parity only, or the letters of East Asia; blanks among the characters or control
    codes for bytes, as no other encoding has them; no control characters."""
    head = head[: 65_536 & ~1]
    if len(head) < 8:
        return None
    # English letters, two by two, make a Chinese character, too.
    beyond_ascii = sum(1 for byte in head if byte >= 0x80)
    may_be_east_asian = beyond_ascii >= 0.1 * len(head) and _CONTROL.search(head) is not None
    for codec, low, high in (("utf-16-le", head[0::2], head[1::2]), ("utf-16-be", head[1::2], head[0::2])):
        text = head[: len(head) & ~1].decode(codec, "replace")
        of_ascii = high.count(0) >= 0.04 * len(high) and low.count(0) <= 0.05 * high.count(0)
        of_east_asia = may_be_east_asian and len(_EAST_ASIAN.findall(text)) >= 0.95 * len(text)
        blank = of_east_asia or any(character in text for character in " \n\r\t")
        strange = sum(
            1 for character in text if (character < " " and character not in "\n\r\t\f") or character == "\ufffd"
        )
        if (of_ascii or of_east_asia) and blank and strange <= 0.01 * len(text):
            return codec
    return None


_CONTROL = re.compile(rb"[\x00-\x08]")
_EAST_ASIAN = re.compile(r"[\t\n\r -~\u2010-\u2026\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff00-\uffef]")

_SHIFTS = (
    (re.compile(rb"\x1b\$[@B]|\x1b\([JI]|\x1b\$\([DOPQ]"), "iso2022_jp_3"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
)


def _shifted(head: bytes) -> str | None:
    """An encoding of seven bits, in which sequences of ASCII shift to other letters and back, where it can be read."""
    if not head.isascii():
        return None
    codec = next((codec for sequence, codec in _SHIFTS if sequence.search(head)), None)
    return codec if codec is not None and _reads(head, codec) else None


_NAMED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*(?:[\"']\s*)?([A-Za-z0-9_:.-]+)|^\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)",
    re.I,
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


MUCH_LESS_LIKELY = 0.4
"""Of the detector's likeliest reading: one that is no likelier than so much of it is not taken in its place."""

FEW, AS_LIKELY = 8, 0.95
"""With fewer bytes beyond ASCII than the first, a file is put aside that reads as another text in another common encoding,
which is about as likely: not less so than the second."""
COMMONEST = "cp1252"
"""Taken where it is about as likely as another."""
COMMON = frozenset(
    {*(f"cp{number}" for number in range(1250, 1259)), *(f"iso8859-{part}" for part in (2, 5, 6, 7, 8, 9)), "koi8-r"}
    | {"koi8-u", "cp932", "euc_jp", "gb18030", "big5", "cp949", "euc_kr", "tis-620"}
)
"""Encodings in which much was written on the web: others are taken where they are likelier, but raise no doubt."""


def _guess(lines: Sequence[bytes]) -> Encoding:
    """The likeliest of the statistical detector's readings of the non-ASCII lines that reads as words."""
    shown = b"\n".join(lines)[:GUESS_BYTES]
    readings = _readings(shown)
    likely = [
        (codec, confidence, text)
        for codec, confidence in readings
        if confidence >= MUCH_LESS_LIKELY * readings[0][1] and _reads_as_words(text := shown.decode(codec, "replace"))
    ]
    if likely:
        as_likely = [one for one in likely if one[1] >= AS_LIKELY * likely[0][1]]
        codec, confidence, text = next((one for one in as_likely if one[0] == COMMONEST), likely[0])
        title = Encoding(codec, 0, "").title
        rivals = () if codec == COMMONEST else as_likely if codec in COMMON else likely
        others = [other for other, _, told in rivals if told != text and other in COMMON]
        if others and sum(1 for byte in shown if byte >= 0x80) < FEW:
            reason = f"too few letters to tell whether it is {title} or {Encoding(others[0], 0, '').title}"
            return Encoding("utf-8", 0, f"not UTF-8; {reason}")
        reason = f"not UTF-8; the letters read as {title} (confidence {confidence:.2f})"
        return Encoding(codec, 0, reason, guessed=True)
    return Encoding("utf-8", 0, "not all UTF-8, but it reads as words in no other encoding")


def _readings(shown: bytes) -> list[tuple[str, float]]:
    """The codecs in which bytes may be written, with the statistical detector's confidence, the likeliest first."""
    import chardet  # noqa: PLC0415 - few files need it

    readings: dict[str, float] = {}
    for found in chardet.detect_all(shown, ignore_threshold=True):
        codec = codec_named(found["encoding"] or "")
        if codec == "iso8859-15" and re.search(rb"[\x80-\x9f]", shown):
            codec = "cp1252"
        if codec is not None and codec != "utf-8":
            readings.setdefault(codec, found["confidence"])
    return list(readings.items())


MISREAD_LINES = 8
"""Doubtful lines of a record that are looked at closely, the longest."""
SURELY = 0.2
"""How sure the detector must be that a line is written in another encoding, and it must be twice as likely as the file's."""


def misread(text: str, encoding: Encoding) -> str | None:
    """Why a record's text is not what was written, where its file's encoding was guessed: it does not read as words, or
    a line of it is surely written in another encoding. None where there is no doubt."""
    if not encoding.guessed or text.isascii():
        return None
    lines = [line for line in text[:GUESS_BYTES].splitlines() if not line.isascii()]
    shares = {line: _out_of_place(line) for line in lines}
    letters = {line: sum(1 for character in line if character > "\x7f") for line in lines}
    if sum(shares[line] * letters[line] for line in shares) > MOST_OUT_OF_PLACE * sum(letters.values()):
        return f"it does not read as words in {encoding.title}"
    doubtful = [line for line in shares if shares[line] > MOST_OUT_OF_PLACE or _shouts(line)]
    for line in sorted(doubtful, key=len)[-MISREAD_LINES:]:
        if shares[line] > 0.5 and (letters[line] >= FEW or _MIXED.search(line)):
            return f"a line of it does not read as words in {encoding.title}, as the file does"
        try:
            written = line.encode(encoding.codec)
        except UnicodeEncodeError:  # a character that JSON or HTML wrote by its number
            continue
        readings = _readings(written)
        own = next((confidence for codec, confidence in readings if codec == encoding.codec), 0.0)
        for codec, confidence in readings[:1]:
            other = written.decode(codec, "replace")
            likelier = confidence >= max(SURELY, 2 * own) and other != line
            if likelier and _reads_as_words(other) and not _shouts(other):
                title = Encoding(codec, 0, "").title
                return f"a line of it reads as {title}, and not as {encoding.title}, as the file does"
    return None


MOST_OUT_OF_PLACE = 0.15
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z\u0080-\u024f\u1e00-\u1eff]+")
_ONE_SCRIPT = re.compile(
    f"{_LATIN.pattern}|[\u0370-\u03ff]+|[\u0400-\u052f]+|[^\\x00-\u024f\u0370-\u052f\u1e00-\u1eff]+"
)
"""A word in Latin, Greek, Cyrillic or other letters."""
_MIXED = re.compile("[a-zà-öø-ɏ][Ͱ-ӿ]|[Ͱ-ӿ][a-zà-öø-ɏ]", re.I)
"""Latin and Greek or Cyrillic within a word."""
_ODD = frozenset("ÿŸƒˆ¤¦¬¯¸¨†‡‰\ufffd") | frozenset(map(chr, range(0x2500, 0x2600)))
_WITHIN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f](?=[^\W\d_])")
_JOINS_WORDS = frozenset("\xad·’ʼ‘‐‑–—…\u200c\u200d・、。，「」『』（）：；？！") | frozenset(
    map(chr, range(0x300, 0x370))
)
"""What may stand between two letters; of East Asia's signs, which have their own room, the usual ones."""
_ALONE = frozenset("àèéìíòóùúáâêôåäöæøœýõ")
"""Latin words of one letter beyond ASCII: Italian `è`, Portuguese `é`, Swedish `å` …"""


def _reads_as_words(text: str) -> bool:
    """Whether the non-ASCII characters of a text stand where characters of words and typography stand."""
    return _out_of_place(text) <= MOST_OUT_OF_PLACE


def _out_of_place(text: str) -> float:
    """The share of a text's non-ASCII characters that stand where none of words and typography stands; 1 without any.

    A few broken bytes in an ASCII file decode to something in almost every encoding: what they decode to is then
    odd signs, capitals within a word, signs within a word, or scripts mixed in a word.
    """
    high = [character for character in text if character > "\x7f"]
    if not high:
        return 1.0
    bad = sum(1 for character in high if character in _ODD or "\x80" <= character < "\xa0")
    bad += sum(1 for sign in _WITHIN_WORD.findall(text) if sign not in _JOINS_WORDS)
    letters = sum(1 for character in high if character.isalpha())
    foreign = letters > 0.5 * sum(map(str.isalpha, text))
    for word in _WORD.findall(text):
        if word.isascii():
            continue
        mixed_case = word[1:] != word[1:].lower() and not word.isupper()
        short = len(word) < 3 and len(high) < 20 and not any(character < "\x80" for character in word)
        if mixed_case or not _ONE_SCRIPT.fullmatch(word) or (short and not _may_be_short(word, foreign)):
            bad += sum(1 for character in word if character > "\x7f")
    return bad / len(high)


def _may_be_short(word: str, foreign: bool) -> bool:
    """Whether a word of one or two letters, none of them ASCII, is one: in a text of such letters, or a Latin one."""
    return len(word) == 1 and word.lower() in _ALONE if _LATIN.match(word) else foreign


def _shouts(text: str) -> bool:
    """Whether most of a text's words of letters beyond ASCII are in capitals: so looks KOI8 read as windows-1251, and the
    other way round, but seldom what is written."""
    words = [word for word in _WORD.findall(text) if len(word) > 3 and not word.isascii()]
    return 2 * sum(map(_in_capitals, words)) > len(words)


def _in_capitals(word: str) -> bool:
    return word[1:].isupper()
