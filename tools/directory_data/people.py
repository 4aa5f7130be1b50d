"""Invented technicians: ordinary Vietnamese names, with those of the peoples who live in an area.

The same site key always gives the same name, so that a new run of `make.py` changes nothing. No
name is that of a person known to the project; whoever runs an installation replaces them.
"""

import hashlib
from collections.abc import Sequence

_FAMILIES = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan",
    "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trương", "Mai", "Tạ",
)  # fmt: skip
_MEN = (
    ("Văn", "Đức", "Minh", "Quốc", "Hữu", "Thanh", "Ngọc", "Anh", "Xuân", "Công"),
    ("Sơn", "Hùng", "Dũng", "Tuấn", "Thắng", "Long", "Phúc", "Khánh", "Bình", "Hải", "Nam",
     "Trung", "Kiên", "Toàn", "Vinh", "Lâm", "Quân", "Đạt", "Tín", "Hiếu", "Nghĩa", "Phong"),
)  # fmt: skip
_WOMEN = (
    ("Thị", "Thị", "Ngọc", "Thu", "Thanh", "Phương", "Kim", "Mỹ"),
    ("Lan", "Hoa", "Hương", "Mai", "Hạnh", "Nga", "Thủy", "Trang", "Vân", "Hiền", "Nhung",
     "Tuyết", "Dung", "Yến", "Thảo", "Ngân", "Quỳnh", "Liên", "Bích", "Thu"),
)  # fmt: skip
_NEXT_TO = {
    "koho": (
        ("K’", "K’", "Ka", "Rơ Ông Hà", "Cil Múp Ha", "Liêng Hót Ha", "Kon Sơ Ha", "Lơ Mu Ha"),
        ("Brìu", "Thịnh", "Tẻo", "Nhàn", "Sinh", "Wel", "Dung", "Thương", "Chương", "Krong"),
    ),
    "mnong": (
        ("Điểu", "Điểu K’", "Y", "H’", "Thị", "K’"),
        ("Mâu", "Xuân", "Krang", "Lơi", "Srung", "Khoăn", "Nhơi", "Brah", "Tâm", "Hiền"),
    ),
    "cham": (
        ("Thông Văn", "Lư Thị", "Qua Đình", "Bá Văn", "Đàng Năng", "Thành Ngọc", "Kinh Thị"),
        ("Minh", "Hạnh", "Sơn", "Thiệt", "Quảng", "Phú", "Đông", "Loan", "Trí", "Nhuận"),
    ),
    "jrai": (
        ("Rơ Châm", "Siu", "Ksor", "Rmah", "Kpă", "Nay", "Rơ Lan", "Rcom"),
        ("H’Lan", "Hưng", "Blinh", "H’Nga", "Tuân", "Thuih", "Y Bơn", "Chung", "H’Mai", "Kơn"),
    ),
    "bahnar": (
        ("Đinh Văn", "Đinh Thị", "Đinh", "Đinh"),
        ("Rơn", "Rơi", "Nghênh", "Bliu", "Hmưnh", "Yang", "Chrôi", "Phưi", "Kroi", "Lếp"),
    ),
    "raglai": (
        ("Cao Minh", "Bo Bo Thị", "Mấu Văn", "Cao Thị", "Tro Văn", "Mấu Thị"),
        ("Thắng", "Yến", "Phi", "Hiên", "Niêm", "Đoàn", "Xuyến", "Bình", "Lý", "Tâm"),
    ),
    "hmong": (
        ("Giàng A", "Sùng Seo", "Vàng A", "Thào Thị", "Má A", "Lù Thị", "Giàng Thị"),
        ("Páo", "Lềnh", "Sử", "Dế", "Chu", "Mỷ", "Dính", "Sáng", "Chơ", "Pàng"),
    ),
    "tay": (
        ("Hoàng Văn", "Nông Thị", "Lương Văn", "Hà Thị", "La Văn", "Ma Thị"),
        ("Thắng", "Hiến", "Thoa", "Bảo", "Tuyên", "Nguyệt", "Đoàn", "Khuyến", "Thiết", "Duyên"),
    ),
    "dao": (
        ("Tẩn Láo", "Chảo Mùi", "Lý Láo", "Phàn A", "Tẩn Mùi", "Triệu Văn"),
        ("Tả", "Khe", "Ú", "San", "Pham", "Nảy", "Phúc", "Lở", "Kinh", "Mẩy"),
    ),
    "taoi": (
        ("Hồ Văn", "Hồ Thị", "A Viết Thị", "Pơ Loong", "Lê Văn", "Kê Thị"),
        ("Tưm", "Nhi", "Minh", "Đăm", "Nghiêm", "Lúp", "Hạnh", "Bưi", "Xiêng", "Thiên"),
    ),
}  # fmt: skip


def technician(site: str, peoples: Sequence[str], taken: set[str], *, often: bool = True) -> str:
    """Return a name for the technician of a site and add it to `taken`.

    `peoples` are those of the area beside the Kinh; every third name is theirs, or every sixth
    when not `often`.
    """
    for attempt in range(1000):
        draw = _Draw(f"{site}/{attempt}")
        name = _of(draw, peoples, often)
        if name not in taken:
            taken.add(name)
            return name
    raise RuntimeError(f"no free name left for {site}")


def _of(draw: "_Draw", peoples: Sequence[str], often: bool) -> str:
    if peoples and draw.below(3 if often else 6) == 0:
        before, given = _NEXT_TO[draw.one_of(peoples)]
        first, last = draw.one_of(before), draw.one_of(given)
        return f"{first}{last}" if first.endswith("’") else f"{first} {last}"
    middle, given = _MEN if draw.below(5) < 3 else _WOMEN
    return f"{draw.one_of(_FAMILIES)} {draw.one_of(middle)} {draw.one_of(given)}"


class _Draw:
    """A row of numbers that a seed decides, the same on every machine."""

    def __init__(self, seed: str) -> None:
        self._rest = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")

    def below(self, bound: int) -> int:
        self._rest, drawn = divmod(self._rest, bound)
        return drawn

    def one_of(self, choices: Sequence[str]) -> str:
        return choices[self.below(len(choices))]
