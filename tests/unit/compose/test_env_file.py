"""The .env that `./clippings secrets` writes."""

import stat
from base64 import urlsafe_b64decode

import pytest
from cryptography.fernet import Fernet

from clippings.cli.__main__ import main
from clippings.compose.env_file import EXAMPLE, SECRETS, filled, variables, write_env
from clippings.errors import ConfigurationError


def test_every_variable_gets_a_value_and_comments_stay(tmp_path):
    """The file is the example with a value behind every name; what has a value keeps it."""
    file = tmp_path / ".env"
    assert write_env(file)
    example, written = EXAMPLE.read_text("utf-8"), file.read_text("utf-8")
    assert all(variables(written).values())
    assert [line for line in written.splitlines() if line.startswith("#")] == [
        line for line in example.splitlines() if line.startswith("#")
    ]
    for name, value in variables(example).items():
        if value:
            assert variables(written)[name] == value


def test_only_the_owner_may_read_it(tmp_path):
    """The file has mode 600, whatever the umask."""
    file = tmp_path / ".env"
    write_env(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_secrets_are_strong_and_all_different():
    """Each has at least 192 random bits in characters that a URL and JSON take as they are, and no two are the same."""
    values = [variables(filled(EXAMPLE.read_text("utf-8")))[name] for _ in range(20) for name in SECRETS]
    assert len(set(values)) == len(values)
    for value in values:
        assert len(urlsafe_b64decode(value + "=" * (-len(value) % 4))) >= 24
        assert all(character.isalnum() or character in "-_=" for character in value)


def test_the_fernet_key_is_one():
    """The key for Airflow's database encrypts and decrypts."""
    key = Fernet(variables(filled(EXAMPLE.read_text("utf-8")))["AIRFLOW_FERNET_KEY"])
    assert key.decrypt(key.encrypt(b"a connection")) == b"a connection"


def test_an_env_that_is_there_is_never_touched(tmp_path, capsys):
    """A second run changes nothing and says so."""
    file = tmp_path / ".env"
    assert main(["secrets", "--file", str(file)]) == 0
    before = file.read_bytes()
    assert main(["secrets", "--file", str(file)]) == 0
    assert file.read_bytes() == before
    assert "stays as it is" in capsys.readouterr().out


def test_what_an_older_env_lacks_is_named(tmp_path):
    """An .env without a value for a newer variable is left alone, and the variable is named."""
    file = tmp_path / ".env"
    write_env(file)
    text = file.read_text("utf-8").replace("OPENSEARCH_READER_PASSWORD=", "RENAMED=")
    file.write_text(text + "AIRFLOW_JWT_SECRET=\n")
    with pytest.raises(ConfigurationError, match="no value for AIRFLOW_JWT_SECRET, OPENSEARCH_READER_PASSWORD:"):
        write_env(file)
    assert file.read_text("utf-8") == text + "AIRFLOW_JWT_SECRET=\n"


def test_no_secret_is_printed(tmp_path, capsys):
    """The command says where the file is, not what is in it."""
    file = tmp_path / ".env"
    main(["secrets", "--file", str(file)])
    printed = capsys.readouterr()
    for name in SECRETS:
        assert variables(file.read_text("utf-8"))[name] not in printed.out + printed.err


def test_an_empty_variable_that_is_no_secret_is_a_mistake_of_the_example():
    """A name without a value for which none can be made is not filled with a guess."""
    with pytest.raises(ConfigurationError, match="SOMETHING_ELSE"):
        filled("AIRFLOW_PORT=8080\nSOMETHING_ELSE=\n")
