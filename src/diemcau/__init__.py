"""diemcau: plan, hold and record the video conferences of a Vietnamese province."""
