"""How Airflow's processes open their SQLite database: named in Airflow's setting `sql_alchemy_connect_args`.

A savepoint opens a transaction in SQLite that only reads. The first write in it fails at once ("database is locked"),
however long one is ready to wait, if another process has written since: Airflow makes the runs of a backfill in
savepoints, and a backfill made while the scheduler is busy was refused. So a savepoint here begins a transaction that
writes, which waits for its turn.
"""

import sqlite3
from typing import Any, Self

LOCK_SECONDS = 60.0
"""How long a process waits for another to end its writing; SQLite's own five seconds are short for a busy machine."""


class _Cursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> Self:  # noqa: ANN401 - as the library declares it
        """Begin a writing transaction before a savepoint that would begin a reading one."""
        if sql.startswith("SAVEPOINT") and not self.connection.in_transaction:
            super().execute("BEGIN IMMEDIATE")
        return super().execute(sql, parameters)


class WaitingConnection(sqlite3.Connection):
    """A connection whose transactions wait for the right to write when they begin."""

    def cursor(self, factory: type[sqlite3.Cursor] | None = None) -> sqlite3.Cursor:  # type: ignore[override]
        """A cursor that begins transactions so."""
        return super().cursor(factory or _Cursor)


CONNECT_ARGUMENTS = {"factory": WaitingConnection, "isolation_level": "IMMEDIATE", "timeout": LOCK_SECONDS}
CONNECT_ARGUMENTS_SETTING = f"{__name__}.CONNECT_ARGUMENTS"
