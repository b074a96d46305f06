"""Small colour pictures: CIFAR-10 where Keras has it on this disk already, plates under coloured light otherwise.

Nothing is ever downloaded. The plates stand between three groups of lamps, red, green and blue, a third of a turn
apart: a facet shows in the colour of the lamps that it faces, so that one colour photograph tells how a surface
slopes. That is photometric stereo (Woodham 1980, doi:10.1117/12.7972479) in a single shot (Hernández et al. 2007,
doi:10.1109/ICCV.2007.4408939).
"""

import os
import pickle
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gan_helpers import parts, settings
from gan_helpers.datasets.partset import DataError, DataWarning

HELD_OUT_SHARE = 0.5  # held-out pictures per picture to learn from
LOT_SIZE = 4
ONE_SIDED = 0.5  # how much stronger than the ring's mean the lamps on a colour's own side are
CIFAR_SIDE = 32
SOURCES = ("cifar10", "plates")
CIFAR_FOLDERS = ("cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py")  # Keras 3.7 on, and before
CIFAR_TRAIN, CIFAR_TEST = tuple(f"data_batch_{number}" for number in range(1, 6)), ("test_batch",)
_PLAIN = {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}
_ARRAY_MAKERS = {f"numpy.{core}.multiarray" for core in ("core", "_core")}


@dataclass(frozen=True, eq=False)
class ColourImages:
    """Colour pictures to learn from, and others to compare with.

    Parameters
    ----------
    train, held_out : numpy.ndarray
        float32 (n, h, w, 3) in [0, 1]; no plate or lot is in both.
    title : str
        What the pictures show.
    source, licence : str
        Where they come from, and on which terms they may be used.
    """

    train: np.ndarray
    held_out: np.ndarray
    title: str
    source: str
    licence: str

    def __repr__(self):
        n, height, width, _ = self.train.shape
        return f"{n:,} {self.title}, {height}x{width} in colour, and {len(self.held_out):,} held out"


def load_colour_images(n=1000, *, size=32, source=None, seed=settings.SEED):
    """Load small colour pictures without the internet.

    At 32 pixels they are CIFAR-10's if ``keras.datasets`` has fetched it before. Otherwise good cover plates are
    rendered, each three times: under the lamps that are to be red, green and blue. (The three exposures share their
    photon noise, which a real camera's would not.)

    Parameters
    ----------
    n : int
        Pictures to learn from; half as many more are held out.
    size : int
        Side in pixels, 32 to 128.
    source : {None, "cifar10", "plates"}
        Insist on one of the two.
    seed : int
        Decides which pictures are drawn; plates are dealt to the two sides by lot.

    Returns
    -------
    ColourImages

    Raises
    ------
    DataError
        If an argument is out of range, if CIFAR-10 has fewer pictures than asked for, or isn't there although it was
        insisted on.

    Warns
    -----
    DataWarning
        If CIFAR-10 is there but can't be read; plates serve then.
    """
    if n < 2:
        raise DataError(f"n is {n}; ask for two pictures or more.")
    if not 32 <= size <= 128:
        raise DataError(f"size is {size}; give a side of 32 to 128 pixels.")
    if source not in (None, *SOURCES):
        raise DataError(f"source is {source!r}; choose one of {', '.join(SOURCES)}, or leave it out.")
    folder = cifar_folder() if size == CIFAR_SIDE and source != "plates" else None
    if source == "cifar10" and folder is None:
        raise DataError(
            f"CIFAR-10 isn't on this disk at a size of {size}: keras.datasets.cifar10.load_data() fetches it, at 32."
        )
    if folder is None:
        return _plates(n, size, seed)
    try:
        return _cifar(folder, n, seed)
    except OSError as problem:
        sentence = f"{folder} can't be read as CIFAR-10 ({problem})"
        cure = "Delete the folder, and keras.datasets.cifar10.load_data() fetches it again."
        if source == "cifar10":
            raise DataError(f"{sentence}. {cure}") from problem
        warnings.warn(f"{sentence}; plates serve instead. {cure}", DataWarning, stacklevel=2)
        return _plates(n, size, seed)


def cifar_folder():
    """Return the folder in which Keras keeps CIFAR-10, unpacked; None where there is none."""
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    return next((home / "datasets" / folder for folder in CIFAR_FOLDERS if (home / "datasets" / folder).is_dir()), None)


def _cifar(folder, n, seed):
    rng = np.random.default_rng(seed)
    sides = [_drawn(folder, names, wanted, rng) for names, wanted in ((CIFAR_TRAIN, n), (CIFAR_TEST, _held_out(n)))]
    return ColourImages(
        *sides,
        title="photographs of ten kinds of things (CIFAR-10)",
        source="Krizhevsky 2009, Learning multiple layers of features from tiny images",
        licence="not stated; cite the source",
    )


def _drawn(folder, names, wanted, rng):
    """Draw pictures from as many of the files as are needed; float32 (wanted, 32, 32, 3)."""
    pixels, found = [], 0
    for name in names:
        if found >= wanted:
            break
        pixels.append(_pixels(folder / name))
        found += len(pixels[-1])
    if found < wanted:
        raise DataError(f"{folder} holds {found:,} pictures in {names[0]} and its like; ask for no more than that.")
    rows = rng.permutation(found)[:wanted]
    planes = np.concatenate(pixels)[rows].reshape(-1, 3, CIFAR_SIDE, CIFAR_SIDE)
    return planes.transpose(0, 2, 3, 1).astype(np.float32) / 255


def _pixels(path):
    """Read one file of CIFAR-10, a pickled dictionary: uint8 (n, 3072); OSError if it is anything else."""
    with path.open("rb") as file:
        try:
            pixels = _ArraysOnly(file, encoding="bytes").load()[b"data"]
        except Exception as problem:  # a damaged pickle may raise anything
            raise OSError(f"{path.name}: {problem!r}") from problem
    if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8 or pixels.shape[1:] != (3 * CIFAR_SIDE**2,):
        raise OSError(f"{path.name} holds no pictures of 32x32x3 bytes")
    return pixels


class _ArraysOnly(pickle.Unpickler):
    """Read pickled arrays and plain values; refuse to run anything else that a pickle may hold."""

    def find_class(self, module, name):
        if (module, name) in _PLAIN or (module in _ARRAY_MAKERS and name == "_reconstruct"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it wants to run {module}.{name}")


def _held_out(n):
    return max(1, round(HELD_OUT_SHARE * n))


def _plates(n, size, seed):
    lots_to_learn, lots_held_out = -(-n // LOT_SIZE), -(-_held_out(n) // LOT_SIZE)
    table = parts.simulate_line((lots_to_learn + lots_held_out) * LOT_SIZE, seed, lot_size=LOT_SIZE)
    table["kind"], table["severity"] = parts.GOOD, 0.0
    lots = np.random.default_rng(seed).permutation(table["lot"].unique())
    learns = table["lot"].isin(lots[:lots_to_learn])
    return ColourImages(
        *(_photographed(table[side][:wanted], size) for side, wanted in ((learns, n), (~learns, _held_out(n)))),
        title="cover plates under red, green and blue lamps",
        source="rendered by gan_helpers.parts",
        licence="MIT",
    )


def _photographed(table, size):
    """Photograph parts under three groups of lamps; float32 (n, size, size, 3)."""
    colours = []
    for turn in np.arange(3) * 2 * np.pi / 3:
        lit = table.assign(
            light_turn=table["light_turn"] + turn,
            light_balance_x=table["light_balance_x"] + ONE_SIDED * np.cos(turn),
            light_balance_y=table["light_balance_y"] + ONE_SIDED * np.sin(turn),
        )
        fine = parts.render_parts(lit, 2 * size)[0].astype(np.float32)
        # four fine pixels to one: less noise and cleaner edges than rendered at once
        colours.append(fine.reshape(len(table), size, 2, size, 2).mean(axis=(2, 4)) / 255)
    return np.stack(colours, axis=-1)
