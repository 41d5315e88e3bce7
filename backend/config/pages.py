"""The built PWA's pages, and the headers that every answer carries."""

from collections.abc import Callable

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase

POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
)


class SecurityPolicy:
    """CSP for the surfaces; the admin and the API docs bring their own inline scripts and are left to Django's headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not request.path.startswith(("/admin/", "/api/docs")):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self)")
        return response


def page(name: str) -> Callable[..., HttpResponseBase]:
    """An entry page of the PWA. Never cached: it names the hashed files of the release."""

    def serve(request: HttpRequest, **_: str) -> HttpResponseBase:
        file = settings.PWA / name
        if not file.exists():
            return HttpResponse("The surfaces are not built yet: run `make setup`.", status=503)
        response = FileResponse(file.open("rb"))
        response["Cache-Control"] = "no-cache"
        return response

    return serve


def hashed_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """A file whose name changes with its content: kept for ever."""
    return _file(f"assets/{name}", "public, max-age=31536000, immutable")


def plain_file(request: HttpRequest, name: str) -> HttpResponseBase:
    """Service worker, manifest, icons: asked for each time."""
    return _file(name, "no-cache")


def _file(name: str, caching: str) -> HttpResponseBase:
    file = (settings.PWA / name).resolve()
    if not file.is_relative_to(settings.PWA) or not file.is_file():
        raise Http404(name)
    response = FileResponse(file.open("rb"))
    response["Cache-Control"] = caching
    return response
