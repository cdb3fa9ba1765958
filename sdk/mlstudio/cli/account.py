"""``studio login``, ``logout`` and ``whoami``."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from typing import Any
from urllib.parse import urlsplit

from mlstudio.cli.output import show_one
from mlstudio.client import Client
from mlstudio.config import DEFAULT_URL, Login, LoginStore, choose_server, clean_url
from mlstudio.errors import ConfigurationError, SignInError


def add_commands(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    """Add the commands of this module."""
    login = commands.add_parser(
        "login", parents=parents, help="sign in to a studio and remember its token",
        description="Sign in with a personal access token, which is checked and kept in a file only you can read. "
        "Make one in the studio: your name, Account, Tokens.",
    )  # fmt: skip
    login.add_argument("--url", help=f"the studio's address (default: STUDIO_URL, else {DEFAULT_URL})")
    login.add_argument(
        "--token", help="the token; better left out, as others may see command lines: it is then asked for, or read "
        "from standard input",
    )  # fmt: skip
    login.set_defaults(run=_login)
    logout = commands.add_parser("logout", parents=parents, help="forget a login on this machine")
    logout.add_argument("--url", help="the studio to forget (default: the one of the latest login)")
    logout.set_defaults(run=_logout)
    whoami = commands.add_parser("whoami", parents=parents, help="show who you are, and where")
    whoami.set_defaults(run=_whoami)


def _login(options: argparse.Namespace) -> None:
    url = clean_url(options.url or os.environ.get("STUDIO_URL", "").strip() or DEFAULT_URL)
    host = urlsplit(url).hostname or ""
    if url.startswith("http:") and not (host == "127.0.0.1" or host.endswith("localhost")):
        print(f"studio: {url} is not encrypted; others on the way can read your token.", file=sys.stderr)
    token = (options.token or _ask_for_token(url)).strip()
    if not token:
        raise SignInError("No token was given.")
    me = Client(url, token).get("me/")
    store = LoginStore()
    earlier = store.find(url)
    same_person = earlier is not None and earlier.username == me["username"]
    store.save(Login(url, token, me["username"], earlier.workspace if earlier and same_person else ""))
    if options.output == "json":
        show_one({**me, "studio": url}, (), "json")
    else:
        print(f"Signed in to {url} as {_name(me)}.")


def _logout(options: argparse.Namespace) -> None:
    store = LoginStore()
    current = store.current()
    url = clean_url(options.url) if options.url else current.url if current else ""
    if not store.remove(url):
        raise ConfigurationError(f"There is no login for {url}." if url else "You are not signed in to a studio.")
    print(f"Forgot the login for {url}. The token itself stays valid until you revoke it in the studio.")


def _whoami(options: argparse.Namespace) -> None:
    client = Client(*choose_server())
    me = client.get("me/")
    login = LoginStore().find(client.url)
    shown = {**me, "studio": client.url, "workspace": login.workspace if login else ""}
    show_one(shown, ("username", "display_name", "email", "is_administrator", "studio", "workspace"), options.output)


def _ask_for_token(url: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Token for {url}: ")
    return sys.stdin.readline()


def _name(me: Any) -> str:
    return f"{me['display_name']} ({me['username']})" if me.get("display_name") else str(me["username"])
