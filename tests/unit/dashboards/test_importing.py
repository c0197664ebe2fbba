"""Importing over HTTP: what is sent, and what is made of the answer."""

import json
import socket
from base64 import b64encode

import pytest
from tests.unit.dashboards.server import Answer, import_server

from clippings.cli.__main__ import main
from clippings.dashboards.importing import DashboardsServer, import_objects
from clippings.dashboards.objects import all_objects
from clippings.errors import ConfigurationError, ServiceError

OBJECTS = all_objects()


def refused(answer, **login):
    """The message of an import that does not succeed."""
    with import_server(answer) as (address, _), pytest.raises(ServiceError) as caught:
        import_objects(DashboardsServer(address, **login), OBJECTS)
    return str(caught.value)


def test_all_objects_are_sent_as_one_file_and_replace_those_there():
    """The request is a multipart form with one .ndjson file, the header against forgery, and overwrite=true."""
    with import_server(Answer()) as (address, received):
        assert import_objects(DashboardsServer(address), OBJECTS) == len(OBJECTS)
    [request] = received
    assert request.path == "/api/saved_objects/_import"
    assert request.query == {"overwrite": ["true"]}
    assert request.headers["osd-xsrf"] == "true"
    assert "authorization" not in request.headers
    assert "securitytenant" not in request.headers
    assert request.filename.endswith(".ndjson")
    assert request.lines == [json.loads(each.line()) for each in OBJECTS]


def test_login_tenant_and_base_path_are_sent():
    """User and password go as basic authentication, the tenant as its header, under the address's base path."""
    with import_server(Answer()) as (address, received):
        import_objects(DashboardsServer(address + "/press/", "ada", "pässword", tenant="global"), OBJECTS)
    [request] = received
    assert request.path == "/press/api/saved_objects/_import"
    assert request.headers["authorization"] == "Basic " + b64encode("ada:pässword".encode()).decode()
    assert request.headers["securitytenant"] == "global"


def test_objects_that_failed_are_named_though_the_answer_is_200():
    """The body is read: an object that was not taken is named with the reason, and the import fails."""
    body = {
        "success": False,
        "successCount": len(OBJECTS) - 2,
        "errors": [
            {
                "type": "search",
                "id": "one",
                "error": {"type": "missing_references", "references": [{"type": "index-pattern", "id": "gone"}]},
            },
            {"type": "dashboard", "id": "two", "error": {"type": "unknown", "message": "strict_dynamic_mapping"}},
        ],
    }
    message = refused(Answer(body=json.dumps(body)))
    assert f"took {len(OBJECTS) - 2} of {len(OBJECTS)} objects" in message
    assert "search one: it refers to what is not there: index-pattern gone" in message
    assert "dashboard two: strict_dynamic_mapping" in message


def test_a_success_with_too_few_objects_is_a_failure():
    """An answer that claims success but counts fewer objects than were sent is not believed."""
    assert "took 1 of" in refused(Answer(body='{"success": true, "successCount": 1}'))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(401, "Unauthorized"), "wants a login"),
        (Answer(403, "Forbidden"), "may not write"),
        (Answer(404, "Not Found"), "base path"),
        (Answer(302, "", {"location": "/press/app/login"}), "redirects to /press/app/login"),
        (Answer(500, "out of memory"), "500: out of memory"),
        (Answer(200, "<html>another server</html>"), "did not answer as OpenSearch Dashboards does"),
        (Answer(200, "[1, 2]"), "did not answer as OpenSearch Dashboards does"),
    ],
)
def test_a_refusal_says_what_to_do(answer, said):
    """Each way in which a server refuses has a sentence of its own."""
    assert said in refused(answer, user="ada", password="never shown")  # noqa: S106 - made up


def test_no_message_shows_the_password():
    """Neither an error nor the settings' own text has the password in it."""
    assert "s3cret" not in refused(Answer(401, "Unauthorized"), user="ada", password="s3cret")  # noqa: S106 - made up
    assert "s3cret" not in repr(DashboardsServer("http://127.0.0.1:5601", "ada", "s3cret"))


def test_a_server_that_is_not_there_is_a_service_error():
    """A closed port is said plainly, with the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ServiceError, match="cannot be reached"):
            import_objects(DashboardsServer(address), OBJECTS)


@pytest.mark.parametrize("address", ["127.0.0.1:5601", "", "http://127.0.0.1:none"])
def test_what_is_no_address_is_a_wrong_setting(address):
    """An address without http:// or with a port that is no number is said to be one."""
    with pytest.raises(ConfigurationError, match="is no address"):
        import_objects(DashboardsServer(address), OBJECTS)


def test_a_missing_ca_file_is_a_wrong_setting(tmp_path):
    """A CA file that is not there is named."""
    missing = str(tmp_path / "ca.pem")
    with pytest.raises(ConfigurationError, match=r"ca\.pem"):
        import_objects(DashboardsServer("https://127.0.0.1:1", ca_certs=missing), OBJECTS)


def test_the_command_imports_and_says_where_to_look(capsys, monkeypatch):
    """`./clippings dashboards import` takes the password from the environment and prints the address to open."""
    monkeypatch.setenv("CLIPPINGS_DASHBOARDS_PASSWORD", "s3cret")
    with import_server(Answer()) as (address, received):
        assert main(["dashboards", "import", "--url", address, "--user", "ada", "--prefix", "north-"]) == 0
    printed = capsys.readouterr().out
    assert f"{len(OBJECTS)} objects imported: open {address}/app/dashboards" in printed
    titles = [line["attributes"]["title"] for line in received[0].lines if line["type"] == "index-pattern"]
    assert titles[0] == "north-articles"


def test_the_command_wants_a_password_for_a_user(capsys, monkeypatch):
    """A user without a password in the environment is a mistake that is said, and nothing is sent."""
    monkeypatch.delenv("CLIPPINGS_DASHBOARDS_PASSWORD", raising=False)
    with import_server(Answer()) as (address, received):
        assert main(["dashboards", "import", "--url", address, "--user", "ada"]) == 1
    assert received == []
    assert "CLIPPINGS_DASHBOARDS_PASSWORD" in capsys.readouterr().err


def test_the_command_writes_the_file(tmp_path, capsys):
    """`./clippings dashboards write --file` writes the objects that the code makes."""
    file = tmp_path / "objects.ndjson"
    assert main(["dashboards", "write", "--file", str(file), "--prefix", ""]) == 0
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [
        json.loads(each.line()) for each in OBJECTS
    ]
    assert str(len(OBJECTS)) in capsys.readouterr().out
