"""`./clippings peek`: the records as the reader sees them, for people and as JSON lines."""

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from clippings.cli.__main__ import main
from clippings.settings import PROJECT

STORY = "Ministers meet again\n\nThe envoy said that they had agreed; nobody in the café was surprised, 2 May 2012."


def peeked(capsys, *words: str) -> str:
    """What the command prints."""
    assert main(["peek", *words]) == 0
    return capsys.readouterr().out


def lines(capsys, file: Path, *words: str) -> list[dict]:
    """Every record as the command prints it in JSON."""
    return [json.loads(line) for line in peeked(capsys, str(file), "--json", "--limit", "0", *words).splitlines()]


def test_json_has_just_the_promised_keys(tmp_path, capsys):
    """A record is position, name, content type, content and what is given; one that is rejected is position and reason."""
    file = tmp_path / "a.jsonl"
    good = json.dumps({"text": STORY, "url": "http://x/1", "id": 17}).encode()
    file.write_bytes(
        b"\xef\xbb\xbf" + good + b"\r\n{broken\r\n\r\n" + b'{"text": "caf\xc3"}\r\n{"text": "<p>A</p><p>B</p>"}'
    )
    assert lines(capsys, file) == [
        {
            "position": 3,
            "name": None,
            "content_type": "text/plain",
            "content": STORY,
            "given": {"url": "http://x/1", "id": "17"},
        },
        {"position": len(good) + 5, "rejected": "malformed"},
        {"position": len(good) + 16, "rejected": "undecodable"},
        {
            "position": len(good) + 34,
            "name": None,
            "content_type": "text/html",
            "content": "<p>A</p><p>B</p>",
            "given": {},
        },
    ]
    assert peeked(capsys, str(file), "--json").count("\n") == 4
    assert peeked(capsys, str(file), "--json", "--limit", "1").count("\n") == 1


def test_names_of_separator_lines_are_told(tmp_path, capsys):
    """A `=== name ===` line names the record that follows it."""
    file = tmp_path / "a.txt"
    file.write_text("".join(f"=== story {number} ===\n{STORY}\n" for number in range(3)), encoding="utf-8")
    assert [(one["name"], one["content"]) for one in lines(capsys, file)] == [
        (f"story {number}", STORY) for number in range(3)
    ]


def test_members_of_an_archive_are_told_apart_on_request(tmp_path, capsys):
    """With --verbose each line names its member, and a rejected one says what is wrong."""
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("one.txt", STORY)
        archive.writestr("two.txt", "")
    found = lines(capsys, file, "--verbose")
    assert [one["file"] for one in found] == ["a.zip!/one.txt", "a.zip!/two.txt"]
    assert found[1]["message"] == "The file is empty."


def test_people_are_told_what_was_decided_and_why(tmp_path, capsys):
    """Compression, encoding, format and columns are named with the reason, before the first records."""
    file = tmp_path / "a.csv.gz"
    rows = "".join(f'{number};"{STORY}"\r\n' for number in range(9))
    file.write_bytes(gzip.compress(f"id;body\r\n{rows}".encode()))
    shown = peeked(capsys, str(file))
    assert "gz: told by its first bytes" in shown
    assert "encoding UTF-8: non-ASCII bytes are valid UTF-8" in shown
    assert "format csv: its name ends in .csv, 2 columns divided by ;, named by its first row" in shown
    assert "content from 'body', id from 'id'" in shown
    assert "The first 5 records; --limit 0 shows all." in shown


def test_what_is_declared_wins(tmp_path, capsys):
    """Format, separator, columns and encoding can be said instead of being found out."""
    file = tmp_path / "a"
    file.write_bytes("1~привет, мир и все люди\n2~привет, война и мир\n".encode("koi8-r"))
    found = lines(
        capsys, file, "--format", "csv", "--separator", "~", "--encoding", "koi8-r", "--columns", "content=2,id=1"
    )
    assert [(one["content"], one["given"]) for one in found] == [
        ("привет, мир и все люди", {"id": "1"}),
        ("привет, война и мир", {"id": "2"}),
    ]


def test_a_form_feed_separates_wherever_it_stands(tmp_path, capsys):
    """Alone in its line or before the first word of a page, it divides documents; positions are those of the text."""
    file = tmp_path / "a.txt"
    file.write_text(f"{STORY}\n\f\n{STORY}\n\f{STORY}\f{STORY}\n", encoding="utf-8")
    size = len(STORY.encode())
    found = lines(capsys, file)
    assert [one["content"] for one in found] == [STORY] * 4
    assert [one["position"] for one in found] == [0, size + 3, 2 * size + 5, 3 * size + 6]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (json.dumps([{"text": STORY}]).encode(), "one JSON array"),
        (json.dumps({"text": STORY, "url": "http://x"}, indent=2).encode(), "one JSON object"),
    ],
)
@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_json_that_is_not_in_lines_is_no_page(tmp_path, capsys, data, reason, name):
    """A JSON document of several records or lines is rejected with what to do, whatever it is called."""
    file = tmp_path / name
    file.write_bytes(data)
    assert lines(capsys, file) == [{"position": 0, "rejected": "unreadable"}]
    assert reason in lines(capsys, file, "--verbose")[0]["message"]


def test_an_archive_without_files_is_accounted_for(tmp_path, capsys):
    """An archive that is empty, or holds hidden files only, is one record that is rejected as empty."""
    file = tmp_path / "a.zip"
    zipfile.ZipFile(file, "w").close()
    assert lines(capsys, file) == [{"position": 0, "rejected": "empty"}]
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(".hidden"), io.BytesIO())
    assert lines(capsys, tmp_path / "a.tar.gz") == [{"position": 0, "rejected": "empty"}]


def test_records_are_printed_while_the_file_is_read(tmp_path):
    """The first records of a file come before its end was read, in UTF-8 whatever the terminal's encoding is."""
    file = tmp_path / "a.jsonl"
    with file.open("wb") as written:
        for number in range(30_000):
            written.write(json.dumps({"text": f"{STORY} {number}"}, ensure_ascii=False).encode() + b"\n")
    command = [sys.executable, "-m", "clippings.cli", "peek", str(file), "--json", "--limit", "0"]
    environment = {"PYTHONPATH": str(PROJECT / "plugins"), "PYTHONIOENCODING": "latin-1", "PATH": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["content"] == f"{STORY} 0"
        # Nothing reads on, so that the pipe is full long before the end of the file.
        assert process.poll() is None
        process.stdout.close()
        assert process.wait(60) == 0
