"""Compressed files and archives are seen through, also damaged and hostile ones."""

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
import time
import zipfile

import pytest

from clippings.feeds import Format
from clippings.readers import packing

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstd.compress}


@pytest.fixture(scope="session")
def lines(articles) -> bytes:
    """Some hundred articles that do not compress to nothing, as JSON lines."""
    return b"".join(
        json.dumps({"id": number, "text": f"{number * 7919} {articles[number % 6]} {number**9}"}).encode() + b"\n"
        for number in range(400)
    )


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    """A tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("kind", COMPRESS)
@pytest.mark.parametrize("streams", [1, 3])
def test_a_compressed_file_reads_as_the_plain_one(reader, lines, kind, streams):
    """Whatever its name; several streams one after the other are one file; positions are those when unpacked."""
    plain = reader.records(lines, "same")
    third = len(lines) // 3
    parts = [lines] if streams == 1 else [lines[:third], lines[third : 2 * third], lines[2 * third :]]
    data = b"".join(COMPRESS[kind](part) for part in parts)
    assert reader.records(data, "same") == plain
    assert reader.decision(data, "same").reasons[0] == f"{kind}: told by its first bytes"
    assert reader.in_ranges(data, 1000, "same") == (1, plain)


@pytest.mark.parametrize("kind", COMPRESS)
def test_a_cut_off_file_gives_all_that_is_whole(reader, lines, kind):
    """The records before the cut are kept; the last is rejected as unreadable and says so."""
    whole = reader.records(lines, "same")
    data = COMPRESS[kind](lines)
    outcomes = reader.records(data[: len(data) * 9 // 10], "same")
    assert outcomes[:-1] == whole[: len(outcomes) - 1]
    assert outcomes[-1].reason == "unreadable"
    assert "cut off" in outcomes[-1].message
    # bz2 and zst work in blocks of up to 900 kB: of a file of one block nothing is left.
    assert len(outcomes) > (300 if kind in ("gz", "xz") else 0)


def test_bytes_that_are_damaged_are_told(reader, lines):
    """A flipped byte in the middle of a gz file does not go unnoticed."""
    data = bytearray(gzip.compress(lines))
    data[len(data) // 2] ^= 0xFF
    outcomes = reader.records(bytes(data), "a.jsonl.gz")
    assert outcomes[-1].reason == "unreadable"
    assert len(outcomes) > 50


@pytest.mark.parametrize(
    "pack", [zipped, tarred, lambda members: tarred(members, "w:gz"), lambda members: tarred(members, "w:xz")],
    ids=["zip", "tar", "tar.gz", "tar.xz"],
)  # fmt: skip
def test_members_of_archives_are_files(reader, lines, articles, pack):
    """Each member is read by what it is, compressed or not; hidden ones and folders are passed over."""
    data = pack({
        "b/one.txt": articles[0].encode(), "a.jsonl": lines, "c.csv.gz": gzip.compress(b"id,text\n1,One.\n"),
        "__MACOSX/x": b"x", ".hidden": b"x", "b/": b"", "ru.txt": "Привет, как у вас дела сегодня?".encode("cp1251"),
    })  # fmt: skip
    records = reader.records(data, "pack")
    files = list(dict.fromkeys(record.file for record in records))
    assert files == ["pack!/b/one.txt", "pack!/a.jsonl", "pack!/c.csv.gz", "pack!/ru.txt"]
    assert (records[0].content, records[-2].content) == (articles[0], "One.")
    assert records[-1].content == "Привет, как у вас дела сегодня?"
    assert [record.position for record in records[1:3]] == [0, lines.index(b"\n") + 1]


def test_what_cannot_be_read_in_an_archive_is_rejected_alone(reader, articles):
    """An archive within, an empty member and a damaged one each have their reason; the others are kept."""
    inner = zipped({"x.txt": b"x"})
    data = zipped({"a.txt": articles[0].encode(), "in.zip": inner, "empty.txt": b"", "bad.txt": b"damaged text " * 9,
                   "z.txt": articles[1].encode()}, zipfile.ZIP_STORED).replace(b"damaged", b"DAMAGED", 1)  # fmt: skip
    outcomes = reader.records(data, "a.zip")
    assert [str(getattr(outcome, "reason", "")) for outcome in outcomes] == [
        "",
        "unreadable",
        "empty",
        "unreadable",
        "",
    ]
    assert "an archive within an archive" in outcomes[1].message
    assert outcomes[3].file == "a.zip!/bad.txt"


@pytest.mark.parametrize("cut", [100, 700, 1500, 5000])
def test_a_cut_off_tar_gives_the_members_before(reader, articles, cut):
    """What is cut off is rejected; no member is taken as whole that is not."""
    data = tarred({f"{number}.txt": text.encode() for number, text in enumerate(articles)})
    outcomes = reader.records(data[: -10240 - cut], "a.tar")
    good = [outcome.content for outcome in outcomes if not hasattr(outcome, "reason")]
    assert good == list(articles[: len(good)])
    assert outcomes[-1].reason == "unreadable"


def test_a_zip_that_is_cut_off_is_rejected(reader, articles):
    """A zip archive without its directory cannot be read."""
    (rejected,) = reader.records(zipped({"a.txt": articles[0].encode()})[:-30], "a.zip")
    assert (rejected.reason, "zip archive cannot be read" in rejected.message) == ("unreadable", True)


@pytest.mark.parametrize(
    ("data", "kind"),
    [(b"%PDF-1.7\n%\xe2\xe3", "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\x7fELF\x02", "program"),
     (zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "Office"),
     (bytes(range(256)) * 40, "binary")],
)  # fmt: skip
def test_a_file_that_is_no_text_is_named(reader, data, kind):
    """What it is instead is told, whatever it is called."""
    (rejected,) = reader.records(data, "page.txt")
    assert (rejected.reason, kind in rejected.message) == ("unreadable", True)


@pytest.mark.parametrize("data", [b"", gzip.compress(b""), b"\xef\xbb\xbf", b" \n\n", zipped({"a": b""})])
def test_an_empty_file_is_rejected_as_empty(reader, data):
    """It is counted, with its reason."""
    (rejected,) = reader.records(data)
    assert (rejected.reason, rejected.position) == ("empty", 0)


@pytest.mark.parametrize("kind", [*COMPRESS, "zip", "tar.gz"])
def test_a_bomb_is_left_off(reader, monkeypatch, kind):
    """A file that unpacks to far more than its size is not read beyond the bound; what came before is kept."""
    monkeypatch.setattr(packing, "BOMB_FLOOR", 20_000_000)
    lines = b'{"text": "first"}\n' + b" " * 100_000_000 + b'\n{"text": "last"}\n'
    pack = {**COMPRESS, "zip": lambda data: zipped({"a.jsonl": data, "b.jsonl": data})}
    pack["tar.gz"] = lambda data: tarred({"a.jsonl": data}, "w:gz")
    began = time.monotonic()
    outcomes = reader.records(pack[kind](lines), "a.jsonl", format=Format.JSONL)
    assert time.monotonic() - began < 20
    assert outcomes[0].content == "first"
    assert outcomes[1].reason == "unreadable"
    assert all("last" not in getattr(outcome, "content", "") for outcome in outcomes)
    assert "zip bomb" in " ".join(getattr(outcome, "message", "") for outcome in outcomes)
