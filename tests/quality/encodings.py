"""`python -m tests.quality.encodings`: texts of known encodings, read by the reader: how many come out as they were
written, how many are put aside, and how many come out as something else. With `-v` each that goes wrong is shown.

The texts are the pages of the golden cases, and a few sentences for scripts that these lack, cut to four lengths. Beside
them are bytes that are no text in any one encoding: all of them are to be put aside.
"""

import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from rich import box
from rich.console import Console
from rich.table import Table

from clippings.feeds import Feed, Format
from clippings.readers import read_file
from clippings.records import RawRecord

GOLDEN = Path(__file__).parents[1] / "golden"

ENCODINGS: dict[str, tuple[str, ...]] = {
    "ar": ("cp1256", "iso8859-6"),
    "bg": ("cp1251",),
    "cs": ("cp1250", "iso8859-2"),
    "de": ("cp1252", "cp850", "mac-roman"),
    "el": ("cp1253", "iso8859-7"),
    "en": ("cp1252",),
    "es": ("cp1252",),
    "fi": ("cp1252",),
    "fr": ("cp1252", "iso8859-15"),
    "he": ("cp1255",),
    "hu": ("cp1250", "iso8859-2"),
    "it": ("cp1252",),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "ko": ("cp949",),
    "nl": ("cp1252",),
    "pl": ("cp1250", "iso8859-2"),
    "pt": ("cp1252",),
    "ro": ("cp1250", "iso8859-16"),
    "ru": ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"),
    "sv": ("cp1252",),
    "tr": ("cp1254",),
    "uk": ("cp1251", "koi8-u"),
    "zh": ("gb18030",),
    "zh-Hant": ("big5",),
}
"""Language to the encodings in which its texts were written before Unicode; all are tried in UTF-8 and UTF-16, too."""
UNICODE = ("utf-8", "utf-16", "utf-16-le", "utf-16-be")

SENTENCES: dict[str, str] = {
    "bg": """Правителството обсъди вчера новия закон за пристанищата, съобщи министърът на транспорта.
Рибарите от Созопол не излязоха в морето заради силния вятър.
В столицата бе открита изложба с фотографии от началото на миналия век.
Според кмета ремонтът на моста ще продължи до края на есента.
Учените предупредиха, че нивото на реката ще се покачи през следващите дни.""",
    "he": """הממשלה דנה אתמול בחוק החדש על הנמלים, מסר שר התחבורה.
הדייגים לא יצאו לים בגלל הרוח החזקה.
בבירה נפתחה תערוכת צילומים מראשית המאה הקודמת.
לדברי ראש העיר, תיקון הגשר יימשך עד סוף הסתיו.
המדענים הזהירו כי מפלס הנהר יעלה בימים הקרובים.""",
    "ro": """Guvernul a discutat ieri noua lege a porturilor, a anunţat ministrul transporturilor.
Pescarii din Constanţa nu au ieşit în larg din cauza vântului puternic.
În capitală s-a deschis o expoziţie de fotografii de la începutul secolului trecut.
Primarul spune că reparaţiile la pod vor ţine până la sfârşitul toamnei.
Cercetătorii avertizează că nivelul râului va creşte în următoarele zile.""",
    "zh-Hant": """行政院昨日討論新的港口法案，交通部長在記者會上表示。
因為風浪太大，漁民今天沒有出海。
首都舉行了一場上世紀初的攝影展覽，吸引許多民眾參觀。
市長說，橋樑的維修工程將持續到秋天結束。
科學家警告，未來幾天河水的水位將會上升。""",
}
"""Texts of languages that the golden cases lack."""

MOST = 12
"""Samples of one length, language and encoding."""
LENGTHS = {"one sentence": 1, "two sentences": 2, "five sentences": 5, "a page": 60}


@dataclass(frozen=True, slots=True)
class Sample:
    """Bytes, with the text that they hold: None where they hold none."""

    group: str
    length: str
    data: bytes
    text: str | None


def sentences_of(language: str) -> list[str]:
    """Sentences and paragraphs of a language, with letters beyond ASCII in each, without a line break."""
    if language in SENTENCES:
        lines = SENTENCES[language].splitlines()
    else:
        pages = sorted(GOLDEN.glob(f"{language}_*/page.txt"))
        lines = [line.strip() for page in pages for line in page.read_text(encoding="utf-8").splitlines()]
    shortest = 15 if language in ("ja", "ko", "zh", "zh-Hant") else 40
    return list(dict.fromkeys(line for line in lines if len(line) >= shortest and not line.isascii()))


def texts() -> Iterator[Sample]:
    """Texts of all languages, lengths and encodings."""
    for language, own in ENCODINGS.items():
        sentences = sentences_of(language)
        for length, count in LENGTHS.items():
            starts = range(max(1, len(sentences) - count + 1))
            for codec in (*own, *UNICODE):
                cut = ("\n".join(sentences[start : start + count]) + "\n" for start in starts)
                for text in islice(filter(lambda text: _can(text, codec), cut), MOST):
                    yield Sample(codec, length, text.encode(codec), text)


def _can(text: str, codec: str) -> bool:
    try:
        return text.encode(codec).decode(codec) == text
    except UnicodeError:
        return False


def no_texts() -> Iterator[Sample]:
    """Bytes that are text in no single encoding."""
    random = Random(3)  # noqa: S311 - the same bytes every time
    russian, german, polish, japanese = (sentences_of(language) for language in ("ru", "de", "pl", "ja"))
    for number in range(MOST):
        for length, size in (("one sentence", 100), ("a page", 4000)):
            yield Sample("random bytes", length, bytes(random.choices(range(0x20, 0x100), k=size)), None)
        flipped = bytearray(russian[number].encode("utf-8") * 3)
        for _ in range(len(flipped) // 8):
            flipped[random.randrange(len(flipped))] = random.randrange(0x80, 0x100)
        yield Sample("UTF-8 with bytes destroyed", "two sentences", bytes(flipped), None)
        two = russian[number].encode("cp1251", "ignore") + b"\n" + russian[number + 1].encode("koi8-r", "ignore")
        yield Sample("windows-1251 and KOI8-R in one", "two sentences", two, None)
        two = german[number].encode("cp1252") + b"\n" + russian[number].encode("cp866", "ignore")
        yield Sample("windows-1252 and cp866 in one", "two sentences", two, None)
        two = polish[number].encode("cp1250") + b"\n" + japanese[number % len(japanese)].encode("cp932", "ignore")
        yield Sample("windows-1250 and Shift JIS in one", "two sentences", two, None)
        plain = bytearray(b"The council voted on the tunnel after a long debate that lasted into the night. " * 3)
        for _ in range(3):
            plain[random.randrange(len(plain))] = random.randrange(0x80, 0x100)
        yield Sample("English with three stray bytes", "two sentences", bytes(plain), None)


def outcome(sample: Sample, folder: Path) -> str:
    """`right`, `put aside` or `wrong`: what the reader makes of a sample."""
    (folder / "sample.txt").write_bytes(sample.data)
    feed = Feed("encodings", "Encodings", str(folder), "0 0 1 * *", date(2000, 1, 1), ("*",), format=Format.TEXT)
    (record,) = read_file(feed, "sample.txt")
    if not isinstance(record, RawRecord):
        return "put aside"
    return "right" if record.content == sample.text else "wrong"


Counts = dict[str, dict[str, Counter[str]]]
"""Outcomes by group and length."""
OUTCOMES = ("right", "put aside", "wrong")


def measure(samples: Iterable[Sample], complain: Callable[[str], None] = lambda line: None) -> Counts:
    """What becomes of samples. `complain` is told of each text that does not come out as it was written."""
    counts: Counts = defaultdict(lambda: defaultdict(Counter))
    with tempfile.TemporaryDirectory() as folder:
        for sample in samples:
            result = outcome(sample, Path(folder))
            counts[sample.group][sample.length][result] += 1
            if (result == "right") is (sample.text is None) or result == "wrong":
                complain(f"{sample.group}, {sample.length}, {result}: {sample.text or sample.data!r}")
    return counts


def total(counts: Counts) -> Counter[str]:
    """The outcomes of all groups and lengths."""
    return sum((one for lengths in counts.values() for one in lengths.values()), Counter())


def table(title: str, counts: Counts) -> Table:
    """right / put aside / wrong for each group (a row) and length (a column)."""
    shown = Table(title=f"{title}: right / put aside / wrong", title_justify="left", box=box.MARKDOWN)
    shown.add_column("")
    for length in LENGTHS:
        shown.add_column(length, justify="right")
    for group, lengths in counts.items():
        shown.add_row(group, *(_cell(lengths.get(length, Counter())) for length in LENGTHS))
    together = (sum((lengths[length] for lengths in counts.values()), Counter()) for length in LENGTHS)
    shown.add_row("together", *map(_cell, together))
    return shown


def _cell(counts: Counter[str]) -> str:
    return " / ".join(str(counts[each]) for each in OUTCOMES) if counts else ""


def main() -> None:
    """Measure and print."""
    console = Console(width=120)
    complain = partial(print, file=sys.stderr) if "-v" in sys.argv else lambda line: None
    console.print(table("texts", measure(texts(), complain)))
    console.print(table("no texts", measure(no_texts(), complain)))


if __name__ == "__main__":
    main()
