"""Airflow's password file."""

import json
import stat

from clippings.cli.__main__ import main


def test_the_password_of_the_environment_is_written(tmp_path, monkeypatch, capsys):
    """The file has admin's password, for its owner's eyes only; the output does not have it."""
    file = tmp_path / "passwords.json"
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "one")
    assert main(["secrets", "login", str(file)]) == 0
    assert json.loads(file.read_text()) == {"admin": "one"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "one" not in capsys.readouterr().out.split()


def test_a_new_password_replaces_the_old_and_other_users_stay(tmp_path, monkeypatch):
    """After a change of .env the new password holds; users that Airflow added keep theirs."""
    file = tmp_path / "passwords.json"
    file.write_text('{"admin": "old", "ada": "hers"}')
    file.chmod(0o644)
    monkeypatch.setenv("AIRFLOW_ADMIN_PASSWORD", "new")
    assert main(["secrets", "login", str(file)]) == 0
    assert json.loads(file.read_text()) == {"admin": "new", "ada": "hers"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_without_a_password_nothing_is_written(tmp_path, monkeypatch, capsys):
    """A missing variable is said, and leaves no file."""
    monkeypatch.delenv("AIRFLOW_ADMIN_PASSWORD", raising=False)
    assert main(["secrets", "login", str(tmp_path / "passwords.json")]) == 1
    assert "AIRFLOW_ADMIN_PASSWORD" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
