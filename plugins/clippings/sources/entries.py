"""What `include/sources.yaml` holds, read and checked, so that a slip is found with its line and not by a wrong tag."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import yaml

from clippings.errors import ConfigurationError

SHORTEST_SIGNATURE = 12
"""Characters: a shorter phrase would be found on pages that have nothing to do with its source."""


class Kind(StrEnum):
    """What a source is. An agency's name alone on a byline says that a story is the agency's."""

    AGENCY = "agency"
    BROADCASTER = "broadcaster"
    NEWSPAPER = "newspaper"
    MAGAZINE = "magazine"
    WEBSITE = "website"
    BLOG = "blog"


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that a page builder puts on every page: `line` is the whole line in lower case, or its beginning where
    it ends in `…`; a `#` at its start stands for any number. `weight` is how much it tells."""

    line: str
    weight: float


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """One source and its marks.

    `domains`: registered domains or hosts, each with everything below it. `datelines`: how it signs a dateline.
    `names`: how it names itself in metadata, bylines and copyright lines (its `name` always among them).
    `signatures`: phrases only its own pages carry.
    """

    name: str
    kind: Kind
    line: int
    domains: tuple[str, ...] = ()
    datelines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    furniture: tuple[Furniture, ...] = field(default=())


def read_entries(path: Path) -> tuple[SourceEntry, ...]:
    """The sources of a YAML file. Raises ConfigurationError that names the file and the line of the first slip."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ConfigurationError(f"The source rules cannot be read: {path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"The source rules are not UTF-8: {path}: {error}.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}, line {line}: this is not YAML: {error.problem}.") from error
    return _Reader(path).read(root)


@dataclass(slots=True)
class _Reader:
    """Walks the nodes of one file."""

    path: Path
    seen: dict[str, int] = field(default_factory=dict)
    """Sources and their marks, with the line on which each was first given: no mark belongs to two sources."""

    def fail(self, node: yaml.Node | None, message: str) -> ConfigurationError:
        line = node.start_mark.line + 1 if node is not None else 1
        return ConfigurationError(f"{self.path}, line {line}: {message}")

    def read(self, root: yaml.Node | None) -> tuple[SourceEntry, ...]:
        if not isinstance(root, yaml.MappingNode):
            raise self.fail(root, "a mapping with the one key `sources` is wanted.")
        for key, value in root.value:
            if key.value != "sources":
                raise self.fail(key, f"unknown key `{key.value}`; the only one is `sources`.")
            if not isinstance(value, yaml.SequenceNode) or not value.value:
                raise self.fail(value, "`sources` must be a list with at least one source.")
            return tuple(self.entry(node) for node in value.value)
        raise self.fail(root, "the key `sources` is missing.")

    def entry(self, node: yaml.Node) -> SourceEntry:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, "a source is a mapping with `name`, `kind` and its marks.")
        readers: dict[str, Callable[[yaml.Node], object]] = {
            "name": self.name,
            "kind": self.kind,
            "domains": lambda value: self.strings(value, self.domain),
            "datelines": lambda value: self.strings(value, lambda item: self.once(item, self.text(item), "the mark")),
            "names": lambda value: self.strings(value, lambda item: self.once(item, self.text(item), "the name")),
            "signatures": lambda value: self.strings(value, self.signature),
            "furniture": self.furniture,
        }
        found: dict[str, object] = {}
        for key, value in node.value:
            if key.value not in readers:
                raise self.fail(key, f"unknown key `{key.value}`; a source has {', '.join(readers)}.")
            if key.value in found:
                raise self.fail(key, f"`{key.value}` is given twice.")
            found[key.value] = readers[key.value](value)
        for wanted in ("name", "kind"):
            if wanted not in found:
                raise self.fail(node, f"this source has no `{wanted}`.")
        if len(found) == 2:
            raise self.fail(node, f"{found['name']} has no marks, so it could never be found.")
        names = found.get("names", ())
        found["names"] = tuple(dict.fromkeys((found["name"], *names)))  # type: ignore[misc]
        return SourceEntry(line=node.start_mark.line + 1, **found)  # type: ignore[arg-type]

    def text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise self.fail(node, "a text is wanted here.")
        if node.tag != "tag:yaml.org,2002:str":
            raise self.fail(node, f"`{node.value}` is not a text to YAML: put it in quotes.")
        return str(node.value).strip()

    def name(self, node: yaml.Node) -> str:
        return self.once(node, self.text(node), "the source")

    def kind(self, node: yaml.Node) -> Kind:
        try:
            return Kind(self.text(node))
        except ValueError as error:
            raise self.fail(node, f"`kind` is one of {', '.join(Kind)}.") from error

    def domain(self, node: yaml.Node) -> str:
        domain = self.text(node).lower()
        if "/" in domain or ":" in domain or " " in domain or "." not in domain.strip("."):
            raise self.fail(node, f"`{domain}` is not a domain: write it like `example.com`.")
        return self.once(node, domain.removeprefix("www."), "the domain")

    def signature(self, node: yaml.Node) -> str:
        phrase = self.text(node)
        if len(phrase) < SHORTEST_SIGNATURE:
            raise self.fail(node, f"the signature `{phrase}` is shorter than {SHORTEST_SIGNATURE} characters.")
        return phrase

    def once(self, node: yaml.Node, value: str, what: str) -> str:
        key = f"{what} {value.casefold()}"
        if key in self.seen:
            raise self.fail(node, f"{what} `{value}` was given before, on line {self.seen[key]}.")
        self.seen[key] = node.start_mark.line + 1
        return value

    def strings(self, node: yaml.Node, read: Callable[[yaml.Node], str]) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.fail(node, "a list with at least one text is wanted here.")
        return tuple(read(item) for item in node.value)

    def furniture(self, node: yaml.Node) -> tuple[Furniture, ...]:
        if not isinstance(node, yaml.MappingNode) or not node.value:
            raise self.fail(node, "`furniture` is a mapping of lines to weights.")
        pieces = []
        for key, value in node.value:
            try:
                weight = float(value.value)
            except (TypeError, ValueError) as error:
                raise self.fail(value, "the weight of a line is a number.") from error
            pieces.append(Furniture(self.text(key).casefold(), weight))
        return tuple(pieces)
