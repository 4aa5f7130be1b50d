"""The words of signing in, Vietnamese first."""

TEXTS: dict[str, tuple[str, str]] = {
    "account": ("Tài khoản", "Account"),
    "sign_ins": ("Đăng nhập và khóa", "Sign-ins and locks"),
    "login_name": ("Tên đăng nhập hoặc thư điện tử", "User name or e-mail"),
    "user_name": ("Tên đăng nhập", "User name"),
    "password": ("Mật khẩu", "Password"),
    "sign_in_by_key": ("Đăng nhập bằng khóa", "Sign in with a passkey"),
    "or_open_link": (
        "Có liên kết đăng nhập do trung tâm điều khiển cấp thì mở liên kết đó, không cần mật khẩu.",
        "With a sign-in link of the control centre, open it: no password is needed.",
    ),
    "with_password": ("Đăng nhập bằng mật khẩu", "Sign in with a password"),
    "sign_in_as_other": ("Đăng nhập bằng tài khoản khác", "Sign in with another account"),
    "sign_in_otherwise": ("Đăng nhập bằng cách khác", "Sign in another way"),
    "password_is_set": (
        "Đã đặt mật khẩu. Đăng nhập bằng mật khẩu mới.",
        "The password is set. Sign in with it.",
    ),
    "account_disabled": (
        "Tài khoản đang bị khóa. Đề nghị trung tâm điều khiển mở lại.",
        "This account is disabled. Ask the control centre to enable it.",
    ),
    "not_invited": (
        "Hệ thống chưa có tài khoản cho người này. Đề nghị trung tâm điều khiển mời trước.",
        "There is no account for this person here. Ask the control centre for an invitation first.",
    ),
    "oidc_failed": (
        "Hệ thống đăng nhập của tỉnh không trả lời đúng. Thử lại, hoặc đăng nhập bằng mật khẩu.",
        "The provincial sign-on did not answer rightly. Try again, or sign in with a password.",
    ),
    "oidc_cancelled": (
        "Việc đăng nhập qua hệ thống của tỉnh đã dừng giữa chừng.",
        "Signing in through the provincial sign-on was stopped half-way.",
    ),
    "locked_title": ("Xác nhận danh tính", "Confirm who you are"),
    "locked_text": (
        "Trang đã khóa vì lâu không dùng, hoặc việc này cần xác nhận. Xác nhận xong sẽ trở lại "
        "đúng chỗ đang làm.",
        "The page was locked because nobody used it, or this act needs to be confirmed. Afterwards "
        "you come back to where you were.",
    ),
    "locked_link": (
        "Tài khoản này đăng nhập bằng liên kết. Mở liên kết mới do trung tâm điều khiển cấp.",
        "This account signs in by a link. Open a new one from the control centre.",
    ),
    "go_on": ("Tiếp tục", "Continue"),
    "use_code": ("Dùng mã xác thực", "Use a code"),
    "use_key": ("Dùng khóa bảo mật", "Use a security key"),
    "code_title": ("Lớp xác thực thứ hai", "Second factor"),
    "code_text": (
        "Mở ứng dụng xác thực trên điện thoại và nhập mã đang hiện.",
        "Open the authenticator app on the telephone and enter the code it shows.",
    ),
    "code": ("Mã xác thực", "Code"),
    "code_or_recovery": (
        "Mất điện thoại thì nhập một mã dự phòng.",
        "Without the telephone, enter a recovery code.",
    ),
    "key_text": (
        "Cắm hoặc chạm khóa bảo mật khi trình duyệt hỏi.",
        "Insert or touch the security key when the browser asks.",
    ),
    "key_failed": (
        "Khóa chưa dùng được. Thử lại, hoặc chọn cách khác.",
        "The key did not work. Try again, or choose another way.",
    ),
    "key_script": ("Bật JavaScript để dùng khóa bảo mật.", "Turn JavaScript on to use a key."),
    "key_add_text": (
        "Dùng khóa USB, vân tay, khuôn mặt hoặc mã PIN của máy này. Trình duyệt sẽ hỏi.",
        "Use a USB key, or this device's fingerprint, face or PIN. The browser will ask.",
    ),
    "key_name": ("Tên khóa", "Name of the key"),
    "key_alone": (
        "Cho đăng nhập chỉ bằng khóa này, không cần mật khẩu",
        "Allow signing in with this key alone, without a password",
    ),
    "change_password": ("Đổi mật khẩu", "Change password"),
    "set_password": ("Đặt mật khẩu", "Set password"),
    "old_password": ("Mật khẩu đang dùng", "Present password"),
    "new_password": ("Mật khẩu mới", "New password"),
    "new_password_again": ("Nhập lại mật khẩu mới", "New password again"),
    "others_end": (
        "Mọi phiên đăng nhập khác của tài khoản kết thúc.",
        "All other sessions of the account end.",
    ),
    "password_since": ("đặt ngày", "set on"),
    "password_none": ("chưa có, đăng nhập bằng liên kết", "none, signs in by link"),
    "set_up_title": ("Thiết lập lớp xác thực thứ hai", "Set up a second factor"),
    "set_up_why": (
        "Quản trị, và mọi người vào từ ngoài mạng tin cậy, phải có lớp xác thực thứ hai. Thiết lập "
        "một lần, mất khoảng hai phút.",
        "Administrators, and everybody outside the trusted networks, need a second factor. Set it "
        "up once, it takes about two minutes.",
    ),
    "set_up_app": ("Thiết lập ứng dụng xác thực", "Set up an authenticator app"),
    "set_up_key": ("Thêm khóa bảo mật", "Add a security key"),
    "app_hint": (
        "Ứng dụng trên điện thoại tạo mã 6 số, không cần mạng.",
        "An app on the telephone makes codes of 6 digits, without a network.",
    ),
    "key_hint": (
        "Khóa USB, vân tay hoặc khuôn mặt của máy này.",
        "A USB key, or this device's fingerprint or face.",
    ),
    "app_step_install": (
        "Cài ứng dụng xác thực (TOTP) trên điện thoại.",
        "Install an authenticator app (TOTP) on the telephone.",
    ),
    "app_step_scan": ("Quét hình này bằng ứng dụng.", "Scan this picture with the app."),
    "app_picture": ("Hình để ứng dụng quét", "Picture for the app to scan"),
    "app_step_type": ("Không quét được thì nhập khóa:", "If that fails, type the key:"),
    "app_step_code": ("Nhập mã mà ứng dụng đang hiện.", "Enter the code that the app shows."),
    "activate": ("Bật", "Turn on"),
    "remove_app": ("Bỏ ứng dụng", "Remove the app"),
    "remove_key": ("Bỏ khóa", "Remove the key"),
    "remove_factor_text": (
        "Bỏ đi thì lần sau không dùng được nữa. Nếu tài khoản bắt buộc có lớp xác thực thứ hai, hệ "
        "thống yêu cầu thiết lập cái khác ngay.",
        "It cannot be used any more. If the account must have a second factor, another one has to "
        "be set up at once.",
    ),
    "recovery_codes": ("Mã dự phòng", "Recovery codes"),
    "recovery_text": (
        "Ghi hoặc in ra, cất nơi kín. Mỗi mã dùng một lần khi mất điện thoại hoặc khóa. Các mã chỉ "
        "hiện lần này.",
        "Write them down or print them, and keep them safe. Each works once when the telephone or "
        "key is lost. They are shown only now.",
    ),
    "recovery_kept": ("Đã cất mã", "I have kept them"),
    "recovery_seen": ("Các mã đã hiện một lần.", "The codes were shown once."),
    "recovery_left": ("còn", "left:"),
    "recovery_new": ("Tạo mã dự phòng mới", "Make new recovery codes"),
    "recovery_replace": ("Các mã cũ không dùng được nữa.", "The old codes stop working."),
    "terms_title": ("Quy định sử dụng", "Rules of use"),
    "terms_purpose": (
        "Dùng hệ thống đúng mục đích công vụ; bảo vệ bí mật nhà nước và an toàn thông tin.",
        "Use the system for official purposes only; protect state secrets and information "
        "security.",
    ),
    "terms_secret": (
        "Giữ bí mật tài khoản, mật khẩu và mã xác thực; chỉ làm trong quyền được giao.",
        "Keep the account, password and codes secret; act only within the rights given.",
    ),
    "terms_own": (
        "Dùng tài khoản của mình, không cho người khác dùng; chịu trách nhiệm về việc sử dụng.",
        "Use your own account, let nobody else use it; you answer for its use.",
    ),
    "terms_recorded": (
        "Mọi thao tác được ghi vào nhật ký hệ thống.",
        "Every act is recorded in the system's log.",
    ),
    "terms_accept": ("Đã đọc và thực hiện", "I have read this and will keep to it"),
    "terms_by_button": (
        "Bấm Đăng nhập là cam kết dùng đúng mục đích, giữ bí mật tài khoản và chịu trách nhiệm về "
        "việc sử dụng.",
        "By pressing the button you undertake to use the system for its purpose, to keep the "
        "account secret and to answer for its use.",
    ),
    "elsewhere_title": ("Tài khoản đang dự họp", "The account is in a conference"),
    "elsewhere_since": ("từ", "since"),
    "elsewhere_move_text": (
        "Chuyển sang máy này thì máy kia được báo và dừng.",
        "If you move here, the other device is told and stops.",
    ),
    "elsewhere_move": ("Dự họp ở máy này", "Continue on this device"),
    "elsewhere_prove_text": (
        "Muốn chuyển sang máy này, xác nhận danh tính trước.",
        "To move to this device, confirm who you are first.",
    ),
    "elsewhere_prove": ("Xác nhận danh tính", "Confirm who you are"),
    "elsewhere_link": (
        "Muốn chuyển sang máy này, mở một liên kết đăng nhập mới trên máy này.",
        "To move to this device, open a new sign-in link on it.",
    ),
    "elsewhere_ask": (
        "Nếu không phải do mình, báo ngay trung tâm điều khiển.",
        "If the other device is not yours, tell the control centre at once.",
    ),
    "elsewhere_free": ("Vào được ở máy này", "You can enter on this device"),
    "put_out": (
        "Tài khoản vừa vào họp ở máy khác nên màn hình ở máy này đã dừng.",
        "The account has just entered on another device, so the screen on this one has stopped.",
    ),
    "live_alert": (
        "Có người vừa đăng nhập bằng tài khoản này ở máy khác ({where}) lúc {at} và bị từ chối. "
        "Nếu không phải do mình, báo ngay trung tâm điều khiển.",
        "Somebody tried to enter with this account on another device ({where}) at {at} and was "
        "refused. If that was not you, tell the control centre at once.",
    ),
    "account_person": ("Người dùng", "Person"),
    "account_name": ("Họ và tên", "Name"),
    "account_slept": (
        "Lâu rồi tài khoản này không đăng nhập. Tài khoản không dùng bị khóa sau",
        "This account was not used for long. An unused account is disabled after",
    ),
    "days": ("ngày", "days"),
    "second_factor": ("Lớp xác thực thứ hai", "Second factor"),
    "factor_on": ("Đã bật", "On"),
    "factor_off": ("Chưa bật", "Off"),
    "factor_app": ("Ứng dụng", "App"),
    "factor_keys": ("Khóa bảo mật", "Security keys"),
    "factor_since": ("từ", "since"),
    "sessions": ("Phiên đăng nhập", "Sessions"),
    "end_others": ("Kết thúc các phiên khác", "End all others"),
    "end_session": ("Kết thúc", "End"),
    "device": ("Máy", "Device"),
    "address": ("Địa chỉ", "Address"),
    "since": ("Từ lúc", "Since"),
    "last_seen": ("Dùng lần cuối", "Last used"),
    "this_one": ("Máy này", "This one"),
    "locks": ("Đang tạm khóa", "Locked now"),
    "locks_none": ("Không có tài khoản nào bị tạm khóa.", "Nothing is locked."),
    "lock_unknown": ("(không có tài khoản)", "(no such account)"),
    "lock_source": ("Cả địa chỉ này", "The whole address"),
    "failures": ("Số lần sai", "Failures"),
    "locked_until": ("Khóa đến", "Until"),
    "unlock": ("Mở khóa", "Unlock"),
    "accounts": ("Tài khoản cá nhân", "Personal accounts"),
    "accounts_text": (
        "Tài khoản không đăng nhập {warn} ngày được cảnh báo, {disable} ngày thì khóa; trừ người "
        "có điểm cầu trong hội nghị của 14 ngày tới và quản trị cuối cùng.",
        "An account unused for {warn} days is warned, after {disable} it is disabled; except whose "
        "site is in a conference of the next 14 days, and the last administrator.",
    ),
    "accounts_all": (
        "Xem cả tài khoản của điểm cầu và bàn điều khiển",
        "Show the accounts of sites and of the desk too",
    ),
    "account_state": ("Trạng thái", "State"),
    "account_acts": ("Việc", "Acts"),
    "last_sign_in": ("Đăng nhập lần cuối", "Last sign-in"),
    "login_active": ("Đang dùng", "Active"),
    "login_asleep": ("Lâu không dùng", "Unused for long"),
    "login_disabled": ("Đã khóa", "Disabled"),
    "invite_again": ("Cấp liên kết đặt mật khẩu", "Issue a password link"),
    "invite_new": ("Mời người mới", "Invite a person"),
    "invitation_once": (
        "Liên kết đặt mật khẩu, chỉ hiện lần này, dùng một lần, hết hạn lúc",
        "A link to set the password, shown only now, works once, until",
    ),
    "email_optional": ("Thư điện tử (không bắt buộc)", "E-mail (optional)"),
    "end_all": ("Kết thúc mọi phiên", "End all sessions"),
    "reset_factors": ("Bỏ lớp xác thực thứ hai", "Remove second factors"),
    "disable": ("Khóa", "Disable"),
    "enable": ("Mở lại", "Enable"),
}
"""Key → Vietnamese, English."""
