"""SQLite under several processes, as Airflow uses it."""

import sqlite3
import threading
from pathlib import Path

from clippings.stack.database import CONNECT_ARGUMENTS


def opened(path: Path, **arguments: object) -> sqlite3.Connection:
    """A connection as Airflow makes it."""
    connection = sqlite3.connect(path, check_same_thread=False, **arguments)  # type: ignore[call-overload]
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


def test_a_write_in_a_savepoint_waits_for_another_process_to_write(tmp_path: Path) -> None:
    """What is read and then written within a savepoint goes through, though another process writes in between."""
    path = tmp_path / "airflow.db"
    ours, theirs = opened(path, **CONNECT_ARGUMENTS), opened(path)
    ours.execute("CREATE TABLE runs (name TEXT)")
    ours.commit()

    def write() -> None:
        theirs.execute("PRAGMA busy_timeout = 20000")
        theirs.execute("INSERT INTO runs VALUES ('theirs')")
        theirs.commit()

    cursor = ours.cursor()
    cursor.execute("SAVEPOINT one")
    cursor.execute("SELECT count(*) FROM runs").fetchone()
    other = threading.Thread(target=write)
    other.start()
    other.join(0.3)
    cursor.execute("INSERT INTO runs VALUES ('ours')")
    cursor.execute("RELEASE SAVEPOINT one")
    ours.commit()
    other.join()
    assert sorted(name for (name,) in ours.execute("SELECT name FROM runs")) == ["ours", "theirs"]
    ours.close()
    theirs.close()
