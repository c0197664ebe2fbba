"""`./clippings sources`: what fires, and whether the rules are in order."""

from pathlib import Path

from clippings.cli import __main__ as command_line
from clippings.settings import PROJECT

SEED = str(PROJECT / "include" / "seeds" / "002_aa7d7d1d31daa034.txt")


def test_marks_of_a_file_are_shown(capsys) -> None:
    """Each file's source is printed with the rules that fired."""
    assert command_line.main(["sources", "test", SEED]) == 0
    shown = capsys.readouterr().out
    assert "Itar-Tass" in shown
    assert "dateline" in shown


def test_file_without_marks_is_said_to_have_none(tmp_path: Path, capsys) -> None:
    """A page on which nothing fires is shown as unknown; square brackets in a path are no markup."""
    page = tmp_path / "[red]page.txt"
    page.write_text("A seal\n\nslept in the lock.", encoding="utf-8")
    assert command_line.main(["sources", "test", str(page)]) == 0
    shown = capsys.readouterr().out.replace("\n", "")
    assert "[red]page.txt: unknown" in shown
    assert "no rule of a listed source fires" in shown


def test_address_can_be_given(tmp_path: Path, capsys) -> None:
    """An address known from elsewhere is used."""
    page = tmp_path / "page.html"
    page.write_text("<html><body><p>A seal slept in the lock.</p></body></html>", encoding="utf-8")
    assert command_line.main(["sources", "test", "--url", "https://edition.cnn.com/a", str(page)]) == 0
    assert "CNN" in capsys.readouterr().out


def test_missing_file_is_named(capsys) -> None:
    """A file that is not there ends the command with a message that names it."""
    assert command_line.main(["sources", "test", "none.txt"]) == 1
    assert "none.txt" in capsys.readouterr().err


def test_rules_are_checked(tmp_path: Path, capsys) -> None:
    """`check` says that the shipped rules are in order, and names the line where other rules are not."""
    assert command_line.main(["sources", "check"]) == 0
    assert "in order" in capsys.readouterr().out
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("sources:\n  - name: X\n    kind: rumour\n", encoding="utf-8")
    assert command_line.main(["sources", "check", "--rules", str(wrong)]) == 1
    assert "line 3" in capsys.readouterr().err
