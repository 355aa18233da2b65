"""How many processors there are."""

from pathlib import Path

import pytest

from kg import processors


@pytest.mark.parametrize(
    "files, number",
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "200000 100000\n"}, 2),
        ({"cpu.max": "150000 100000\n"}, 2),
        ({"cpu.max": "10000 100000\n"}, 1),
        ({"cpu.max": "9999999 100000\n"}, 8),
        ({"cpu.max": "nonsense"}, 8),
        ({"cpu.cfs_quota_us": "300000\n", "cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, 8),
        ({"cpu.cfs_quota_us": "300000\n"}, 8),
    ],
)
def test_a_container_may_have_a_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], number: int
) -> None:
    """Of eight processors, in control groups of either version; a part of one is one."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(processors, "_QUOTAS", (tmp_path / "cpu.max", tmp_path / "cpu.cfs_quota_us"))
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="ascii")

    assert processors.processors() == number
