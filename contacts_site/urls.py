"""The addresses of the site's pages."""

urlpatterns: list[object] = []
