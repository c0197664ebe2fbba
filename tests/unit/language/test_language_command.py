"""`./clippings language`: a line in, a line out."""

import io
import json

from clippings.cli import __main__ as command_line
from clippings.cli.language import answers


def test_lines_are_answered_in_order() -> None:
    """Every line has its answer, in order, with the id it came with."""
    lines = [json.dumps({"id": number, "text": "Das ist ein kurzer Satz."}) for number in range(5)]
    found = list(answers(lines))
    assert [answer["id"] for answer in found] == list(range(5))
    assert {answer["lang"] for answer in found} == {"de"}
    assert all(set(answer) == {"id", "lang", "confidence"} for answer in found)


def test_bad_lines_are_answered_by_an_error() -> None:
    """A line that is not JSON, not an object or has no text is answered with its id, where it has one, and an error."""
    found = list(
        answers(["{nope", "[1]", '{"id": "a"}', '{"id": "b", "text": 3}', '{"id": "c", "text": "Ja, gerne."}'])
    )
    assert [answer["id"] for answer in found] == [None, None, "a", "b", "c"]
    assert [("error" in answer) for answer in found] == [True, True, True, True, False]
    assert "line 3" in found[2]["error"]


def test_blank_lines_are_passed_over() -> None:
    """A blank line has no answer, and does not end the work."""
    assert len(list(answers(["", "\n", '{"id": 1, "text": "Guten Morgen allerseits"}']))) == 1


def test_text_without_language_is_null() -> None:
    """A text without letters has the language null."""
    assert list(answers(['{"id": 1, "text": "2012-05-02"}'])) == [{"id": 1, "lang": None, "confidence": 0.0}]


def test_both_languages_of_a_mixed_text_are_named() -> None:
    """Further languages of a mixed text stand under `others`."""
    text = (
        "Der Hund lief über die Straße und bellte laut. " * 8
        + "Комитет попросил правительство опубликовать доклад до конца этого месяца. " * 6
    )
    (answer,) = answers([json.dumps({"id": 1, "text": text})])
    assert {answer["lang"], *answer["others"]} == {"de", "ru"}


def test_lines_are_read_as_they_come() -> None:
    """The first answer is given before the second line is read: nothing is gathered."""
    read = []

    def lines():
        for number in range(3):
            read.append(number)
            yield json.dumps({"id": number, "text": "Good morning to you all"})

    stream = answers(lines())
    next(stream)
    assert read == [0]


def test_command_copies_input_to_output(monkeypatch, capsysbinary) -> None:
    """The command reads standard input, writes JSON lines in UTF-8 and ends with exit code 0."""
    lines = '{"id": "ü", "text": "Ein schöner Tag am Meer."}\n'.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert command_line.main(["language"]) == 0
    answer = json.loads(capsysbinary.readouterr().out.decode("utf-8"))
    assert (answer["id"], answer["lang"]) == ("ü", "de")
