"""Sentences in both languages that a form, a page or an event may show."""

from dataclasses import dataclass

from django.utils.functional import lazy
from django.utils.translation import get_language

from diemcau.audit.refusal import Refusal


@dataclass(frozen=True)
class Said:
    """One sentence: the reason and what to do.

    Args:
        code: stable word for programs and events.
        vi: in Vietnamese.
        en: in English.
    """

    code: str
    vi: str
    en: str

    def __str__(self) -> str:
        return self.en if get_language() == "en" else self.vi

    def refusal(self) -> Refusal:
        """Return it as a refusal, which the audit records."""
        return Refusal(self.code, self.vi, self.en)


shown = lazy(str, str)
"""``shown(said)`` speaks the language of the page at the time when it is shown."""

WRONG = Said(
    "wrong_credentials",
    "Tên đăng nhập hoặc mật khẩu không đúng. Nhập lại, hoặc đề nghị trung tâm điều khiển "
    "cấp liên kết.",
    "The user name or password is not right. Try again, or ask the control centre for a link.",
)
LOCKED = Said(
    "login_locked",
    "Đăng nhập sai nhiều lần nên tạm khóa từ máy này. Chờ ít phút, hoặc đề nghị trung tâm điều "
    "khiển mở khóa.",
    "Too many failed sign-ins from this machine. Wait some minutes, or ask the control centre "
    "to unlock.",
)
WRONG_CODE = Said(
    "wrong_code",
    "Mã xác thực không đúng hoặc đã hết hạn. Nhập mã đang hiện trên máy.",
    "The code is not right or has expired. Enter the code that the device shows now.",
)
WRONG_OLD_PASSWORD = Said(
    "wrong_old_password",
    "Mật khẩu đang dùng không đúng. Nhập lại.",
    "The present password is not right. Enter it again.",
)
DIFFERENT = Said(
    "passwords_differ",
    "Hai lần nhập mật khẩu mới không giống nhau. Nhập lại.",
    "The two new passwords are not the same. Enter them again.",
)
DISABLED = Said(
    "account_disabled",
    "Tài khoản đang bị khóa. Đề nghị trung tâm điều khiển mở lại.",
    "This account is disabled. Ask the control centre to enable it.",
)
STRANGER = Said(
    "not_invited",
    "Hệ thống chưa có tài khoản cho người này. Đề nghị trung tâm điều khiển mời trước.",
    "There is no account for this person here. Ask the control centre for an invitation first.",
)
OIDC_FAILED = Said(
    "oidc_failed",
    "Hệ thống đăng nhập của tỉnh không trả lời đúng. Thử lại, hoặc đăng nhập bằng mật khẩu.",
    "The provincial sign-on did not answer rightly. Try again, or sign in with a password.",
)
WRONG_KEY = Said(
    "wrong_key",
    "Khóa bảo mật không đúng. Dùng khóa đã đăng ký, hoặc chọn cách khác.",
    "The security key is not right. Use one that was registered, or choose another way.",
)
ELSEWHERE = Said(
    "live_elsewhere",
    "Không vào được: tài khoản đang dự họp ở máy khác.",
    "Cannot enter: this account is in a conference on another device.",
)
PUT_OUT = Said(
    "live_put_out",
    "Tài khoản này vừa vào họp ở máy khác nên màn hình này đã dừng. Nếu không phải do mình, báo "
    "ngay trung tâm điều khiển.",
    "This account has just entered on another device, so this screen has stopped. If that was "
    "not you, tell the control centre at once.",
)
