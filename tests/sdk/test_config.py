"""Finding the workspace a folder belongs to, and keeping logins."""

import json
import os
import stat
from pathlib import Path

import pytest

from mlstudio.config import Login, LoginStore, WorkspaceConfig, choose_server, find_config, read_config, write_config
from mlstudio.errors import ConfigurationError, SignInError

HERE = "https://studio.example.com"
OTHER = "https://evil.example.net"


def place(path: str, **content: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content))
    return file.resolve()


@pytest.mark.parametrize("path", ["config.json", ".azureml/config.json", ".studio/config.json"])
def test_a_config_is_found_from_any_folder_below(path):
    expected = place(path, workspace_name="demo")
    deep = Path("src/training")
    deep.mkdir(parents=True)
    assert find_config(deep) == expected
    assert find_config() == expected


def test_the_nearest_folder_wins_and_within_it_our_own():
    place(".studio/config.json", workspace_name="outer")
    azure = place("project/.azureml/config.json", workspace_name="azure")
    place("project/config.json", workspace_name="plain")
    assert find_config("project") == azure
    ours = place("project/.studio/config.json", workspace_name="ours")
    assert find_config("project") == ours


def test_a_file_can_be_named_directly():
    file = place("settings/production.json", workspace_name="production")
    assert read_config(find_config(file)).workspace_name == "production"


def test_no_config_says_what_to_do():
    with pytest.raises(ConfigurationError, match="studio workspace use"):
        find_config()
    with pytest.raises(ConfigurationError, match="no file or folder"):
        find_config("nowhere")


def test_azures_own_file_is_read_as_it_is():
    file = place(".azureml/config.json", subscription_id="1234", resource_group="ml", workspace_name="demo")
    assert read_config(file) == WorkspaceConfig("demo", "", "1234", "ml")


def test_a_file_with_a_byte_order_mark_is_read():
    Path("config.json").write_bytes(b"\xef\xbb\xbf" + b'{"workspace_name": "demo"}')
    assert read_config(Path("config.json")).workspace_name == "demo"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"workspace_name": 3}', '{"workspace_name": ""}'])
def test_an_unusable_file_is_named_in_the_error(text):
    Path("config.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"config\.json"):
        read_config(Path("config.json"))


def test_a_written_config_reads_back():
    config = WorkspaceConfig("demo", HERE, "1234", "ml")
    written = write_config(config, Path.cwd())
    assert written == Path.cwd() / ".azureml" / "config.json"
    assert read_config(find_config()) == config


def test_logins_are_readable_by_their_owner_only(own_home):
    store = LoginStore()
    os.umask(0)
    store.save(Login(HERE, "secret"))
    assert store.path == own_home / ".config" / "mlstudio" / "credentials.json"
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_the_latest_login_is_the_current_one_and_others_stay():
    store = LoginStore()
    store.save(Login(HERE, "first", "ada", "demo"))
    store.save(Login(OTHER, "second"))
    assert store.current() == Login(OTHER, "second")
    assert store.find(HERE) == Login(HERE, "first", "ada", "demo")
    assert store.remove(OTHER)
    assert store.current() == Login(HERE, "first", "ada", "demo")
    assert not store.remove(OTHER)


def test_a_broken_store_says_which_file():
    store = LoginStore()
    store.save(Login(HERE, "secret"))
    store.path.write_text("{")
    with pytest.raises(ConfigurationError, match=r"credentials\.json"):
        store.current()


def test_the_address_comes_from_the_caller_then_the_variable_then_the_file_then_the_login(monkeypatch):
    store = LoginStore()
    for number in range(4):
        store.save(Login(f"https://s{number}.example.com", f"token {number}"))
    assert choose_server() == ("https://s3.example.com", "token 3")
    assert choose_server(configured="https://s2.example.com/") == ("https://s2.example.com", "token 2")
    monkeypatch.setenv("STUDIO_URL", "https://S1.example.com/")
    assert choose_server(configured="https://s2.example.com") == ("https://s1.example.com", "token 1")
    assert choose_server("https://s0.example.com", configured="https://s2.example.com")[1] == "token 0"


def test_a_token_variable_comes_before_the_stored_token(monkeypatch):
    LoginStore().save(Login(HERE, "stored"))
    monkeypatch.setenv("STUDIO_TOKEN", "from the environment")
    assert choose_server() == (HERE, "from the environment")
    monkeypatch.setenv("STUDIO_URL", OTHER)
    assert choose_server() == (OTHER, "from the environment")


def test_a_config_file_cannot_have_the_token_sent_elsewhere(monkeypatch):
    LoginStore().save(Login(HERE, "stored"))
    with pytest.raises(SignInError, match="not signed in to https://evil"):
        choose_server(configured=OTHER)
    monkeypatch.setenv("STUDIO_TOKEN", "from the environment")
    with pytest.raises(SignInError, match="STUDIO_URL=https://evil"):
        choose_server(configured=OTHER)


def test_without_any_login_the_error_says_how_to_sign_in():
    with pytest.raises(SignInError, match="studio login --url"):
        choose_server()


@pytest.mark.parametrize("url", ["studio.example.com", "ftp://studio", "https://", "https://ada:pw@studio.example.com"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ConfigurationError, match="is not the address of a studio"):
        choose_server(url)
