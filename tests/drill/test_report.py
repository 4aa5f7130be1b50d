"""The findings of a drill."""

from diemcau.drill.report import Report, percentile, shown, summary


def test_one_failed_check_fails_the_drill() -> None:
    report = Report("Diễn tập")
    report.check("Nghe tiếng chủ trì", True)
    report.note("Mục tiêu", "chưa đạt")
    assert report.ok
    report.check("Thấy hình", False, "không thấy")
    assert not report.ok
    assert report.text().splitlines() == [
        "Diễn tập",
        "  ✓ Nghe tiếng chủ trì",
        "  · Mục tiêu: chưa đạt",
        "  ✗ Thấy hình: không thấy",
        "Diễn tập không đạt: 1 mục sai.",
    ]


def test_a_site_that_is_missing_from_the_times_fails_the_check() -> None:
    report = Report("Diễn tập")
    assert report.times("Khai mạc", [0.1, 0.2], expected=2)
    assert not report.times("Khai mạc", [0.1], expected=2)
    assert report.times("Khai mạc", [])


def test_times_are_told_as_people_read_them() -> None:
    assert shown(0.0714) == "71 ms"
    assert shown(1.257) == "1,26 s"


def test_percentiles_are_times_that_were_measured() -> None:
    hundred = [n / 100 for n in range(1, 101)]
    assert percentile(hundred, 0.95) == 0.95
    assert percentile([0.5], 0.95) == 0.5
    assert summary(()) == {}
    assert summary((0.1, 0.3)) == {"n": 2, "p50": 0.2, "p95": 0.3, "max": 0.3}
