"""The package as a whole: it costs nothing to import, and its rooms' arrows point down."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gan_helpers
from gan_helpers import settings

PACKAGE = Path(gan_helpers.__file__).parent
# from the ground up; a room may import only rooms before it
ORDER = [
    "settings",
    "parts",
    "decisions",
    "process",
    "losses",
    "generation",
    "precision",
    "networks",
    "datasets",
    "measured",
    "balance",
    "autoencoders",
    "gan",
    "tabular",
    "replicas",
    "clinic",
    "detectors",
    "classifier",
    "deploy",
    "archive",
    "checkpoints",
    "explain",
    "plots",
    "widgets",
    "lesson",
    "capstone",
    "machine",
    "exercises",
]


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def rooms_imported_by(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "gan_helpers":
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gan_helpers."):
            yield node.module.split(".")[1]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_arrows_point_down(path):
    if path == PACKAGE / "__init__.py":
        return
    room = room_of(path)
    assert room in ORDER, f"{room} has no place in the order of rooms"
    above = {name for name in rooms_imported_by(path) if name != room and ORDER.index(name) >= ORDER.index(room)}
    assert not above, f"{path.name} imports {above}, which stand above {room}"


def modules_after(code):
    """Return the names of the modules loaded by a fresh Python that runs the code."""
    asked = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(asked.stdout.split())


def test_importing_the_package_imports_no_room_and_no_heavy_library():
    loaded = modules_after("import gan_helpers")
    assert not {"tensorflow", "keras", "numpy", "pandas"} & loaded
    assert not {name for name in loaded if name.startswith("gan_helpers.")}


@pytest.mark.parametrize(
    "room",
    [
        "archive",
        "balance",
        "capstone",
        "datasets",
        "decisions",
        "deploy",
        "detectors",
        "explain",
        "measured",
        "parts",
        "plots",
        "process",
        "tabular",
        "lesson",
        "machine",
        "widgets",
    ],
)
def test_rooms_that_train_nothing_do_not_load_tensorflow(room):
    assert "tensorflow" not in modules_after(f"import gan_helpers\ngan_helpers.{room}")


@pytest.mark.slow
def test_tensorflow_starts_without_a_word():
    code = "from gan_helpers import settings\nsettings.seed_everything()\nimport keras\nkeras.ops.ones(3) + 1"
    spoken = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert spoken.stdout == ""
    assert spoken.stderr == ""


def test_an_unknown_room_is_named_with_those_there_are():
    with pytest.raises(AttributeError, match=r"attic.*datasets"):
        gan_helpers.attic  # noqa: B018


class TestSettings:
    def test_the_budget_is_lesson_unless_said_otherwise(self, monkeypatch):
        monkeypatch.delenv("GAN_QC_BUDGET", raising=False)
        assert settings.budget() == "lesson"
        assert settings.by_budget(smoke=1, lesson=2, full=3) == 2
        monkeypatch.setenv("GAN_QC_BUDGET", "full")
        assert settings.by_budget(smoke=1, lesson=2, full=3) == 3

    def test_an_unknown_budget_is_named(self, monkeypatch):
        monkeypatch.setenv("GAN_QC_BUDGET", "lavish")
        with pytest.raises(ValueError, match=r"lavish.*smoke, lesson, full"):
            settings.budget()

    def test_home_is_made_where_the_learner_wants_it(self, empty_home):
        assert settings.home() == empty_home
        assert empty_home.is_dir()

    def test_seeding_repeats_every_generator(self):
        import random

        import keras
        import numpy as np

        def draws():
            settings.seed_everything(5)
            return random.random(), np.random.rand(), float(keras.random.normal((1,))[0])  # noqa: NPY002

        assert draws() == draws()
