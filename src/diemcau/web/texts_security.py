"""The words of the pages that refuse for the sake of security."""

TEXTS: dict[str, tuple[str, str]] = {
    "too_many": ("Gửi quá nhiều yêu cầu", "Too many requests"),
    "too_many_wait": ("Đợi", "Wait"),
    "too_many_then": ("giây rồi làm lại.", "seconds, then do it again."),
}
"""Key → Vietnamese, English."""
