"""The learner's photographs, whatever they gave: a split to work with, and a card that says what came of it.

`datasets.load_folder` reads folders and says in a sentence what is wrong. Here nothing is raised: a notebook that stops
at its first cell teaches nobody, so the lesson goes on with the solar cells and says so.
"""

import shutil
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from gan_helpers import datasets
from gan_helpers.datasets.layout import CAMERA_SUFFIXES, opened
from gan_helpers.datasets.names import hidden, means_bad, told_by, words_of
from gan_helpers.datasets.reading import SUFFIXES
from gan_helpers.lesson import cards

FEWEST_TO_TRAIN = 4  # the repair GAN teaches two networks from a half each, and one part shows no variation
NAMED = 3
PREFIXES = 10  # more first words than that are no naming scheme


@dataclass(frozen=True, eq=False)
class Photographs:
    """What `load_photographs` gives; shown as a card in a notebook.

    Attributes
    ----------
    split : datasets.Split
    own : bool
        Whether these are the learner's own photographs.
    problem : str
        Why the learner's own could not be used, with the cure; empty if all is well.
    notes : tuple of str
        What is usable but unusual, one sentence each.
    """

    split: datasets.Split
    own: bool
    problem: str = ""
    notes: tuple = ()

    @property
    def title(self):
        """What the set is called."""
        return self.split.test.title

    def _told(self):
        if self.problem:
            headline = "**Your photographs could not be used. The lesson goes on with the solar cells.**"
        elif self.own:
            headline = "**Your own photographs are loaded.**"
        else:
            headline = "**The solar cells are loaded.** Name your own folder in this cell, whenever you like."
        sides = [(name, getattr(self.split, name)) for name in ("train", "calibration", "test")]
        return headline, [line for line in self.problem.splitlines() if line], sides

    def __repr__(self):
        headline, problem, sides = self._told()
        counts = [f"  {name}: {parts!r}" for name, parts in sides]
        return "\n".join([headline.replace("**", ""), *problem, *counts, *(f"Note: {note}" for note in self.notes)])

    def _repr_html_(self):
        headline, problem, sides = self._told()
        body = [f'<p style="margin:.5em 0 0">{cards.html.escape(line)}</p>' for line in problem]
        body.append(cards.table(("for", "good", "defective", "groups"), [_counts(*side) for side in sides]))
        notes = "".join(f"<li>{cards.html.escape(note)}</li>" for note in self.notes)
        body.append(f'<p style="margin:.6em 0 0">Good to know:</p><ul style="margin:.2em 0 0">{notes}</ul>')
        colour = cards.WARN if self.problem else cards.GOOD if self.own else cards.CALM
        return cards.card("Photographs", cards.text(headline), body if notes else body[:-1], colour=colour)


def load_photographs(photographs=None, *, size=64):
    """Load the learner's photographs, or the solar cells where there are none or they cannot be used.

    Parameters
    ----------
    photographs : path-like, optional
        A folder in MVTec AD layout, a folder with one folder of good parts beside folders of defective ones, a folder
        without sub-folders (a name that holds a word such as bad or nok marks a defect), or a .zip of any of these.
    size : int
        Side of the loaded images in pixels.

    Returns
    -------
    Photographs
        With ``problem`` and the solar cells if the folder cannot be used. Nothing is raised on its account.
    """
    if photographs is None:
        return Photographs(datasets.load_solar_cells(size), own=False)
    try:
        split, notes = _load(photographs, size)
        return Photographs(split, own=True, notes=notes)
    except datasets.DataError as problem:
        told = str(problem)
    except Exception as problem:  # a disk that went away, a right that is missing: the reader gets a sentence as well
        told = (
            f"{photographs!r} could not be read ({type(problem).__name__}: {problem}); copy the folder and try again."
        )
    return Photographs(datasets.load_solar_cells(size), own=False, problem=told)


def _load(photographs, size):
    """Return (split, notes) of what is at a path."""
    if not str(photographs).strip() or isinstance(photographs, int | float):
        raise datasets.DataError(
            f"photographs is {photographs!r}; write the path of a folder in quotation marks, or None."
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", datasets.DataWarning)
        split, notes = _load_flat(photographs, size)
        if split is None:
            split = datasets.load_folder(photographs, size=size)
            notes = _kinds(split)
    notes += [str(warning.message) for warning in caught if issubclass(warning.category, datasets.DataWarning)]
    if len(split.train) < FEWEST_TO_TRAIN:
        raise datasets.DataError(
            f"{split.test.title} leaves {len(split.train)} good photographs to learn from, after some were held "
            f"out for calibration and test; take {FEWEST_TO_TRAIN} at the very least, and better a hundred.\n"
            + "\n".join(notes)
        )
    return split, tuple(notes)


def _kinds(split):
    """Say which folders were taken for kinds of defect."""
    kinds = Counter(split.test.defective.kinds.tolist())
    if not kinds:
        return []
    return [f"Taken for defective: {', '.join(f'{kind} ({n})' for kind, n in sorted(kinds.items()))}."]


def _load_flat(photographs, size):
    """Load a folder that has photographs and no folders, as if they lay in good and defective; or (None, [])."""
    path = Path(photographs).expanduser()
    with opened(path) as root:
        files = [file for file in sorted(root.iterdir()) if not hidden(file)]
        images = [file for file in files if file.suffix.lower() in (*SUFFIXES, *CAMERA_SUFFIXES)]
        if not images or any(file.is_dir() for file in files):
            return None, []
        title = path.stem if path.is_file() else path.resolve().name
        bad = [file for file in files if told_by(file.stem) == "bad"]
        if means_bad(title) and not any(told_by(file.stem) for file in images):
            raise datasets.DataError(
                f"{title} holds photographs side by side and no good ones, by its name; give the folder above it, "
                "which holds the good ones as well."
            )
        note = _side_by_side([file for file in images if file.suffix.lower() in SUFFIXES] or images, bad)
        with tempfile.TemporaryDirectory() as staged:
            root = Path(staged) / title
            for file in files:  # all of them: what cannot be read shall be named, not left out
                place = root / ("defective" if file in bad else "good")
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy2(file, place / file.name)
            try:
                split = datasets.load_folder(root, size=size)
            except datasets.DataError as problem:
                raise datasets.DataError(f"{problem}\n{note}") from None
    return split, [note]


def _side_by_side(images, bad):
    """Say which of the photographs of one folder were taken for defective, and by what."""
    bad = [file.name for file in images if file in bad]
    names = f" ({', '.join(bad[:NAMED])}{', ...' if len(bad) > NAMED else ''})" if bad else ""
    told = (
        f"{len(images)} photographs lie side by side. Taken for defective: {len(bad)}{names}, whose names hold a word "
        f"such as bad, nok or defect; for good: the other {len(images) - len(bad)}."
    )
    starts = Counter(next((w for w in words_of(file.stem) if not w.isdigit()), "a number") for file in images)
    if not bad and 1 < len(starts) <= PREFIXES:
        told += f" The names begin with {', '.join(f'{start} ({n})' for start, n in starts.most_common())}."
    return f"{told} Put them into two folders, good and defective, to leave no doubt."


def _counts(name, parts):
    groups = f"{len(parts.group_names)}" if parts.group_names else "not known"
    return name, f"{len(parts.good):,}", f"{len(parts.defective):,}", groups
