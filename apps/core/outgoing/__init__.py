"""The one client for requests that users make the studio send: webhooks, imports from a URL.

It goes where ``AddressPolicy`` lets it. A name is looked up once, by the code that then connects to what was found, so
that no second answer of a name server can lead elsewhere. This sits where connections are made, below redirects and TLS,
so nothing gets around it; the server still sees the name, and its certificate must be for the name. Proxies named in the
environment are not used, since they would look the name up again.
"""

from apps.core.outgoing.addresses import AddressPolicy, OutgoingFailed, OutgoingRefused
from apps.core.outgoing.client import OutgoingResponse, check_address, get, open_stream, post_json, stream_to

__all__ = [
    "AddressPolicy",
    "OutgoingFailed",
    "OutgoingRefused",
    "OutgoingResponse",
    "check_address",
    "get",
    "open_stream",
    "post_json",
    "stream_to",
]
