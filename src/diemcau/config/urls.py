"""Addresses: pages, API, health."""

from django.urls import include, path

from diemcau.web import pages
from diemcau.web.api import api

urlpatterns = [
    path("", pages.home, name="home"),
    path("vao/<str:secret>", pages.sign_in, name="sign-in"),
    path("", include("diemcau.web.login_urls")),
    path("ra", pages.sign_out, name="sign-out"),
    path("ngon-ngu", pages.set_language, name="language"),
    path("hoi-nghi/moi", pages.new_conference, name="new-conference"),
    path("hoi-nghi/<int:conference_id>/ban", pages.desk, name="desk"),
    path("hoi-nghi/<int:conference_id>/diem-cau", pages.room, name="room"),
    path("health", pages.health, name="health"),
    path("api/", api.urls),
]

handler404 = "diemcau.web.pages.not_found"
handler500 = "diemcau.web.pages.server_error"
