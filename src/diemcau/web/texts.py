"""The words of the server's pages, Vietnamese first. A table that a province can read through."""

from . import texts_audit, texts_guests, texts_login, texts_org, texts_security

TEXTS: dict[str, tuple[str, str]] = {
    "product": ("diemcau", "diemcau"),
    "pages": ("Các trang", "Pages"),
    "home": ("Hội nghị", "Conferences"),
    "signed_in_as": ("Đang dùng:", "Signed in as:"),
    "sign_out": ("Đăng xuất", "Sign out"),
    "not_signed_in": ("Chưa đăng nhập", "Not signed in"),
    "how_to_sign_in": (
        "Mở liên kết đăng nhập do trung tâm điều khiển cấp. Mỗi liên kết dùng một lần.",
        "Open the sign-in link that the control centre gave you. Each link works once.",
    ),
    "sign_in": ("Đăng nhập", "Sign in"),
    "sign_in_as": ("Đăng nhập với vai", "Sign in as"),
    "sign_in_once": (
        "Liên kết chỉ dùng được một lần, trên máy này.",
        "The link works once, on this device.",
    ),
    "link_problem": ("Không đăng nhập được", "Cannot sign in"),
    "back": ("Về trang đầu", "Back to the start"),
    "not_found": ("Không có trang này", "There is no such page"),
    "not_found_text": (
        "Kiểm tra địa chỉ, hoặc về trang đầu.",
        "Check the address, or go back to the start.",
    ),
    "server_error": ("Máy chủ gặp lỗi", "The server failed"),
    "server_error_text": (
        "Hội nghị đang diễn ra không bị ảnh hưởng. Tải lại trang; nếu còn lỗi, báo quản trị.",
        "A running conference is not affected. Reload; if it fails again, tell the administrator.",
    ),
    "no_conference": (
        "Chưa có hội nghị nào. Tạo diễn tập để thử với điểm cầu mô phỏng.",
        "No conference yet. Make a drill to try it with simulated sites.",
    ),
    "no_conference_site": (
        "Chưa có hội nghị nào mời điểm cầu này.",
        "No conference invites this site yet.",
    ),
    "open_desk": ("Vào bàn điều khiển", "Open the desk"),
    "look": ("Xem lại", "Look back"),
    "enter": ("Vào điểm cầu", "Enter as the site"),
    "opening": ("Khai mạc", "Opening"),
    "connect": ("Kết nối từ", "Connects from"),
    "host": ("Chủ trì", "Host"),
    "sites": ("điểm cầu", "sites"),
    "drill": ("DIỄN TẬP", "DRILL"),
    "new_conference": ("Tạo hội nghị", "New conference"),
    "title": ("Tên hội nghị", "Title"),
    "host_site": ("Điểm cầu chủ trì", "Host site"),
    "which_sites": ("Điểm cầu tham dự", "Member sites"),
    "all_sites": ("Tất cả điểm cầu trong danh bạ", "All sites of the directory"),
    "first_sites": ("Số điểm cầu đầu danh bạ", "The first sites of the directory"),
    "connect_at": ("Mở kết nối lúc", "Connections from"),
    "opening_at": ("Khai mạc lúc", "Opening at"),
    "is_drill": (
        "Diễn tập: có điểm cầu mô phỏng, không tính vào sổ theo dõi",
        "Drill: simulated sites, never counted in records",
    ),
    "create": ("Tạo", "Create"),
    "cancel": ("Không", "Cancel"),
    "language": ("English", "Tiếng Việt"),
    "state_scheduled": ("Chưa mở kết nối", "Not open yet"),
    "state_joining": ("Đang vào", "Joining"),
    "state_live": ("Đang họp", "Live"),
    "state_closed": ("Đã bế mạc", "Closed"),
    "client_missing": (
        "Chưa có phần trình duyệt. Chạy lại make run.",
        "The browser client is not built. Run make run again.",
    ),
    "needs_script": (
        "Bật JavaScript để vào hội nghị.",
        "Turn JavaScript on to enter the conference.",
    ),
    "not_permitted": ("Không có quyền vào trang này", "Not permitted"),
    "centre_only": (
        "Chỉ trung tâm điều khiển tạo được hội nghị. Đề nghị trung tâm điều khiển tạo.",
        "Only the control centre makes conferences. Ask the control centre to make it.",
    ),
    "page_outdated": (
        "Trang đã cũ nên chưa làm được. Về trang đầu và làm lại.",
        "This page is outdated, so nothing was done. Go back to the start and do it again.",
    ),
    "title_missing": ("Nhập tên hội nghị.", "Enter a title."),
    "time_missing": ("Nhập đủ ngày và giờ.", "Enter date and time."),
    "count_range": (
        "Nhập số điểm cầu từ 1 đến 200.",
        "Enter a number of sites between 1 and 200.",
    ),
    "fix": ("Sửa các mục sau:", "Mend the following:"),
    **texts_org.TEXTS,
}
"""Key → Vietnamese, English."""

for topic in (texts_audit, texts_guests, texts_login, texts_org, texts_security):
    TEXTS.update(topic.TEXTS)


class Texts:
    """Texts in one language, for templates: ``{{ t.sign_in }}``."""

    def __init__(self, lang: str) -> None:
        self._index = 1 if lang == "en" else 0

    def __getitem__(self, key: str) -> str:
        return TEXTS[key][self._index]
