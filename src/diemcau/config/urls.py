"""Addresses: pages, API, health."""

from django.urls import include, path

from diemcau.config import health
from diemcau.web import audit_pages, guest_pages, org_pages, pages, people_pages, rights_pages
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
    path("to-chuc", org_pages.organisations, name="organisations"),
    path("to-chuc/moi", org_pages.new, name="new-organisation"),
    path("to-chuc/<slug:key>", org_pages.one, name="organisation"),
    path("to-chuc/<slug:key>/<slug:act>", org_pages.change, name="change-organisation"),
    path("nguoi-dung", people_pages.people, name="people"),
    path("nguoi-dung/moi", people_pages.new, name="new-person"),
    path("nguoi-dung/<int:user_id>", people_pages.one, name="person"),
    path("nguoi-dung/<int:user_id>/sua", people_pages.edit, name="edit-person"),
    path("nguoi-dung/<int:user_id>/<slug:act>", people_pages.act, name="act-on-person"),
    path("quyen", rights_pages.rights, name="rights"),
    path("hoi-nghi/<int:conference_id>/khach", guest_pages.guest_list, name="guests"),
    path("nhat-ky", audit_pages.log, name="audit-log"),
    path("nhat-ky/xuat", audit_pages.export, name="audit-export"),
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("api/", api.urls),
]

handler404 = "diemcau.web.pages.not_found"
handler500 = "diemcau.web.pages.server_error"
