"""The machine check: each thing that is missing gets its sentence."""

import pytest

from gan_helpers import machine

FINE = {
    "python": (3, 12, 1),
    "architecture": "x86_64",
    "avx": True,
    "cores": 2,
    "memory_gb": 8.0,
    "disk_gb": 20.0,
    "packages": {"tensorflow": "2.21.0", "keras": "3.15.1"},
}


def test_a_machine_with_everything_is_ready():
    findings = machine.judge(FINE)
    assert all(finding.ready for finding in findings)
    assert not any(finding.cure for finding in findings)


@pytest.mark.parametrize(
    ("fact", "name", "words"),
    [
        ({"python": (3, 14, 0)}, "Python", "too new"),
        ({"python": (3, 10, 9)}, "Python", "too old"),
        ({"avx": False}, "Processor", "AVX"),
        ({"memory_gb": 1.2}, "Memory", "close other"),
        ({"disk_gb": 0.3}, "Disk", "delete"),
        ({"packages": {"tensorflow": None, "keras": "3.15.1"}}, "Packages", "tensorflow"),
    ],
)
def test_what_is_missing_is_named_with_its_cure(fact, name, words):
    wanting = [finding for finding in machine.judge(FINE | fact) if not finding.ready]
    assert [finding.name for finding in wanting] == [name]
    assert words in wanting[0].cure


def test_this_machine_is_looked_at():
    known = machine.facts()
    assert known["memory_gb"] > 0.1
    assert known["cores"] >= 1
    assert known["packages"]["tensorflow"]
    assert known.keys() == FINE.keys()


def test_the_report_says_in_plain_text_what_to_do(capsys, monkeypatch):
    monkeypatch.setattr(machine, "facts", lambda: FINE | {"disk_gb": 0.1})
    machine.report()
    told = capsys.readouterr().out
    assert "Something is missing" in told
    assert "Keep 2 GB free" in told
