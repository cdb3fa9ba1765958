"""What the ``STUDIO_…`` variables mean, and the sentence that answers each wrong value."""

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from studio import keys
from studio.environment import PROJECT_DIR, ConfigurationError, Environment, ensure_private_dir

WRONG = [
    *(("STUDIO_PORT", value) for value in ("0", "65535", "-1", "http", "80.5", "٣", "9" * 5000, "8000 9000")),
    *(("STUDIO_HOST", value) for value in ("not a host", "http://0.0.0.0", "0.0.0.0/0")),
    *((name, value) for name in ("STUDIO_URL", "STUDIO_CONTENT_URL") for value in (
        "studio.example.com", "ftp://studio.example.com", "https://", "https://studio.example.com/path",
        "https://studio.example.com?x=1", "https://studio.example.com#x", "https://me:pw@studio.example.com",
        "https://studio.example.com:99999", "https://studio.example.com:x", "https://[bad", "https://a b",
        "https://*.example.com", "javascript:alert(1)", "https://" + "a" * 70 + ".example.com",
    )),
    *(("STUDIO_DATABASE_URL", value) for value in (
        "studio.sqlite3", "mysql://user:hunter2@host/studio", "postgresql:///studio", "sqlite://", "sqlite:///",
        "postgresql://user:hunter2@host:port/studio", "postgresql://[host/studio",
    )),
    *((name, value) for name in ("STUDIO_BROKER_URL", "STUDIO_CHANNEL_URL") for value in (
        "localhost:6379", "amqp://user:hunter2@host", "redis://", "redis://:hunter2@host:x", "unix://",
    )),
    *(("STUDIO_EMAIL_URL", value) for value in ("mail.example.com", "http://mail.example.com", "smtp://me:hunter2@host:x")),
    *(("STUDIO_EMAIL_FROM", value) for value in ("studio", "a@b@c", "me@example.com\nBcc: all@example.com")),
    ("STUDIO_SECRET_KEY", "hunter2"),
    *(("STUDIO_ENCRYPTION_KEYS", value) for value in ("hunter2", "x" * 44, "ñ" * 44, f"{Fernet.generate_key().decode()},x")),
    *(("STUDIO_RUNNER_GRACE_S", value) for value in ("0", "1d", "-5")),
    *(("STUDIO_LOG_LIMIT_MB", value) for value in ("0", "1GB")),
    *(("STUDIO_TRASH_DAYS", value) for value in ("0", "4000", "two")),
    *((name, value) for name in ("STUDIO_ALLOW_PRIVATE_ADDRESSES", "STUDIO_TRUSTED_PROXY") for value in ("1", "yes", "tru")),
    ("STUDIO_LANGUAGE", "de"),
    ("STUDIO_OIDC_ISSUER", "accounts.example.com"),
]  # fmt: skip


def read(**variables: str) -> Environment:
    return Environment.read(variables)


@pytest.mark.parametrize(("name", "value"), WRONG, ids=[f"{name}-{number}" for number, (name, _) in enumerate(WRONG)])
def test_a_wrong_value_is_answered_by_one_sentence_that_names_the_variable(name, value):
    with pytest.raises(ConfigurationError) as refused:
        read(**{name: value})
    sentence = str(refused.value)
    assert sentence.startswith(name)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hunter2" not in sentence, "what may be a secret is not repeated"


def test_single_sign_on_needs_its_client_too():
    with pytest.raises(ConfigurationError, match=r"STUDIO_OIDC_CLIENT_ID and STUDIO_OIDC_CLIENT_SECRET are needed"):
        read(STUDIO_OIDC_ISSUER="https://accounts.example.com")


def test_every_field_can_be_set_and_is_tried_here():
    """A variable that is read but not in ``WRONG`` would be one whose wrong values nobody has looked at."""
    source = (PROJECT_DIR / "studio" / "environment.py").read_text()
    named = set(re.findall(r'reader\.\w+\(\s*"(STUDIO_\w+)"', source))
    # A folder; tested with storage; a label; a secret of any form.
    anything_goes = {"STUDIO_HOME", "STUDIO_STORAGE_URL", "STUDIO_OIDC_NAME", "STUDIO_METRICS_TOKEN"}
    with_others = {"STUDIO_OIDC_CLIENT_ID", "STUDIO_OIDC_CLIENT_SECRET", "STUDIO_OIDC_DOMAINS"}
    assert named == {name for name, _ in WRONG} | anything_goes | with_others


def test_without_any_variable_the_studio_starts_on_this_machine_alone():
    environment = read()
    assert (environment.host, environment.port, environment.gateway_port) == ("127.0.0.1", 8000, 8001)
    assert environment.url == "http://studio.localhost:8000"
    assert environment.content_url == "http://content.studio.localhost:8001"
    assert environment.database_url == f"sqlite:///{PROJECT_DIR}/.studio/studio.sqlite3"
    assert environment.broker_url == environment.channel_url == f"unix://{PROJECT_DIR}/.studio/run/valkey.sock"
    assert environment.uses_embedded_broker
    assert environment.isolates_content
    assert environment.secure_cookies
    assert not environment.allow_private_addresses
    assert not environment.trusted_proxy


def test_another_port_moves_both_addresses():
    environment = read(STUDIO_PORT="9000")
    assert (environment.url, environment.content_url) == (
        "http://studio.localhost:9000",
        "http://content.studio.localhost:9001",
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://Studio.Example.com/", "https://studio.example.com"),
        ("https://studio.example.com:443", "https://studio.example.com"),
        ("http://studio.example.com:80", "http://studio.example.com"),
        ("https://studio.example.com:8443", "https://studio.example.com:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    ],
)
def test_addresses_are_kept_as_browsers_send_them(written, meant):
    """Else Host and Origin headers would never equal them: every page would redirect to itself, every socket be refused."""
    assert read(STUDIO_URL=written).url == meant


def test_a_second_port_does_not_isolate_content_because_cookies_ignore_ports():
    url = "https://studio.example.com"
    assert not read(STUDIO_URL=url, STUDIO_CONTENT_URL=f"{url}:8443").isolates_content
    assert read(STUDIO_URL=url, STUDIO_CONTENT_URL="https://content.example.com").isolates_content


@pytest.mark.parametrize(
    ("url", "secure"),
    [("https://studio.example.com", True), ("http://studio.localhost:8000", True), ("http://10.0.0.5:8000", False)],
)
def test_cookies_are_secure_where_browsers_accept_that(url, secure):
    assert read(STUDIO_URL=url).secure_cookies is secure


@pytest.mark.parametrize("name", ["a" * 120, "with space", "per%20cent", "hash#mark", "ques?tion", "ñandú", "quo'te"])
def test_a_home_of_any_name_keeps_its_database_and_has_sockets(tmp_path, name):
    home = tmp_path / name
    program = (
        "import json, studio.settings as s; from kombu.utils.url import url_to_parts; from redis import ConnectionPool;"
        "print(json.dumps([s.DATABASES['default']['NAME'], s.STUDIO.storage_url,"
        "url_to_parts(s.CELERY_BROKER_URL).path, ConnectionPool.from_url(s.STUDIO.channel_url).connection_kwargs['path'],"
        "str(s.STUDIO.valkey_socket)]))"
    )
    answer = start(program, STUDIO_HOME=str(home))
    assert answer.returncode == 0, answer.stderr
    database, files, broker_socket, channel_socket, socket = json.loads(answer.stdout)
    assert database == str(home / "studio.sqlite3")
    assert files == (home / "files").as_uri()
    assert f"/{broker_socket.lstrip('/')}" == channel_socket == socket
    assert len(socket) < 107
    assert stat.S_IMODE(Path(socket).parent.stat().st_mode) == 0o700
    if home not in Path(socket).parents:
        Path(socket).parent.rmdir()


def start(program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in an interpreter that has only these ``STUDIO_…`` variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STUDIO_", "DJANGO_"))}
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=PROJECT_DIR, env={**kept, **variables}, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_with_a_wrong_variable_prints_the_sentence_and_nothing_else(tmp_path):
    program = (
        "import sys; sys.argv = ['manage.py', 'check']; import runpy; runpy.run_path('manage.py', run_name='__main__')"
    )
    answer = start(program, STUDIO_HOME=str(tmp_path), STUDIO_PORT="0")
    assert answer.returncode == 1
    assert answer.stderr == "STUDIO_PORT is '0', but must be a whole number from 1 to 65534.\n"
    assert answer.stdout == ""


@pytest.mark.parametrize("obstacle", ["a file", "no way in"])
def test_a_home_that_cannot_be_used_is_named(tmp_path, obstacle):
    home = tmp_path / "home"
    if obstacle == "a file":
        home.write_text("")
    else:
        home = Path("/proc/home")
    with pytest.raises(ConfigurationError, match=f"{home}.*STUDIO_HOME"):
        ensure_private_dir(home)


def test_a_home_that_others_could_read_is_closed(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    ensure_private_dir(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path):
    environment = read(STUDIO_HOME=str(tmp_path))
    secret, encryption = keys.secret_key(environment), keys.encryption_keys(environment)
    assert keys.secret_key(environment) == secret
    assert keys.encryption_keys(environment) == encryption
    assert len(secret) >= 64
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert len(list(tmp_path.iterdir())) == 2


def test_keys_from_outside_are_used_and_none_is_written(tmp_path):
    newer, older = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    environment = read(
        STUDIO_HOME=str(tmp_path), STUDIO_SECRET_KEY="s" * 32, STUDIO_ENCRYPTION_KEYS=f"{newer}, {older}"
    )
    assert keys.secret_key(environment) == "s" * 32
    assert keys.encryption_keys(environment) == (newer, older)
    assert not list(tmp_path.iterdir())


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    program = (
        "import sys; from studio import keys; from studio.environment import Environment;"
        "environment = Environment.read({'STUDIO_HOME': sys.argv[1]});"
        "print('ready', flush=True); sys.stdin.readline(); print(keys.secret_key(environment))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "home")]
    processes = [
        subprocess.Popen(command, cwd=PROJECT_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    answers = set()
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        answers.add(process.communicate(timeout=60)[0])
        assert process.returncode == 0
    assert len(answers) == 1
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["secret_key"]
