"""Words of the page on which guests are invited."""

TEXTS: dict[str, tuple[str, str]] = {
    "guests": ("Khách mời", "Guests"),
    "guests_lead": (
        "Mỗi liên kết mời một người vào một hội nghị, dùng một lần, hết hạn 24 giờ sau khai mạc.",
        "Each link invites one person to one conference, works once, and ends 24 hours after the "
        "opening.",
    ),
    "guest_name": ("Họ và tên", "Name"),
    "guest_unit": ("Đơn vị", "Organisation"),
    "guest_phone": ("Điện thoại", "Telephone"),
    "guest_invite": ("Mời khách", "Invite"),
    "guest_link": ("Liên kết mời", "Invitation link"),
    "guest_link_once": (
        "Gửi liên kết này cho khách. Liên kết chỉ hiện một lần.",
        "Send this link to the guest. It is shown this once.",
    ),
    "guest_withdraw": ("Thu hồi lời mời", "Withdraw"),
    "guest_withdrawn": ("Đã thu hồi", "Withdrawn"),
    "no_guests": ("Chưa mời khách nào.", "No guest is invited yet."),
    "guest_name_missing": ("Nhập họ và tên của khách.", "Enter the guest's name."),
    "guest_unit_missing": ("Nhập đơn vị của khách.", "Enter the guest's organisation."),
    "too_long": ("Rút ngắn nội dung.", "Make it shorter."),
    "phone_wrong": (
        "Nhập số điện thoại từ 8 đến 20 chữ số.",
        "Enter a telephone number of 8 to 20 digits.",
    ),
}
"""Key → Vietnamese, English."""
