"""`PartSet` and `Split`: what every data set of the course looks like once it is loaded."""

from collections import Counter
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

GOOD = "good"


class DataError(ValueError):
    """Data that cannot be used as it is; the message names the file or field, and the cure."""


class DataWarning(UserWarning):
    """Data that can be used, but about which the reader should know something."""


@dataclass(frozen=True, eq=False, repr=False)
class PartSet:
    """Photographs of parts with all that is known about them; row ``i`` of every field is part ``i``.

    The arrays are read-only, so that no lesson changes its data by accident; ``parts.images.copy()`` may be
    written to.

    Parameters
    ----------
    images : array of float, (n, h, w, c)
        In [0, 1], with ``c`` = 1 (grey) or 3 (RGB). Kept as float32.
    labels : array of int, (n,)
        0 = good, 1 = defective. Kept as int8.
    kinds : array of str, (n,), optional
        ``"good"`` or the defect's name. Without it, ``"good"`` and ``"defective"``.
    groups : array of str, (n,), optional
        Lot or module: parts of one group resemble each other and belong on one side of a split. An empty string
        says that the group is not known, which is also the default.
    names : array of str, (n,), optional
        File name or part number. Without it, the row number.
    masks : array of bool, (n, h, w), optional
        True where a pixel belongs to a defect.
    has_mask : array of bool, (n,), optional
        True where the mask is known. Good parts always have one (it is empty); a defective part has one unless
        you say otherwise or its mask is empty.
    table : pandas.DataFrame, optional
        Process data, one row a part.
    title, licence, source : str
        What the set is called, on which terms it may be used, and where it comes from.
    notes : tuple of str
        What was left out or changed on the way here, one sentence each.

    Raises
    ------
    DataError
        If a field has another shape, dtype, length or range than written above.

    Examples
    --------
    >>> parts = PartSet(images=np.zeros((3, 8, 8, 1)), labels=[0, 0, 1], title="plates")
    >>> parts
    PartSet 'plates': 3 parts 8x8x1, 2 good, 1 defective
    >>> parts.good.names.tolist()
    ['0', '1']
    """

    images: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray = None
    groups: np.ndarray = None
    names: np.ndarray = None
    masks: np.ndarray = None
    has_mask: np.ndarray = None
    table: pd.DataFrame = None
    title: str = "parts"
    licence: str = ""
    source: str = ""
    notes: tuple = ()

    def __post_init__(self):
        images = _checked_images(self.images)
        n = len(images)
        labels = _checked_labels(self.labels, n)
        kinds = _texts("kinds", self.kinds, n, np.where(labels == 0, GOOD, "defective"))
        if (wrong := np.flatnonzero((kinds == GOOD) != (labels == 0))).size:
            i = wrong[0]
            raise DataError(
                f"kinds[{i}] is '{kinds[i]}' but labels[{i}] is {labels[i]}; label 0 goes with kind 'good', "
                "and label 1 with the name of a defect."
            )
        masks, has_mask = _checked_masks(self.masks, self.has_mask, labels, images.shape)
        checked = {
            "images": images,
            "labels": labels,
            "kinds": kinds,
            "groups": _texts("groups", self.groups, n, np.full(n, "")),
            "names": _texts("names", self.names, n, np.arange(n).astype(str)),
            "masks": masks,
            "has_mask": has_mask,
            "table": _checked_table(self.table, n),
            "notes": tuple(self.notes),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, _read_only(value) if isinstance(value, np.ndarray) else value)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        """Return the chosen parts as a new `PartSet`; ``index`` is a slice, a bool mask or integers."""
        rows = _rows(index, len(self))
        chosen = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value = value[rows]
            elif isinstance(value, pd.DataFrame):
                value = value.iloc[rows].reset_index(drop=True)
            chosen[field.name] = value
        return PartSet(**chosen)

    @property
    def good(self):
        """The good parts, as a `PartSet`."""
        return self[self.labels == 0]

    @property
    def defective(self):
        """The defective parts, as a `PartSet`."""
        return self[self.labels == 1]

    @property
    def group_names(self):
        """The groups (lots, modules) that occur, sorted; empty where none is known."""
        return sorted(set(self.groups.tolist()) - {""})

    def __repr__(self):
        h, w, c = self.images.shape[1:]
        bad = Counter(self.kinds[self.labels == 1].tolist())
        text = (
            f"PartSet {self.title!r}: {_counted(len(self), 'part')} {h}x{w}x{c}, {int((self.labels == 0).sum()):,} good"
        )
        text += f", {sum(bad.values()):,} defective"
        if set(bad) - {"defective"}:
            text += f" ({', '.join(f'{kind} {count}' for kind, count in bad.most_common())})"
        if self.masks is not None and bad:
            text += f", {int(self.has_mask[self.labels == 1].sum()):,} of them with mask"
        return text + (f", {_counted(len(self.group_names), 'group')}" if self.group_names else "")


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A data set cut in three, so that no figure is measured on parts that helped to make it.

    Parameters
    ----------
    train : PartSet
        Good parts, to fit a detector on.
    calibration : PartSet
        Other good parts, to choose thresholds and epochs on.
    test : PartSet
        Good and defective parts, to be touched once.

    Raises
    ------
    DataError
        If train or calibration holds a defective part or no part, or if image sizes differ.
    """

    train: PartSet
    calibration: PartSet
    test: PartSet

    def __post_init__(self):
        for name in ("train", "calibration"):
            parts = getattr(self, name)
            if len(parts) == 0:
                raise DataError(f"{name} holds no part; give it good parts.")
            if parts.labels.any():
                culprit = parts.defective.names[0]
                raise DataError(
                    f"{name} holds {int(parts.labels.sum())} defective parts, such as '{culprit}'; "
                    "a detector learns and calibrates on good parts only, so move them to test."
                )
            if parts.images.shape[1:] != self.test.images.shape[1:]:
                raise DataError(
                    f"{name} has images of {parts.images.shape[1:]} but test of {self.test.images.shape[1:]}; "
                    "load both with the same size and the same number of channels."
                )

    @property
    def shared_groups(self):
        """Groups that stand on more than one side, sorted; empty for an honest split by group."""
        sides = [set(parts.group_names) for parts in (self.train, self.calibration, self.test)]
        return sorted((sides[0] & sides[1]) | (sides[0] & sides[2]) | (sides[1] & sides[2]))

    def __repr__(self):
        lines = [f"Split {self.test.title!r}"]
        lines += [f"  {name:<11} {getattr(self, name)!r}" for name in ("train", "calibration", "test")]
        return "\n".join(lines)


def _checked_images(images):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[3] not in (1, 3):
        raise DataError(
            f"images has shape {images.shape}; give (n, h, w, c) with c = 1 (grey) or 3 (RGB), "
            "for instance by images[..., None] for grey ones."
        )
    if not np.issubdtype(images.dtype, np.floating):
        raise DataError(
            f"images has dtype {images.dtype}; give floats in [0, 1], for instance by images / 255 for 8 bits."
        )
    images = images.astype(np.float32, copy=False)
    if images.size:
        low, high = images.min(), images.max()
        if not (low >= 0 and high <= 1):  # written so that NaN fails too
            raise DataError(f"images runs from {low:g} to {high:g}; bring it into [0, 1], and replace NaN by a number.")
    return images


def _checked_labels(labels, n):
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise DataError(f"labels has shape {labels.shape}, but there are {n} images; give one label an image.")
    if not np.isin(labels, (0, 1)).all():
        odd = labels[~np.isin(labels, (0, 1))][0]
        raise DataError(f"labels holds {odd!r}; write 0 for good and 1 for defective, and the defect into kinds.")
    return labels.astype(np.int8)


def _texts(field, values, n, default):
    if values is None:
        return default
    values = np.asarray(values)
    if values.shape != (n,):
        raise DataError(f"{field} has shape {values.shape}, but there are {n} images; give one text an image.")
    return values.astype(str)


def _checked_masks(masks, has_mask, labels, shape):
    n, h, w, _ = shape
    if masks is None:
        if has_mask is not None and np.any(has_mask):
            raise DataError("has_mask says that masks are known, but masks is None; give masks as well.")
        return None, np.zeros(n, bool)
    masks = np.asarray(masks)
    if masks.shape != (n, h, w):
        raise DataError(f"masks has shape {masks.shape}, but images needs {(n, h, w)}; give one mask an image.")
    if masks.dtype != bool:
        raise DataError(f"masks has dtype {masks.dtype}; give bool, for instance by masks > 0.")
    marked = masks.any(axis=(1, 2))
    if (wrong := np.flatnonzero(marked & (labels == 0))).size:
        raise DataError(f"masks[{wrong[0]}] marks a defect on a good part; empty the mask or set its label to 1.")
    if has_mask is None:
        has_mask = (labels == 0) | marked
    has_mask = np.asarray(has_mask)
    if has_mask.shape != (n,) or has_mask.dtype != bool:
        raise DataError(f"has_mask is {has_mask.dtype} {has_mask.shape}; give bool ({n},), one value an image.")
    if (wrong := np.flatnonzero(~has_mask & ((labels == 0) | marked))).size:
        raise DataError(f"has_mask[{wrong[0]}] is False, but the mask is known; set it to True.")
    return masks, has_mask


def _checked_table(table, n):
    if table is None:
        return None
    if not isinstance(table, pd.DataFrame) or len(table) != n:
        raise DataError(f"table is not a DataFrame of {n} rows; give one row an image, in the same order.")
    return table.reset_index(drop=True)


def _rows(index, n):
    """Turn any index into integers that pick rows, and say clearly what does not fit."""
    if isinstance(index, slice):
        return np.arange(n)[index]
    index = np.asarray(index)
    if index.dtype == bool:
        if index.shape != (n,):
            raise IndexError(f"The bool mask has shape {index.shape}; give ({n},), one value a part.")
        return np.flatnonzero(index)
    if index.size == 0:
        return np.zeros(0, int)
    if not np.issubdtype(index.dtype, np.integer) or index.ndim > 1:
        raise TypeError(f"Parts are picked by a slice, a bool mask or integers, not by {index.dtype}.")
    return np.arange(n)[np.atleast_1d(index)]  # raises IndexError beyond the end


def _read_only(array):
    array = array.view()
    array.flags.writeable = False
    return array


def _counted(n, thing):
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"
