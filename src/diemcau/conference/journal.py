"""Log lines: the words for each event, in both languages. A table, so that one look tells all."""

from diemcau.audit.models import Event
from diemcau.protocol.desk import LogLine

VERBS: dict[str, tuple[str, str]] = {
    "conference.scheduled": ("lập hội nghị", "scheduled the conference"),
    "conference.joining": ("mở kết nối", "opened for connections"),
    "conference.opened": ("khai mạc hội nghị", "declared the opening"),
    "conference.closed": ("kết thúc hội nghị", "closed the conference"),
    "floor.given": ("trao quyền phát biểu cho {}", "gave the floor to {}"),
    "floor.taken_back": ("thu quyền phát biểu của {}", "took the floor back from {}"),
    "floor.ended": ("{} kết thúc phát biểu", "{} ended its turn"),
    "floor.muted_all": ("tắt micro tất cả điểm cầu", "muted all sites"),
    "microphone.host_opened": ("mở micro chủ trì", "opened the host's microphone"),
    "microphone.host_closed": ("tắt micro chủ trì", "closed the host's microphone"),
    "microphone.locked": ("khóa micro {}", "locked the microphone of {}"),
    "microphone.unlocked": ("mở khóa micro {}", "unlocked the microphone of {}"),
    "scene.taken": ("lên hình {}", "took {}"),
    "scene.prepared": ("chuẩn bị {}", "prepared {}"),
    "desk.undone": ("hoàn tác", "undid the last step"),
    "desk.redone": ("làm lại", "did the step again"),
    "site.waiting": ("{} chờ vào", "{} waits to be admitted"),
    "site.joined": ("{} vào phòng họp", "{} joined"),
    "site.admitted": ("cho {} vào", "admitted {}"),
    "site.admitted_all": ("cho vào tất cả điểm cầu trong danh sách", "admitted all listed sites"),
    "site.removed": ("mời {} ra", "removed {}"),
    "site.left": ("{} rời hội nghị", "{} left"),
    "site.connected": ("{} đã kết nối", "{} connected"),
    "site.lost": ("{} mất kết nối", "{} lost its connection"),
    "site.refused_entry": ("{} không được vào", "{} was not let in"),
    "site.elsewhere": (
        "thiết bị thứ hai xin vào {}",
        "a second device asks for the place of {}",
    ),
    "site.replaced": ("{} chuyển sang thiết bị khác", "{} moved to another device"),
    "site.takeover_declined": (
        "không cho chuyển thiết bị của {}",
        "declined to move {} to another device",
    ),
    "request.asked": ("{} đăng ký phát biểu", "{} asks for the floor"),
    "request.withdrawn": ("{} rút đăng ký", "{} withdrew its request"),
    "request.declined": ("bỏ đăng ký của {}", "declined the request of {}"),
    "share.permitted": ("cho {} chia sẻ màn hình", "let {} share its screen"),
    "share.ended": ("dừng quyền chia sẻ của {}", "ended sharing by {}"),
    "control.granted": ("giao quyền điều khiển cho {}", "gave control to {}"),
    "control.withdrawn": ("thu quyền điều khiển của {}", "took control back from {}"),
    "desk.ended": ("bàn của {} hết quyền", "the right of {}'s desk ended"),
    "site.right_ended": ("tài khoản của {} hết quyền", "the right of {}'s account ended"),
    "guest.invited": ("mời khách {}", "invited the guest {}"),
    "guest.withdrawn": ("thu hồi lời mời {}", "withdrew the invitation of {}"),
    "drill.sites_added": ("thêm điểm cầu mô phỏng", "added simulated sites"),
    "live.refused": (
        "vào từ máy thứ hai bằng cùng tài khoản",
        "entered from a second device with the same account",
    ),
    "live.moved": (
        "chuyển tài khoản sang máy khác",
        "moved the account to another device",
    ),
    "link.issued": ("cấp liên kết đăng nhập cho {}", "issued a sign-in link for {}"),
}
"""Verb of an event → what the log says; ``{}`` is the site's name."""


def verb_text(verb: str, site: str) -> tuple[str, str]:
    """Return the words for a verb about a site, in Vietnamese and English."""
    vi, en = VERBS[verb]
    return vi.replace("{}", site).strip(), en.replace("{}", site).strip()


def line(event: Event, site: str) -> LogLine:
    """Return the log line of an event; ``site`` is the name of what it is about."""
    vi, en = verb_text(event.verb, site)
    if event.refused:
        vi, en = f"{vi}: {event.reason_vi}", f"{en}: {event.reason_en}"
    return LogLine(
        id=event.pk,
        at=event.at,
        actor=event.actor_name,
        text_vi=vi,
        text_en=en,
        refused=event.refused,
    )
