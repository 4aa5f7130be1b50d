"""The words of the log's page, Vietnamese first."""

from . import texts_verbs

TEXTS: dict[str, tuple[str, str]] = {
    "audit_log": ("Nhật ký", "Log"),
    "audit_lead": (
        "Mỗi việc đã làm hoặc bị từ chối là một dòng, nối với dòng trước bằng mã băm; không sửa, "
        "không xóa được. Xuất kết quả cũng được ghi lại.",
        "Each act, done or refused, is a line tied to the one before by its hash; none can be "
        "changed or removed. Exporting is recorded too.",
    ),
    "audit_since": ("Từ", "From"),
    "audit_until": ("Đến trước", "Before"),
    "audit_actor": ("Người thực hiện", "Who"),
    "audit_verb": ("Việc", "Act"),
    "audit_conference": ("Hội nghị", "Conference"),
    "audit_object": ("Mã đối tượng", "Key of the object"),
    "audit_text": ("Chữ, không cần dấu", "Words, marks ignored"),
    "audit_refused_only": ("Chỉ việc bị từ chối", "Refused only"),
    "audit_any": ("Tất cả", "All"),
    "audit_find": ("Tìm", "Search"),
    "audit_clear": ("Bỏ lọc", "Clear"),
    "audit_number": ("Số", "No."),
    "audit_at": ("Lúc", "At"),
    "audit_where": ("Ở đâu", "Where"),
    "audit_changes": ("Thay đổi", "Changes"),
    "audit_more_changes": ("thay đổi", "changes"),
    "audit_before": ("trước", "before"),
    "audit_after": ("sau", "after"),
    "audit_refused": ("Bị từ chối", "Refused"),
    "audit_none": (
        "Không có sự kiện nào khớp. Bỏ bớt điều kiện lọc.",
        "No event matches. Take some of the filters away.",
    ),
    "audit_newer": ("Mới hơn", "Newer"),
    "audit_older": ("Cũ hơn", "Older"),
    "audit_export": ("Xuất kết quả", "Export the result"),
    "audit_time_wrong": (
        "Chọn ngày và giờ, ví dụ 20/11/2026 08:00.",
        "Choose date and time, e.g. 20/11/2026 08:00.",
    ),
    "audit_times_order": (
        "Chọn giờ kết thúc sau giờ bắt đầu.",
        "Choose an end that is after the beginning.",
    ),
    "audit_choice_wrong": ("Chọn trong danh sách.", "Choose from the list."),
    "audit_too_long": ("Rút ngắn nội dung tìm.", "Shorten what you look for."),
    "audit_page_wrong": ("Trang này không có. Tìm lại từ đầu.", "No such page. Search again."),
    "audit_due": (
        "Có sự kiện đã quá 12 tháng, cũ nhất từ ngày",
        "Some events are older than 12 months, the oldest from",
    ),
    "audit_due_act": (
        "Quản trị hệ thống chạy diemcau audit retain để xuất ra tệp và niêm phong.",
        "The administrator runs diemcau audit retain to export and seal them.",
    ),
    "yes": ("có", "yes"),
    "no": ("không", "no"),
}
"""Key → Vietnamese, English."""

VERBS: dict[str, tuple[str, str]] = {
    **texts_verbs.VERBS,
    "audit.exported": ("xuất nhật ký", "exported the log"),
    "audit.sealed": ("niêm phong sự kiện cũ vào {}", "sealed old events into {}"),
    "link.consumed": ("dùng liên kết đăng nhập của {}", "used the sign-in link of {}"),
}
"""Events that belong to no conference; those of conferences have their words in its journal."""

VALUES: dict[str, tuple[str, str]] = {
    "air.floor": ("phát biểu", "floor"),
    "air.programme.layout": ("khung hình lên hình", "layout on air"),
    "air.programme.sites": ("lên hình", "on air"),
    "air.preview.layout": ("khung hình chuẩn bị", "layout of the preview"),
    "air.preview.sites": ("chuẩn bị", "preview"),
    "host_mic_open": ("micro chủ trì mở", "host's microphone open"),
    "locked": ("khóa micro", "locked"),
    "queue": ("đăng ký phát biểu", "asks for the floor"),
    "sharing": ("được chia sẻ màn hình", "may share the screen"),
    "simulated": ("điểm cầu mô phỏng", "simulated sites"),
    "person": ("người", "person"),
    "unit": ("đơn vị", "unit"),
    "device": ("thiết bị", "device"),
    "decision": ("trả lời", "decision"),
    "title": ("tên", "title"),
    "sites": ("số điểm cầu", "sites"),
    "drill": ("diễn tập", "drill"),
    "role": ("vai", "role"),
    "expires_at": ("hết hạn", "expires"),
    "reason": ("lý do", "reason"),
    "count": ("số lượng", "count"),
    "kind": ("định dạng", "format"),
    "first": ("từ số", "from number"),
    "last": ("đến số", "to number"),
    "hash": ("mã băm cuối", "last hash"),
    "file_hash": ("SHA-256 của tệp", "SHA-256 of the file"),
    "upto": ("đến số", "up to number"),
    "since": ("từ", "from"),
    "until": ("đến trước", "before"),
    "actor": ("người thực hiện", "who"),
    "verb": ("việc", "act"),
    "conference_id": ("hội nghị số", "conference number"),
    "object": ("đối tượng", "object"),
    "refused": ("bị từ chối", "refused"),
    "text": ("tìm chữ", "words"),
}
"""Key of a value that an event keeps → what the page calls it."""

ROLES: dict[str, tuple[str, str]] = {
    "system_admin": ("quản trị hệ thống", "administrator"),
    "scheduler": ("xếp lịch", "scheduler"),
    "approver": ("duyệt lịch", "approver"),
    "host_registrar": ("đăng ký lịch họp", "registrar of the host"),
    "host_head": ("lãnh đạo cơ quan chủ trì", "head of the host body"),
    "chair": ("người chủ trì", "chair"),
    "local_chair": ("người chủ trì tại điểm cầu", "local chair"),
    "subject_specialist": ("cán bộ chuyên môn", "subject officer"),
    "control_operator": ("trung tâm điều khiển", "control centre"),
    "host_site_operator": ("kỹ thuật điểm cầu chủ trì", "technician of the host site"),
    "site_operator": ("kỹ thuật điểm cầu", "technician of a site"),
    "site_leader": ("lãnh đạo điểm cầu", "leader of a site"),
    "network_manager": ("quản lý mạng", "network manager"),
    "telecom_partner": ("doanh nghiệp viễn thông", "telecom company"),
    "power_partner": ("điện lực", "power company"),
    "service_provider": ("nhà cung cấp dịch vụ", "service provider"),
    "police_reviewer": ("công an kiểm tra", "police reviewer"),
    "finance_reviewer": ("tài chính thẩm tra", "finance reviewer"),
    "quota_authority": ("cấp giao định mức", "quota authority"),
    "auditor": ("kiểm tra viên", "auditor"),
    "participant": ("đại biểu", "participant"),
}
"""Role → what the page calls it."""
