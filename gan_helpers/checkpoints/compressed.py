"""The shipped small detector of lesson 07, which ``benchmarks/compression.py`` makes."""

from gan_helpers import detectors, measured, settings

STUDENT = "parts-student"


def load_student():
    """Load the shipped student of the repair GAN on parts, 128x128: fewer channels, tuned.

    Raises
    ------
    FileNotFoundError
        If it isn't there; the message names the command that makes it.
    """
    folder = settings.data_folder() / "checkpoints" / STUDENT
    if not (folder / "detector.json").is_file():
        raise FileNotFoundError(
            f"The checkpoint {folder} is missing; make it with `{measured.COMMANDS['compression']}`."
        )
    return detectors.load(folder)
