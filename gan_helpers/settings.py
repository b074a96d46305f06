"""Budget, seeds, paths and a quiet TensorFlow: what every other room may ask for.

Two environment variables steer the course:

``GAN_QC_BUDGET``
    ``smoke`` proves in seconds that a lesson runs, ``lesson`` (the default) fits two laptop cores and the minutes
    promised in a lesson's first cell, ``full`` makes the checkpoints that are shipped.
``GAN_QC_HOME``
    Where progress and rendered data are kept; ``~/.gan_qc`` without it.
"""

import contextlib
import logging
import os
import random
import sys
import tempfile
from pathlib import Path

import numpy as np

BUDGETS = ("smoke", "lesson", "full")
SEED = 2026


def budget():
    """Say how much work the learner asked for: ``smoke``, ``lesson`` or ``full``.

    Raises
    ------
    ValueError
        If ``GAN_QC_BUDGET`` names anything else.
    """
    name = os.environ.get("GAN_QC_BUDGET", "lesson")
    if name not in BUDGETS:
        raise ValueError(f"GAN_QC_BUDGET is {name!r}; set it to one of {', '.join(BUDGETS)}, or unset it.")
    return name


def by_budget(*, smoke, lesson, full):
    """Pick the value that goes with the budget.

    >>> epochs = by_budget(smoke=1, lesson=20, full=200)
    """
    return {"smoke": smoke, "lesson": lesson, "full": full}[budget()]


def home():
    """Return the learner's own folder (created if missing), where progress and rendered data are kept."""
    folder = Path(os.environ.get("GAN_QC_HOME", Path.home() / ".gan_qc"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder():
    """Return the repository's ``data`` folder, or one in `home` where the package is installed without it."""
    beside_the_package = Path(__file__).resolve().parent.parent / "data"
    return beside_the_package if (beside_the_package / "README.md").is_file() else home() / "data"


@contextlib.contextmanager
def error_stream_held_back():
    """Hold back whatever is written to the error stream, by native code too, and show it only if the work fails."""
    error_stream = os.dup(2)
    with tempfile.TemporaryFile() as spoken:
        os.dup2(spoken.fileno(), 2)
        try:
            yield
        except BaseException:
            spoken.seek(0)
            os.write(error_stream, spoken.read())
            raise
        finally:
            os.dup2(error_stream, 2)
            os.close(error_stream)


def quiet_tensorflow():
    """Import TensorFlow without its start-up messages, which look alarming and say nothing to a learner.

    Since TensorFlow 2.19 some of them ignore ``TF_CPP_MIN_LOG_LEVEL``, so the error stream itself is held back during
    the import; if the import fails, what was held back is shown. Every room that trains networks calls this first.

    It also asks for oneDNN's convolutions, which TensorFlow leaves off on processors without AVX512-VNNI: with AVX2
    alone they train the course's networks 1.2 to 1.4 times as fast. What ``TF_ENABLE_ONEDNN_OPTS`` says is kept.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if "tensorflow" in sys.modules:
        return
    with error_stream_held_back():
        import tensorflow  # noqa: F401
    # lessons build many small models on purpose; the advice on how to build fewer would only worry
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def seed_everything(seed=SEED):
    """Seed Python, NumPy, TensorFlow and Keras, so that a lesson gives the same run twice on one machine.

    Other machines and versions differ in the last digits and, over a training, in more than that; lessons
    therefore assert bands, never digits.
    """
    quiet_tensorflow()
    import keras

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries that still draw from the global generator
    keras.utils.set_random_seed(seed)
