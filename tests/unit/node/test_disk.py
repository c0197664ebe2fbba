"""Room on the disk, read from the real file system."""

import shutil
from pathlib import Path

import pytest

from clippings.errors import ServiceError
from clippings.node.disk import require_space


def test_too_little_room_is_one_sentence_with_what_is_needed_and_where(tmp_path: Path) -> None:
    """Needing more than the disk has is refused, also for a folder that is not there yet."""
    folder = tmp_path / "not" / "yet"
    more_than_there_is = shutil.disk_usage(tmp_path).total + 1
    with pytest.raises(ServiceError, match="No disk space: a test needs") as caught:
        require_space(folder, more_than_there_is, "a test")
    assert str(folder) in str(caught.value)
    assert not folder.exists()


def test_enough_room_passes(tmp_path: Path) -> None:
    """One byte is there."""
    require_space(tmp_path / "not" / "yet", 1, "a test")
