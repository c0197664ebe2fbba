"""Encodings are declared or found, and no byte is ever replaced."""

import pytest
from tests.quality import encodings as quality

from clippings.feeds import Format
from clippings.readers.encodings import find_encoding

RUSSIAN = "Москва. Переговоры по противоракетной обороне зашли в тупик, сообщил министр во вторник.\n" * 4
TEXTS = {
    "cp1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "cp866": RUSSIAN,
    "iso8859-5": RUSSIAN,
    "cp1252": "Die Gespräche über die Raketenabwehr – schwierig, sagte der Außenminister – gehen in München weiter.\n"
    * 3,
    "cp1250": "Rozmowy o tarczy antyrakietowej utknęły w martwym punkcie, powiedział wczoraj minister obrony Węgier.\n"
    * 3,
    "cp1253": "Οι συνομιλίες για την αντιπυραυλική ασπίδα βρίσκονται σε αδιέξοδο, δήλωσε ο υπουργός.\n" * 3,
    "shift_jis": "ミサイル防衛をめぐる協議は行き詰まっている、と大臣は火曜日に述べた。\n" * 4,
    "gb18030": "部长星期二表示，导弹防御谈判陷入僵局，双方将在下个月继续会谈。\n" * 4,
    "cp949": "장관은 화요일 미사일 방어 협상이 교착 상태에 빠졌다고 말했다.\n" * 4,
    "utf-8": RUSSIAN,
    "utf-16": RUSSIAN,
    "utf-16-le": RUSSIAN,
    "utf-16-be": RUSSIAN,
    "utf-32": RUSSIAN,
    "utf-8-sig": RUSSIAN,
}


@pytest.mark.parametrize("codec", TEXTS)
def test_the_encoding_of_a_text_is_found(reader, codec):
    """A text in a common encoding, with or without a byte order mark, comes out as it was written."""
    assert reader.contents(TEXTS[codec].encode(codec)) == [TEXTS[codec]]


@pytest.mark.parametrize("codec", [*TEXTS, "euc_jp", "iso8859-2"])
def test_a_declared_encoding_is_taken(reader, codec):
    """What is declared is not questioned."""
    text = TEXTS.get(codec) or {"euc_jp": TEXTS["shift_jis"], "iso8859-2": "Węgier"}[codec]
    assert reader.contents(text.encode(codec), encoding=codec) == [text]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-be", "shift_jis", "gb18030"])
@pytest.mark.parametrize("form", ["separated", "csv", "jsonl"])
def test_positions_are_bytes_of_the_file_in_any_encoding(reader, codec, form):
    """A record's position is where its bytes lie in the file, also where a character has two bytes."""
    line = (
        "Москва, 火曜日" if codec in ("shift_jis", "gb18030") else "Москва; été" if "utf" in codec else "Москва; лето"
    )
    if form == "separated":
        rows = [f"{line} {number}\n" for number in range(4)]
        text = "-----\n".join(rows)
    elif form == "csv":
        rows = [f'{number},"{line}\nsecond ""line"", {number}"\n' for number in range(4)]
        text = "id,text\n" + "".join(rows)
    else:
        rows = [f'{{"text": "{line}", "id": {number}}}\n' for number in range(4)]
        text = "".join(rows)
    data = text.encode(codec)
    declared = None if codec in ("utf-8-sig", "utf-16") else codec
    records = reader.records(data, format=Format(form), encoding=declared)
    assert len(records) == 4
    raw = codec.replace("utf-16", "utf-16-le") if codec == "utf-16" else codec.replace("-sig", "")
    for record, row in zip(records, rows, strict=True):
        assert data[record.position :].startswith(row.encode(raw))
    for target in (1, 40, 90):
        assert reader.in_ranges(data, target, format=Format(form), encoding=declared)[1] == records


@pytest.mark.parametrize(
    ("data", "broken"),
    [
        ('{"text": "café"}\n{"text": "caf\\xe9"}\n'.encode().replace(b"\\xe9", b"\xe9") * 1, 1),
        (b'{"text": "good"}\n{"text": "bad \xff\xfe"}\n{"text": "good"}\n', 1),
        (b'{"text": "good"}\n{"text": "bad \x81\x8d"}\n{"text": "good"}\n', 1),
        (b'{"text": "good"}\n{"text": "lone \\ud800"}\n{"text": "good"}\n', 1),
    ],
    ids=["one of two", "never a letter", "undefined", "half a pair"],
)
def test_a_record_that_does_not_decode_is_rejected_with_its_bytes(reader, data, broken):
    """Its position and bytes are kept, nothing is replaced, and its neighbours are read."""
    outcomes = reader.records(data, format=Format.JSONL)
    rejected = outcomes[broken]
    assert rejected.reason == "undecodable"
    assert rejected.raw == data.splitlines()[broken]
    assert rejected.position == data.index(rejected.raw)
    assert all(hasattr(outcome, "content") for number, outcome in enumerate(outcomes) if number != broken)


def test_half_a_character_in_utf16_is_rejected_with_its_bytes(reader):
    """A lone surrogate and an odd byte at the end are kept as they were."""
    data = "-----\n".join(["one\n", "two ", "three"]).encode("utf-16-le")
    broken = data.replace("two ".encode("utf-16-le"), b"t\0w\0\x00\xd8\n\0") + b"!"
    first, second, third = reader.records(broken, format=Format.SEPARATED, encoding="utf-16-le")
    assert first.content == "one"
    assert (second.reason, second.raw[:6]) == ("undecodable", b"t\0w\0\x00\xd8")
    assert (third.reason, third.raw) == ("undecodable", "three".encode("utf-16-le") + b"!")


def test_a_page_names_its_encoding(reader):
    """An HTML page that is not UTF-8 is read as it says itself, if it can be."""
    page = '<html><head><meta charset="iso-8859-9"><title>Ağır</title></head><body><p>İyi şeyler</p></body></html>'
    assert reader.contents(page.encode("iso8859-9"), "a.html") == [page]


def test_a_mark_overrides_a_declaration_of_its_family_only(reader):
    """UTF-16 is declared and the mark tells the byte order; a declared windows-1251 is not moved by chance bytes."""
    assert reader.contents("текст".encode("utf-16-be").join([b"\xfe\xff", b""]), encoding="utf-16") == ["текст"]
    assert reader.contents(b"\xff\xfe\xe0", encoding="cp1251") == ["яюа"]


def test_one_line_in_another_encoding_does_not_turn_the_file(reader):
    """A file that is mostly UTF-8 is UTF-8."""
    rows = [RUSSIAN.splitlines()[0].encode() for _ in range(5)]
    found = find_encoding([b"\n".join([*rows, "другая".encode("cp1251")])])
    assert found.codec == "utf-8"
    assert "5 of 6" in found.reason


def test_a_large_file_is_looked_at_beyond_its_beginning(reader):
    """A first megabyte of ASCII does not make a file UTF-8."""
    rows = [b'{"text": "plain"}'] * 70_000 + [
        ('{"text": "' + RUSSIAN.strip() + '"}').encode("cp1251").replace(b"\n", b" ")
    ] * 2000
    decision = reader.decision(b"\n".join(rows), "a.jsonl")
    assert decision.encoding.codec == "cp1251"


def test_hardly_a_text_of_any_length_is_misread():
    """Of texts in 24 languages and 28 encodings, from one sentence to a page, of 1,000 at most one comes out as another
    text, and of 200 at most one is put aside."""
    counts = quality.total(quality.measure(quality.texts()))
    assert counts["wrong"] <= counts.total() / 1000
    assert counts["put aside"] <= counts.total() / 200


def test_bytes_that_are_no_text_are_put_aside():
    """Random bytes and a UTF-8 text with destroyed bytes are never read as something; of texts in two encodings at once
    few are."""
    counts = quality.measure(quality.no_texts())
    assert quality.total({name: counts[name] for name in ("random bytes", "UTF-8 with bytes destroyed")})["wrong"] == 0
    in_two = quality.total({name: lengths for name, lengths in counts.items() if name.endswith("in one")})
    assert in_two["wrong"] <= in_two.total() / 10


@pytest.mark.parametrize(("most", "one"), [("cp1251", "koi8-r"), ("koi8-r", "cp1251"), ("cp1251", "cp866")])
def test_one_record_in_another_encoding_is_put_aside_alone(reader, most, one):
    """Where a file's encoding was guessed, a record that reads as another one is rejected with its bytes; declared, the
    encoding is taken for all."""
    rows = [f'{{"text": "Новость {number}. {RUSSIAN.splitlines()[0]}"}}\n'.encode(most) for number in range(9)]
    rows[4] = rows[4].decode(most).encode(one)
    outcomes = reader.records(b"".join(rows), format=Format.JSONL)
    assert [getattr(outcome, "reason", None) for outcome in outcomes] == [None] * 4 + ["undecodable"] + [None] * 4
    assert outcomes[4].raw == rows[4].rstrip(b"\n")
    assert "declare the feed's encoding" in outcomes[4].message
    assert len(reader.contents(b"".join(rows), format=Format.JSONL, encoding=most)) == 9


def test_too_few_letters_to_tell_are_put_aside_with_both_readings(reader):
    """One letter that is another in an encoding about as likely is not guessed at; declared, it is read."""
    text = "La banda suonerà piano, per non spaventare nessuno.\n"
    (rejected,) = reader.records(text.encode("cp1252"), format=Format.TEXT)
    assert rejected.reason == "undecodable"
    assert "too few letters to tell" in rejected.message
    assert "windows-1252" in rejected.message
    assert "declare the feed's encoding" in rejected.message
    assert reader.contents(text.encode("cp1252"), format=Format.TEXT, encoding="cp1252") == [text]


def test_japanese_in_seven_bits_is_no_ascii(reader):
    """ISO-2022-JP holds nothing but ASCII codes, and is not taken for ASCII."""
    assert reader.contents(TEXTS["shift_jis"].encode("iso2022_jp")) == [TEXTS["shift_jis"]]
    assert reader.contents(b"a price in \x1b$ only\n") == ["a price in \x1b$ only\n"]
