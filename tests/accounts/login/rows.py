"""The addresses of signing in, and what each person of tests/web/test_access.py gets.

Hoa and the others signed in by a link on a trusted network: they have no password and no factor.
"""

AWAY = 302
"""Led elsewhere: to the sign-in, or to the start when there is nothing to do here."""

ROWS = [
    ("GET", "dang-nhap", *(AWAY,) * 4, 200),
    ("POST", "dang-nhap", *(AWAY,) * 4, 200),
    ("GET", "dang-nhap/ma", *(AWAY,) * 5),
    ("GET", "dang-nhap/khoa", *(AWAY,) * 5),
    ("GET", "dang-nhap/thoi", *(200,) * 4, AWAY),
    ("GET", "dang-nhap/bi-khoa", *(200,) * 5),
    ("GET", "dang-nhap/chua-co", *(403,) * 5),
    ("GET", "dang-nhap/thoi-cua-tinh", *(200,) * 5),
    ("GET", "dang-nhap/loi-cua-tinh", *(401,) * 5),
    ("GET", "dang-nhap/<str:provider_id>/", *(404,) * 5),
    ("GET", "dang-nhap/<str:provider_id>/ve/", *(404,) * 5),
    ("GET", "dat-mat-khau/<str:secret>", *(410,) * 5),
    ("POST", "dat-mat-khau/<str:secret>", *(410,) * 5),
    ("GET", "mo-khoa", *(200,) * 4, AWAY),
    ("GET", "mo-khoa/mat-khau", *(AWAY,) * 5),
    ("GET", "mo-khoa/ma", *(AWAY,) * 5),
    ("GET", "mo-khoa/khoa", *(AWAY,) * 5),
    ("GET", "phien/con", *(200,) * 5),
    ("POST", "phien/truc-tiep", *(200,) * 4, AWAY),
    ("GET", "phien/truc-tiep", *(405,) * 4, AWAY),
    ("GET", "o-may-khac", *(200,) * 4, AWAY),
    ("POST", "o-may-khac", *(AWAY,) * 5),
    ("GET", "cam-ket", *(200,) * 4, AWAY),
    ("POST", "cam-ket", *(AWAY,) * 5),
    ("GET", "tai-khoan", *(200,) * 4, AWAY),
    ("POST", "tai-khoan", *(AWAY,) * 5),
    ("GET", "tai-khoan/cac-khoa", *(200,) * 4, AWAY),
    ("GET", "tai-khoan/thiet-lap", *(200,) * 4, AWAY),
    ("GET", "tai-khoan/mat-khau", *(AWAY,) * 5),
    ("GET", "tai-khoan/ung-dung", *(200,) * 4, AWAY),
    ("GET", "tai-khoan/ung-dung/bo", *(404,) * 4, AWAY),
    ("GET", "tai-khoan/khoa", *(200,) * 4, AWAY),
    ("GET", "tai-khoan/khoa/<int:pk>/bo", *(404,) * 4, AWAY),
    ("GET", "tai-khoan/ma-du-phong", *(404,) * 4, AWAY),
    ("GET", "tai-khoan/ma-du-phong/moi", *(200,) * 4, AWAY),
    ("GET", "tai-khoan/chua-co-mat-khau", *(200,) * 4, AWAY),
    ("GET", "quan-tri/dang-nhap", 200, 403, 403, 403, AWAY),
    ("POST", "quan-tri/dang-nhap", 409, 403, 403, 403, AWAY),
]
"""Method, address, and the status for Hoa, Lan, Minh, Quân and nobody."""
