"""docker-compose.yaml: valid, and everything it names is there."""

import argparse
import importlib.resources
import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import PurePosixPath

import jsonschema
import pytest
import yaml
from tests.unit.compose.composition import (
    COMMITTED,
    FILE,
    VARIABLE,
    composition,
    environment,
    interpolated,
    is_job,
    mounts,
    services,
    settings_of,
)

from clippings.cli.__main__ import COMMANDS
from clippings.compose.certificates import ADMINISTRATOR_NAME, HOSTS, NODE_NAME, CertificateFiles
from clippings.compose.env_file import EXAMPLE, SECRETS, variables
from clippings.ingestion.books import Book, index_of
from clippings.node.distribution import OPENSEARCH
from clippings.search.aliases import read_alias, versioned_index, write_alias
from clippings.settings import CONNECTION_VARIABLE, PROJECT, OpenSearchSettings, opensearch_from_connection

AIRFLOW_ENTRY = re.compile(r"^AIRFLOW__([A-Z_]+?)__([A-Z_]+)$")
BUILT_IN_ROLES = {"all_access", "kibana_server", "kibana_user"}


def compose_schema():
    """The compose specification's own JSON schema, as check-jsonschema carries it."""
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((folder / "compose-spec.json").read_text("utf-8"))


def command_words():
    """Every command that a service or its health check runs, as words, by the service's name."""
    for name, service in services().items():
        words = [*service.get("entrypoint", []), *service.get("command", [])]
        if words[:2] == ["bash", "-ec"]:
            commands = (command for line in words[2].splitlines() for command in line.split("||"))
            yield from ((name, shlex.split(command)) for command in commands)
        elif words:
            yield name, words if "entrypoint" in service else ["airflow", *words]
        test = service.get("healthcheck", {}).get("test", [])
        if test[1:2] == ["airflow"]:
            yield name, test[1:]


def test_the_file_is_valid_by_the_compose_specification():
    """The file, with its variables filled in, fits the JSON schema of the compose specification."""
    validator = jsonschema.validators.validator_for(compose_schema())(compose_schema())
    assert [error.message for error in validator.iter_errors(composition())] == []


def test_the_schema_does_refuse_a_mistake():
    """A misspelt key is found by the schema: the test before this one can fail."""
    wrong = {**composition(), "services": {"one": {"imgae": "x"}}}
    validator = jsonschema.validators.validator_for(compose_schema())(compose_schema())
    assert list(validator.iter_errors(wrong))


def test_variables_and_the_example_are_the_same():
    """Every variable the file uses is in .env.example, and every variable there is used."""
    used = {match[2] for match in VARIABLE.finditer(FILE.read_text("utf-8")) if match[2]}
    assert used == set(variables(EXAMPLE.read_text("utf-8")))


def test_secrets_are_required_and_others_have_the_default_of_the_example():
    """Without its secrets nothing starts, with the reason; without the rest the example's values hold."""
    example = variables(EXAMPLE.read_text("utf-8"))
    for match in VARIABLE.finditer(FILE.read_text("utf-8")):
        if not match[2]:
            continue
        if match[2] in SECRETS:
            assert (match[3], match[4]) == ("?", "run ./clippings secrets")
        else:
            assert (match[3], match[4]) == ("-", example[match[2]])
    with pytest.raises(KeyError):
        interpolated(FILE.read_text("utf-8"), {})


def test_no_dollar_is_left_over():
    """Nothing in the file looks like a variable to docker compose and is none to these tests."""
    assert "$" not in VARIABLE.sub("", FILE.read_text("utf-8"))


def test_no_password_is_in_the_repo():
    """Every value that must be secret comes from a variable, and the example has none."""
    example = variables(EXAMPLE.read_text("utf-8"))
    assert {name for name, value in example.items() if not value} == set(SECRETS)
    raw = yaml.safe_load(FILE.read_text("utf-8"))
    secret = re.compile(r"PASSWORD$|SECRET|KEY|_CONN\b|_CONN_")
    checked = 0
    for service in raw["services"].values():
        for name, value in service.get("environment", {}).items():
            if secret.search(name):
                assert "${" in value, name
                checked += 1
    assert checked >= 14
    for file in COMMITTED:
        assert not re.search(r"\$2[aby]\$\d\d\$", file.read_text("utf-8")), f"a hash in {file}"


def test_a_fresh_secret_reaches_everybody_who_needs_it_and_nobody_else():
    """The superuser's password is given to the node and the import job only, Airflow's own to Airflow and the node."""

    def holders(name):
        return {each for each, service in services().items() if environment()[name] in json.dumps(service)}

    assert holders("OPENSEARCH_ADMIN_PASSWORD") == {"opensearch", "dashboards-import"}
    assert holders("OPENSEARCH_DASHBOARDS_PASSWORD") == {"opensearch", "dashboards"}
    assert holders("OPENSEARCH_READER_PASSWORD") == {"opensearch"}
    assert holders("AIRFLOW_ADMIN_PASSWORD") == {"airflow-init"}
    assert holders("DASHBOARDS_COOKIE_PASSWORD") == {"dashboards"}
    airflow = {name for name in services() if name.startswith("airflow-")}
    assert holders("OPENSEARCH_CLIPPINGS_PASSWORD") == {"opensearch", *airflow}
    assert holders("POSTGRES_PASSWORD") == {"postgres", *airflow}


def test_images_are_pinned_to_the_versions_that_are_tested():
    """Every image has a full version: Airflow's is the locked one, OpenSearch's that of the embedded node."""
    images = {service["image"] for service in services().values()}
    dockerfile = (PROJECT / "Dockerfile").read_text("utf-8")
    [base] = re.findall(r"^FROM (\S+)$", dockerfile, re.MULTILINE)
    for image in images | {base}:
        assert re.search(r":(slim-)?\d+\.\d+(\.\d+)?(-[a-z0-9.]+)?$", image), image
    airflow = version("apache-airflow")
    assert base == f"apache/airflow:slim-{airflow}-python3.12"
    assert f"clippings-airflow:{airflow}" in images
    assert f"opensearchproject/opensearch:{OPENSEARCH.version}" in images
    assert f"opensearchproject/opensearch-dashboards:{OPENSEARCH.version}" in images


def test_every_service_that_stays_up_is_watched():
    """All but the jobs have a health check with bounds, and start again when they end; jobs have none and do not."""
    for name, service in services().items():
        if is_job(service):
            assert "healthcheck" not in service, name
            continue
        assert service["restart"] == "unless-stopped"
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(service["healthcheck"]), name


def test_services_wait_for_what_they_need():
    """Each waits for jobs to be done and for services to be healthy, and nothing waits in a circle."""
    done = set()
    waiting = dict(services())
    for service in waiting.values():
        for needed, condition in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if is_job(services()[needed]) else "service_healthy"
            assert condition["condition"] == wanted
    while waiting:
        ready = {name for name, service in waiting.items() if set(service.get("depends_on", {})) <= done}
        assert ready, f"in a circle: {sorted(waiting)}"
        done |= ready
        for name in ready:
            del waiting[name]
    for name in ("airflow-api-server", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer"):
        assert "airflow-init" in services()[name]["depends_on"]
    assert "certificates" in services()["opensearch"]["depends_on"]


def test_ports_are_bound_to_the_loopback_address():
    """Only Airflow and Dashboards are reachable, and only from this machine."""
    ports = {name: service["ports"] for name, service in services().items() if "ports" in service}
    assert ports == {"dashboards": ["127.0.0.1:5601:5601"], "airflow-api-server": ["127.0.0.1:8080:8080"]}


def test_everything_mounted_is_there():
    """Every path of the repo that is mounted exists, read only; every named volume is declared, and none in vain."""
    named = set()
    for service in services().values():
        for source, read_only in mounts(service).values():
            if source.startswith("./"):
                assert (PROJECT / source).exists(), source
                assert read_only, source
            else:
                named.add(source)
    assert named == set(composition()["volumes"])


def test_the_image_has_what_it_copies_and_the_folders_it_mounts():
    """What the Dockerfile copies exists and is let through by .dockerignore, as are the folders volumes lie on."""
    dockerfile = (PROJECT / "Dockerfile").read_text("utf-8")
    copied = re.findall(r"^COPY (?:--\S+ )?(\S+) (\S+)$", dockerfile, re.MULTILINE)
    assert copied
    let_through = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    assert "*" in let_through
    for source, _ in copied:
        assert (PROJECT / source).exists()
        assert f"!{source}" in let_through
    assert {line[1:] for line in let_through if line.startswith("!")} == {source for source, _ in copied}
    for target in mounts(services()["airflow-init"]) | mounts(services()["certificates"]):
        made = target in dockerfile or PurePosixPath(target).parent in {PurePosixPath("/certificates")}
        assert made or target in {"/opt/airflow/logs", "/archive"}, target
    assert "pip install --no-cache-dir --require-hashes" in dockerfile


def test_commands_of_clippings_are_known():
    """Every `python -m clippings.cli …` that a container runs is a command that takes these words."""
    parsed = []
    for _, words in command_words():
        if words[:3] != ["python", "-m", "clippings.cli"]:
            continue
        name, *rest = words[3:]
        assert name in COMMANDS
        parser = argparse.ArgumentParser(exit_on_error=False)
        import_module(f"clippings.cli.{name}").configure(parser)
        parsed.append((name, vars(parser.parse_args(rest)).get("verb") or rest[0]))
    assert sorted(parsed) == [
        ("dashboards", "import"),
        ("index", "create"),
        ("secrets", "certificates"),
        ("secrets", "login"),
    ]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory):
    """What the installed Airflow says to the file's commands, settings and login, asked in a process of its own."""
    home = tmp_path_factory.mktemp("airflow")
    login = home / "passwords.json"
    login.write_text('{"admin": "from the .env"}\n')
    login.chmod(0o600)
    settings = [AIRFLOW_ENTRY.match(name) for name in services()["airflow-init"]["environment"]]
    asked = {
        "commands": [words[1:] for _, words in command_words() if words[0] == "airflow"],
        "settings": [[match[1].lower(), match[2].lower()] for match in settings if match],
    }
    script = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager
from clippings_links import dashboards_address
asked = json.loads(sys.argv[1])
for words in asked["commands"]:
    get_parser().parse_args(words)
known = conf.configuration_description
unknown = [pair for pair in asked["settings"] if pair[1] not in known.get(pair[0], {}).get("options", {})]
manager = SimpleAuthManager()
manager.init()
users = [[user.username, user.role] for user in manager.get_users()]
print(json.dumps({"unknown": unknown, "users": users, "passwords": manager.get_passwords(),
                  "dashboards": dashboards_address()}))
"""
    container = services()["airflow-init"]["environment"]
    users = container["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS"]
    answer = subprocess.run(
        [sys.executable, "-c", script, json.dumps(asked)],
        env={
            "PATH": os.environ["PATH"],
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(login),
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": users,
            "CLIPPINGS_DASHBOARDS_URL": container["CLIPPINGS_DASHBOARDS_URL"],
            "PYTHONPATH": str(PROJECT / "plugins"),
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return {**json.loads(answer.stdout.splitlines()[-1]), "asked": asked, "output": answer.stdout}


def test_airflow_knows_its_commands_and_settings(airflow):
    """The installed Airflow takes every command that a container runs, and every setting that it is given."""
    names = [words[0] for words in airflow["asked"]["commands"]]
    assert sorted(set(names)) == ["api-server", "dag-processor", "db", "jobs", "pools", "scheduler", "triggerer"]
    assert len(airflow["asked"]["settings"]) >= 10
    assert airflow["unknown"] == []


def test_the_pool_that_tasks_write_in_is_made_before_any_runs(airflow):
    """The pool that the containers name to the DAGs is the one that the first job makes, unless it is there."""
    named = {
        service["environment"]["CLIPPINGS_POOL"] for name, service in services().items() if name.startswith("airflow-")
    }
    pools = [words[1:] for words in airflow["asked"]["commands"] if words[0] == "pools"]
    assert [(words[0], {words[1]}) for words in pools] == [("get", named), ("set", named)]
    [script] = [words for words in services()["airflow-init"]["command"] if "pools" in words]
    assert script.index("airflow db migrate") < script.index("airflow pools")


def test_the_password_of_the_env_is_the_one_that_logs_in(airflow):
    """Airflow takes the password file as it is written, and makes up no password of its own."""
    assert airflow["users"] == [["admin", "admin"]]
    assert airflow["passwords"] == {"admin": "from the .env"}
    assert "Password for user" not in airflow["output"]


def test_airflow_links_to_dashboards_where_a_browser_reaches_it(airflow):
    """The plugin's links lead to the port at which Dashboards is published on this machine."""
    [port] = services()["dashboards"]["ports"]
    assert airflow["dashboards"] == f"http://localhost:{port.split(':')[1]}"


def test_the_connection_verifies_the_node():
    """The library reads Airflow's connection: TLS is verified, by the CA that the job makes, for the node's name."""
    container = services()["airflow-scheduler"]
    settings = opensearch_from_connection(container["environment"][CONNECTION_VARIABLE])
    assert (settings.host, settings.port) == ("opensearch", 9200)
    assert settings.host in HOSTS
    assert settings.use_ssl
    assert settings.verify_certs
    assert settings.user == "clippings"
    assert settings.password == environment()["OPENSEARCH_CLIPPINGS_PASSWORD"]
    authority = PurePosixPath(settings.ca_certs)
    made = CertificateFiles(PurePosixPath(services()["certificates"]["command"][-1])).authority
    assert authority == made
    assert mounts(container)[str(authority.parent)] == ("certificate-authority", True)


def test_certificates_lie_where_the_servers_look():
    """The folders that the job fills are those the node, Dashboards and Airflow mount, under the names they ask for."""
    job = mounts(services()["certificates"])
    made = CertificateFiles(PurePosixPath("/certificates"))
    authority_volume = job[str(made.authority.parent)][0]
    node_volume = job[str(made.node.parent)][0]
    node = mounts(services()["opensearch"])
    assert node["/usr/share/opensearch/config/certificates"] == (node_volume, True)
    settings = settings_of("opensearch.yml")
    wanted = {
        "pemcert_filepath": made.node.name,
        "pemkey_filepath": made.node_key.name,
        "pemtrustedcas_filepath": made.node_authority.name,
    }
    for layer in ("transport", "http"):
        for setting, name in wanted.items():
            assert settings[f"plugins.security.ssl.{layer}.{setting}"] == f"certificates/{name}"
    health = services()["opensearch"]["healthcheck"]["test"]
    assert f"/usr/share/opensearch/config/certificates/{made.node_authority.name}" in health
    dashboards = settings_of("opensearch_dashboards.yml")
    [trusted] = dashboards["opensearch.ssl.certificateAuthorities"]
    assert PurePosixPath(trusted).name == made.authority.name
    folder = str(PurePosixPath(trusted).parent)
    assert mounts(services()["dashboards"])[folder] == (authority_volume, True)
    assert dashboards["opensearch.ssl.verificationMode"] == "full"
    assert all(authority_volume not in mounts(service).get("/certificates/node", "") for service in services().values())


def test_the_private_key_is_given_to_the_node_alone():
    """The volume with private keys is mounted by the job that makes it and by OpenSearch, by nobody else."""
    holders = {
        name for name, service in services().items() if "node-certificates" in {s for s, _ in mounts(service).values()}
    }
    assert holders == {"certificates", "opensearch"}


def test_settings_files_refer_to_variables_that_their_container_has():
    """Every variable that the node's users and Dashboards' settings refer to is set in the container."""
    users = (PROJECT / "include/compose/opensearch-security/internal_users.yml").read_text("utf-8")
    hashed = re.findall(r"\$\{envbc\.(\w+)\}", re.sub(r"#.*", "", users))
    assert len(hashed) == 4
    assert set(hashed) <= set(services()["opensearch"]["environment"])
    dashboards = re.sub(r"#.*", "", (PROJECT / "include/compose/opensearch_dashboards.yml").read_text("utf-8"))
    named = set(re.findall(r"\$\{(\w+)\}", dashboards))
    assert named == set(services()["dashboards"]["environment"])


def test_every_user_has_a_password_of_the_env_and_a_role_that_exists():
    """Users, their passwords and their roles fit together; nobody else can log in."""
    users = settings_of("opensearch-security/internal_users.yml")
    roles = settings_of("opensearch-security/roles.yml")
    mapping = settings_of("opensearch-security/roles_mapping.yml")
    for each in (users, roles, mapping):
        each.pop("_meta")
    assert set(users) == {"admin", "kibanaserver", "clippings", "reader"}
    for user in users.values():
        assert re.fullmatch(r"\$\{envbc\.OPENSEARCH_\w+_PASSWORD\}", user["hash"])
    assert set(mapping) <= set(roles) | BUILT_IN_ROLES
    mapped = {user for role in mapping.values() for user in role.get("users", [])}
    assert mapped == {"kibanaserver", "clippings", "reader"}
    assert users["admin"]["backend_roles"] == mapping["all_access"]["backend_roles"]
    assert not any(user.get("backend_roles") for name, user in users.items() if name != "admin")
    assert settings_of("opensearch-security/config.yml")["config"]["dynamic"]["http"]["anonymous_auth_enabled"] is False


def test_airflow_may_use_its_own_indices_and_a_reader_only_read_articles():
    """The role of Airflow covers every index of the library and no others; a reader's covers the articles, to read."""
    roles = settings_of("opensearch-security/roles.yml")
    settings = OpenSearchSettings("opensearch")
    own = [read_alias(settings), write_alias(settings), versioned_index(settings, 12)]
    own += [index_of(settings, book) for book in Book]

    def covered(role):
        [rule] = roles[role]["index_permissions"]
        patterns = [re.compile(pattern.replace("*", ".*")) for pattern in rule["index_patterns"]]
        names = [*own, ".kibana", "logs", ".opendistro_security"]
        return [name for name in names if any(pattern.fullmatch(name) for pattern in patterns)]

    assert covered("clippings") == own
    assert covered("clippings_reader") == own[:3]
    assert roles["clippings_reader"]["index_permissions"][0]["allowed_actions"] == ["read"]
    assert "cluster_all" not in roles["clippings"]["cluster_permissions"]


def test_the_node_names_its_certificates_as_they_are_made():
    """The names by which the node knows nodes and the administrator are the common names of their certificates."""
    settings = settings_of("opensearch.yml")
    assert settings["plugins.security.nodes_dn"] == [f"CN={NODE_NAME}"]
    assert settings["plugins.security.authcz.admin_dn"] == [f"CN={ADMINISTRATOR_NAME}"]
    assert settings["plugins.security.ssl.http.enabled"] is True
    assert services()["opensearch"]["environment"]["DISABLE_INSTALL_DEMO_CONFIG"] == "true"
