"""Are there enough photographs, of the right kinds, cut in the right way? One function a question.

Each returns a `Finding`, or None where the question makes no sense.
"""

import math
from typing import NamedTuple

import numpy as np

from gan_helpers import decisions

OK, LOOK, MEND = "ok", "look", "mend"
FALSE_ALARM_RATE = 0.05
FEW_TO_TRAIN, ENOUGH_TO_TRAIN = 20, 100
ENOUGH_TO_CALIBRATE = 100  # then 5 % promised is 2.0 to 8.9 % delivered, in 90 of 100 cases
FEW_DEFECTS, ENOUGH_DEFECTS = 10, 30
FEW_OF_A_KIND = 5
FEW_GOOD_IN_TEST = 10
SMALLEST_EXTENT = 3  # pixels: then one pixel lies wholly inside the defect, wherever it falls


class Finding(NamedTuple):
    """One line of the check: what was looked at, what was found, a verdict (ok, look, mend) and advice in words."""

    looked_at: str
    found: str
    verdict: str
    advice: str


def to_train(split):
    """Count the good parts to learn from.

    Below 20, each of the repair GAN's networks sees fewer than ten parts (it teaches two from a half each). At 100 and
    more, PCA with its 64 patterns has more parts than patterns to fit.
    """
    n = len(split.train)
    verdict = MEND if n < FEW_TO_TRAIN else LOOK if n < ENOUGH_TO_TRAIN else OK
    advice = "Enough to begin with; more of other days and lots still help."
    if verdict != OK:
        advice = (
            f"Take {ENOUGH_TO_TRAIN} or more, over several days and lots: what a detector never saw is strange to it."
        )
    return Finding("good parts to learn from", f"{n:,}", verdict, advice)


def to_calibrate(split, rate=FALSE_ALARM_RATE):
    """Count the good parts that set the threshold, and say what they can promise (`decisions.false_alarm_range`)."""
    n = len(split.calibration)
    found = f"{n:,}; {promise(n, rate)}"
    if n + 1 < 1 / rate:
        needed = math.ceil(1 / rate - 1)
        advice = f"Hold out {needed} good parts at least for a promise of {rate:.0%}, better {ENOUGH_TO_CALIBRATE}."
        return Finding("good parts to calibrate", found, MEND, advice)
    if n < ENOUGH_TO_CALIBRATE:
        return Finding("good parts to calibrate", found, LOOK, f"{ENOUGH_TO_CALIBRATE} make the range narrower.")
    return Finding("good parts to calibrate", found, OK, "Keep them out of the training, for good.")


def promise(n, rate=FALSE_ALARM_RATE):
    """Say in words what a threshold from n held-out good parts promises."""
    if n + 1 < 1 / rate:
        return f"no {rate:.0%} promise: the least that can be promised is {1 / (n + 1):.1%} false alarms"
    low, high = decisions.false_alarm_range(n, rate)
    return f"{rate:.0%} false alarms on average; in 90 of 100 cases between {low:.1%} and {high:.1%}"


def to_test(split):
    """Count the parts of the test.

    If none of n defective parts escapes, the true escape rate may still be about 3 / n (95 % confidence; Hanley and
    Lippman-Hand 1983, doi:10.1001/jama.1983.03330370053031). Ten leave 30 %, thirty leave 10 %.
    """
    good, bad = len(split.test.good), len(split.test.defective)
    found = f"{good:,} good, {bad:,} defective"
    if not bad:
        advice = f"Photograph defective parts, {ENOUGH_DEFECTS} or more: without any, nobody knows how many escape."
        return Finding("parts to test", found, MEND, advice)
    if min(bad, good) < FEW_DEFECTS:
        advice = f"{min(bad, good)} of a class tell next to nothing; take {FEW_DEFECTS} at the very least."
        return Finding("parts to test", found, MEND, advice)
    if bad < ENOUGH_DEFECTS:
        advice = f"If none escapes, {3 / bad:.0%} still may (3 in {bad}); collect {ENOUGH_DEFECTS} and more."
        return Finding("parts to test", found, LOOK, advice)
    return Finding("parts to test", found, OK, f"If none escapes, {3 / bad:.1%} still may (3 in {bad}).")


def kinds_of_defect(split):
    """Count the defective parts of each kind; of fewer than 5, even all found means 57 % or more (Wilson)."""
    kinds, counts = np.unique(split.test.defective.kinds, return_counts=True)
    if not len(kinds):
        return None
    found = ", ".join(f"{kind.replace('_', ' ')} {count}" for kind, count in zip(kinds, counts, strict=True))
    rare = [kind for kind, count in zip(kinds, counts, strict=True) if count < FEW_OF_A_KIND]
    if rare:
        advice = f"Too few to speak of: {', '.join(rare)}. Collect {FEW_OF_A_KIND} of each kind at the very least."
        return Finding("defects by kind", found, LOOK, advice)
    if len(kinds) == 1:
        advice = "Are all defects alike? A folder for each kind tells which kind is missed."
        return Finding("defects by kind", found, LOOK, advice)
    return Finding("defects by kind", found, OK, "Kinds that are not here were never tested.")


def cut_by_lot(split):
    """Say whether good parts of one lot stand on two sides: neighbours resemble each other, and flatter the test."""
    sides = [set(parts.good.group_names) for parts in (split.train, split.calibration, split.test)]
    if not any(sides):
        advice = "Put photographs into a folder for each lot or day below good: a cut by lot is the honest one."
        return Finding("cut by lot", "no lots are known", LOOK, advice)
    shared = sorted((sides[0] & sides[1]) | (sides[0] & sides[2]) | (sides[1] & sides[2]))
    known = set.union(*sides)
    if len(known) < len(sides):
        more = "another" if len(known) == 2 else "two more"
        advice = f"Three sides need three lots; photograph {more}, of another day."
        found = f"{len(known)} in all ({', '.join(sorted(known))})"
        found += f", on more than one side: {', '.join(shared)}" if shared else ""
        return Finding("cut by lot", found, LOOK, advice)
    if shared:
        advice = "Keep each lot on one side; parts of one lot resemble each other, and the test flatters."
        return Finding("cut by lot", f"on more than one side: {', '.join(shared[:3])}", MEND, advice)
    lots = [len(side) for side in sides]
    found = f"{lots[0]} lots to learn from, {lots[1]} to calibrate, {lots[2]} to test, none shared"
    if min(lots[:2]) < 3:  # a single odd lot then moves the threshold, or what normal means
        return Finding("cut by lot", found, LOOK, "One odd lot weighs much among so few; add lots before parts.")
    return Finding("cut by lot", found, OK, "Tomorrow's parts come from a new lot: this is the cut that knows it.")


def smallest_defect(split):
    """Compare the smallest marked defect with the pixel; below 3 pixels it may fall between them."""
    side, parts = split.test.images.shape[1], split.test.defective
    rule = f"a defect of d mm on a photograph w mm wide spans {side} d / w pixels"
    if split.test.masks is None or not parts.has_mask.any():
        advice = f"Work it out: {rule}. Below {SMALLEST_EXTENT} it can be lost; go nearer, or load larger images."
        return Finding("smallest defect", "no masks, so not known", LOOK, advice)
    extent = decisions.defect_sizes(parts.masks[parts.has_mask]).extent
    found = f"{extent.min():.0f} pixels across, half of them below {np.median(extent):.0f} (images of {side} pixels)"
    lost = int((extent < SMALLEST_EXTENT).sum())
    if lost:
        advice = f"{lost} span fewer than {SMALLEST_EXTENT} pixels and can be lost ({rule}); go nearer, or load larger."
        return Finding("smallest defect", found, MEND, advice)
    return Finding("smallest defect", found, OK, f"The detector sees no more than these pixels: {rule}.")


QUESTIONS = (to_train, to_calibrate, to_test, kinds_of_defect, cut_by_lot, smallest_defect)
