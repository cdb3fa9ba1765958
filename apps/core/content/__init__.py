"""Files of users on their way to browsers.

What people and their programs have written may hold scripts, so it is shown only from a host name of its own, where the
studio's cookies do not go. A page links to ``reverse("content:open", args=["<source>/<path>"])``; from there a ticket that
works once leads to the content host. Where the studio has only one host name, the same link downloads the file instead.

Apps offer their files through ``hooks.content_sources``.
"""
