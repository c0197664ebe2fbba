"""The password file of Airflow's SimpleAuthManager."""

import json
import os
from pathlib import Path

USER = "admin"


def write_login(file: Path, password: str) -> None:
    """Make `password` the one that `admin` logs in to Airflow with; other users in the file stay as they are.

    The file is readable by its owner only from the start. The manager reads passwords as they are, and would make one
    up and print it to its log if the file had none.
    """
    kept = json.loads(file.read_text("utf-8") or "{}") if file.exists() else {}
    written = file.with_name(f".{file.name}.new")
    written.unlink(missing_ok=True)
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as opened:
        opened.write(json.dumps({**kept, USER: password}) + "\n")
    written.replace(file)
