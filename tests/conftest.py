"""Keep the tests away from the learner's own folder, and let them import the notebooks' maker."""

import os
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "notebooks"))

# on busy cores a single example may take long, and says nothing by it
hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("busy")

# Set before any test imports the package; kernels and other child processes inherit it.
os.environ["GAN_QC_HOME"] = tempfile.mkdtemp(prefix="gan_qc_tests_")
os.environ.setdefault("GAN_QC_BUDGET", "smoke")
os.environ.pop("GAN_QC_STRICT", None)


@pytest.fixture
def empty_home(tmp_path, monkeypatch):
    """Give the test a learner's folder of its own; without it, tests share one (and the data rendered into it)."""
    monkeypatch.setenv("GAN_QC_HOME", str(tmp_path / "home"))
    return tmp_path / "home"
