"""One `make run` at a time in one folder."""

from pathlib import Path

import pytest

from clippings.errors import ServiceError
from clippings.stack.local import only_one


def test_a_second_run_in_the_same_folder_is_told_about_the_first(tmp_path: Path) -> None:
    """The second is refused with the first one's process id; once the first has ended, the folder is free again."""
    import os

    with only_one(tmp_path):
        with pytest.raises(ServiceError, match=f"already runs here, as process {os.getpid()}"), only_one(tmp_path):
            pass
        with only_one(tmp_path / "another"):
            pass
    with only_one(tmp_path):
        pass
