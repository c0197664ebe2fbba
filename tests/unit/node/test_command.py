"""`./clippings node -- COMMAND` with a cluster that is there already."""

import argparse
import sys

import pytest

from clippings.cli.node import configure, run
from clippings.errors import ConfigurationError
from clippings.settings import CONNECTION_VARIABLE


def parsed(*words: str) -> argparse.Namespace:
    """The command's arguments, as the command line parses them."""
    parser = argparse.ArgumentParser()
    configure(parser)
    return parser.parse_args(words)


def test_a_command_runs_with_the_cluster_that_is_named_and_its_exit_code_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a cluster is configured no node is started, and the command sees the same one."""
    monkeypatch.setenv(CONNECTION_VARIABLE, "http://127.0.0.1:9")
    code = f"import os, sys; sys.exit(7 if os.environ[{CONNECTION_VARIABLE!r}] == 'http://127.0.0.1:9' else 1)"
    assert run(parsed("--temporary", "--", sys.executable, "-c", code)) == 7


def test_a_command_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence with its name."""
    monkeypatch.setenv(CONNECTION_VARIABLE, "http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="no-such-command cannot be run"):
        run(parsed("--", "no-such-command"))
