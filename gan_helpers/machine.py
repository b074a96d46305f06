"""Is this machine ready for the course? Each finding says what was found and, if it won't do, the cure."""

import ctypes
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gan_helpers import settings

PYTHON_FROM, PYTHON_BELOW = (3, 11), (3, 14)
DISK_GB, MEMORY_GB = 2.0, 4.0
PACKAGES = ("tensorflow", "keras", "jupyterlab", "ipywidgets", "anywidget", "elpv-dataset")
WINDOWS_AVX_FEATURE = 39  # PF_AVX_INSTRUCTIONS_AVAILABLE of IsProcessorFeaturePresent


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it will do, what was found, and the cure (empty if it will do)."""

    name: str
    ready: bool
    found: str
    cure: str = ""


def facts():
    """Gather what `judge` needs to know about this machine, as a dict; nothing heavy is imported."""
    import psutil

    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    return {
        "python": sys.version_info[:3],
        "architecture": platform.machine(),
        "avx": _has_avx(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "memory_gb": psutil.virtual_memory().available / 1e9,
        "disk_gb": shutil.disk_usage(settings.home()).free / 1e9,
        "packages": versions,
    }


def judge(known):
    """Turn facts into findings, one each for Python, processor, memory, disk and packages.

    Parameters
    ----------
    known : dict
        As `facts` returns it.

    Returns
    -------
    list of Finding
    """
    python = ".".join(map(str, known["python"]))
    age = "old" if known["python"][:2] < PYTHON_FROM else "new"
    missing = [name for name, version in known["packages"].items() if version is None]
    versions = ", ".join(f"{name} {version}" for name, version in known["packages"].items() if version is not None)
    return [
        _finding(
            "Python",
            PYTHON_FROM <= known["python"][:2] < PYTHON_BELOW,
            python,
            f"Python {python} is too {age} for TensorFlow here; install 3.11, 3.12 or 3.13 and run `make lab` again.",
        ),
        _finding(
            "Processor",
            known["avx"],
            f"{known['cores']} core{'s' if known['cores'] != 1 else ''}, {known['architecture']}",
            "This processor lacks AVX, which TensorFlow needs; use a computer made after 2012.",
        ),
        _finding(
            "Memory",
            known["memory_gb"] >= MEMORY_GB,
            f"{known['memory_gb']:.1f} GB free",
            f"Lessons need {MEMORY_GB:.0f} GB of free memory; close other programs or other notebooks' kernels.",
        ),
        _finding(
            "Disk",
            known["disk_gb"] >= DISK_GB,
            f"{known['disk_gb']:.1f} GB free",
            f"Keep {DISK_GB:.0f} GB free on the disk of your home folder; delete something there.",
        ),
        _finding(
            "Packages",
            not missing,
            versions or "none",
            f"Not installed: {', '.join(missing)}. Run `make lab` again, or `pip install -e .` in the course's folder.",
        ),
    ]


def check():
    """Look at this machine: return a list of `Finding`, in the order to read them."""
    return judge(facts())


def report():
    """Show the findings as a card in the notebook."""
    from gan_helpers.lesson import cards

    findings = check()
    ready = all(finding.ready for finding in findings)
    head = "This machine is ready" if ready else "Something is missing"
    rows = [[f.name, ("✓ " if f.ready else "✗ ") + f.found, "" if f.ready else f.cure] for f in findings]
    headings = ("", "found", "what to do")
    if ready:
        headings, rows = headings[:2], [row[:2] for row in rows]
    body = cards.table(headings, [[cards.text(cell) for cell in row] for row in rows])
    colour = cards.GOOD if ready else cards.WARN
    plain = "\n".join([head, *("  ".join(filter(None, row)) for row in rows)])
    cards.show(cards.card("Your machine", f"<strong>{head}</strong>", [body], colour=colour), plain)


def _finding(name, ready, found, cure):
    return Finding(name, bool(ready), found, "" if ready else cure)


def _has_avx():
    """Say whether TensorFlow's instructions are there; only Intel's architecture needs AVX."""
    if platform.machine().lower() not in ("x86_64", "amd64", "i386", "i686"):
        return True
    system = platform.system()
    if system == "Windows":
        return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(WINDOWS_AVX_FEATURE))
    if system == "Darwin":
        asked = subprocess.run(["sysctl", "-n", "machdep.cpu.features"], capture_output=True, text=True, check=False)
        return "AVX" in asked.stdout
    return "avx" in Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
