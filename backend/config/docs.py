"""The OpenAPI schema and its page: readable by anyone, since they say nothing that the source does not."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend.foundation.access import PUBLIC, MayCall


class Schema(SpectacularAPIView):
    access = {"GET": PUBLIC}
    permission_classes = [MayCall]


class Docs(SpectacularSwaggerView):
    access = {"GET": PUBLIC}
    permission_classes = [MayCall]
