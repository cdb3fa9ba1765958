"""No page of another site may open a websocket with our user's cookies."""

from django.conf import settings

from studio.asgi.types import Application, Receive, Scope, Send, header, refuse_socket


class OriginCheck:
    """Refuse websockets whose Origin is not the studio's own address. Programs send none, but have no cookies either."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if header(scope, b"origin") != settings.STUDIO.url:
            return await refuse_socket(receive, send, 4403)
        return await self.application(scope, receive, send)
