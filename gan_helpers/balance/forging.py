"""Forge defects on photographs of good parts, with exact masks.

A forged defect is an outline (`shapes`) and a filling: what the pixels inside turn into. Outlines are drawn once, into
a bank, and used again turned and mirrored; only the pixels of a defect's box are touched. So a core forges thousands of
parts a second, and training never waits for it.

Nobody needs forged defects to look real. A detector that learns to find many kinds of change, on the very parts that it
is to watch, finds changes that nobody forged (Li et al. 2021, arXiv:2104.04015; Zavrtanik, Kristan & Skocaj 2021,
arXiv:2108.07610; Schlueter et al. 2022, arXiv:2109.15222).
"""

import functools

import numpy as np

from gan_helpers.balance.shapes import FAMILIES
from gan_helpers.settings import SEED

FILLS = ("tone", "shade", "elsewhere", "shift", "smear", "grain")
BOXES = (0.06, 0.09, 0.13, 0.19, 0.28, 0.4, 0.6, 0.9)  # sides of the boxes, as shares of the picture's
SMALLEST_BOX = 6  # pixels
BANK = 96  # outlines a family and box
FAINTEST = 0.02  # change of a pixel, on a scale from 0 to 1, from which on it counts as defective
TRIES = 4


class Forger:
    """Forges defects; the same seeds forge the same ones.

    Parameters
    ----------
    side : int
        Of the pictures, in pixels.
    families : sequence of str, optional
        Outlines to choose from, of `FAMILIES`.
    fills : sequence of str, optional
        Fillings to choose from: ``tone`` (another grey or colour), ``shade`` (darker or brighter by a factor),
        ``elsewhere`` (a piece of this or another good part), ``shift`` (the part itself, moved by some pixels),
        ``smear`` (its mean), ``grain`` (noise).
    most : int
        Defects a part, at most; at least one.
    seed : int
        Of the bank of outlines.

    Examples
    --------
    >>> spoiled, masks = Forger(64).forge(images, seed=1)
    >>> scratches, _ = Forger(64, families=["scratch"], fills=["tone"]).forge(images, seed=1)
    """

    def __init__(self, side, *, families=tuple(FAMILIES), fills=FILLS, most=3, seed=SEED):
        for name, asked, known in (("families", families, FAMILIES), ("fills", fills, FILLS)):
            if isinstance(asked, str) or not asked or set(asked) - set(known):
                raise ValueError(f"{name} = {asked!r}; give a list of some of {', '.join(known)}.")
        if most < 1:
            raise ValueError(f"most = {most}; a forged part has at least one defect.")
        self.side, self.most = side, most
        self.families, self.fills = tuple(families), tuple(fills)
        self.bank = _bank(side, seed)

    def forge(self, images, *, seed):
        """Spoil every part.

        Parameters
        ----------
        images : numpy.ndarray
            Float (n, side, side, c) in [0, 1]; left as they are.
        seed : int or numpy.random.Generator

        Returns
        -------
        forged : numpy.ndarray
            float32 (n, side, side, c) in [0, 1].
        masks : numpy.ndarray
            Bool (n, side, side): where the part was changed visibly.

        Raises
        ------
        ValueError
            If the pictures have another size.
        """
        if images.ndim != 4 or images.shape[1:3] != (self.side, self.side):
            raise ValueError(f"Images have shape {images.shape}; this forger is for (n, {self.side}, {self.side}, c).")
        rng = np.random.default_rng(seed)
        forged = np.array(images, dtype=np.float32)
        masks = np.zeros(images.shape[:3], dtype=bool)
        for part, mask in zip(forged, masks, strict=True):
            for _ in range(rng.integers(1, self.most + 1)):
                for _ in range(TRIES):  # a shade on black, or a tone on the same tone, changes nothing
                    if self._spoil(part, mask, images, rng):
                        break
        return forged, masks

    def _spoil(self, part, mask, images, rng):
        """Draw one defect into a part and its mask; returns whether anything is to be seen."""
        outline = self._outline(rng)
        high, wide = outline.shape
        # the centre lies on the picture, the box may hang over its edge
        top, left = rng.integers(-(high // 2), self.side - high // 2), rng.integers(-(wide // 2), self.side - wide // 2)
        rows, columns = _inside(top, high, self.side), _inside(left, wide, self.side)
        outline = outline[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
        before = part[rows, columns]
        filled = FILL[self.fills[rng.integers(len(self.fills))]](before, outline, part, images, rows, columns, rng)
        after = np.clip(filled, 0, 1)
        change = np.abs(after - before).max(axis=-1)
        seen = change > max(FAINTEST, 0.25 * change.max(initial=0))
        part[rows, columns] = after
        mask[rows, columns] |= seen
        return seen.any()

    def _outline(self, rng):
        boxes = self.bank[self.families[rng.integers(len(self.families))]]
        outlines = boxes[rng.integers(len(boxes))]
        outline = outlines[rng.integers(len(outlines))]
        turn = rng.integers(8)
        outline = outline[:: 1 - 2 * (turn & 1), :: 1 - (turn & 2)]
        return outline.T if turn & 4 else outline


def _tone(before, outline, part, images, rows, columns, rng):
    tone = rng.uniform(0, 1, before.shape[-1]) if rng.uniform() < 0.7 else rng.integers(0, 2)
    return before + _strength(rng) * outline * (tone - before)


def _shade(before, outline, part, images, rows, columns, rng):
    gain = np.exp(rng.choice([-1.5, 1]) * _strength(rng)) - 1
    return before + gain * outline * before


def _elsewhere(before, outline, part, images, rows, columns, rng):
    source = part if rng.uniform() < 0.5 else images[rng.integers(len(images))]
    high, wide = before.shape[:2]
    top, left = rng.integers(source.shape[0] - high + 1), rng.integers(source.shape[1] - wide + 1)
    there = source[top : top + high, left : left + wide]
    if rng.uniform() < 0.3:  # pasted without a step in brightness, as Poisson blending does
        there = there + (before.mean(axis=(0, 1)) - there.mean(axis=(0, 1)))
    return before + outline * (there - before)


def _shift(before, outline, part, images, rows, columns, rng):
    reach = max(2, part.shape[0] // 12)
    down, right = rng.integers(-reach, reach + 1, 2)
    last = part.shape[0] - 1
    there = part[
        np.clip(np.arange(rows.start, rows.stop) + down, 0, last)[:, None],
        np.clip(np.arange(columns.start, columns.stop) + right, 0, last),
    ]
    return before + outline * (there - before)


def _smear(before, outline, part, images, rows, columns, rng):
    weight = outline + 1e-6
    tone = (before * weight).sum(axis=(0, 1)) / weight.sum()
    return before + rng.uniform(0.5, 1) * outline * (tone - before)


def _grain(before, outline, part, images, rows, columns, rng):
    coarse = rng.integers(1, 4)
    high, wide, _ = before.shape
    noise = rng.standard_normal((high // coarse + 1, wide // coarse + 1, 1), dtype=np.float32)
    if coarse > 1:
        noise = noise.repeat(coarse, axis=0).repeat(coarse, axis=1)
    return before + 0.5 * _strength(rng) * outline * noise[:high, :wide]


FILL = {"tone": _tone, "shade": _shade, "elsewhere": _elsewhere, "shift": _shift, "smear": _smear, "grain": _grain}


def _strength(rng):
    """From hardly visible to plain; faint ones are what detectors miss, so as many of these."""
    return np.float32(np.exp(rng.uniform(np.log(0.06), 0)))


def _inside(start, length, side):
    return slice(max(start, 0), min(start + length, side))


@functools.lru_cache(maxsize=8)
def _bank(side, seed):
    """Draw the outlines: family -> a list, one entry a box, of float32 (BANK, box, box)."""
    rng = np.random.default_rng((seed, side))
    boxes = sorted({max(SMALLEST_BOX, round(share * side)) for share in BOXES})
    return {
        name: [np.stack([family(box, rng) for _ in range(BANK)]) for box in boxes] for name, family in FAMILIES.items()
    }
