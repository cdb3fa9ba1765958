"""The studio's side: from a link to the content host."""

from django.http import (
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.views.decorators.cache import never_cache

from apps.core.access import signed_in
from apps.core.content import serving, tickets


@signed_in()
@never_cache
def open_content(request: HttpRequest, path: str) -> HttpResponseBase:
    """Show a file of a user's on the content host; where there is none, download it from here."""
    content = serving.find(request.user, path)
    if content is None:
        raise Http404
    download = "download" in request.GET
    if serving.may_be_shown():
        return HttpResponseRedirect(tickets.enter_address(request, path, download=download))
    asked = {name.lower(): value for name, value in request.headers.items()}
    answer = serving.answer_for(content, asked=asked, download=True)
    # Ranges and lengths count the bytes of the file: nothing may compress them on the way out.
    headers = {**answer.headers, "content-encoding": "identity"}
    return StreamingHttpResponse(serving.body_of(content, answer), status=answer.status, headers=headers)
