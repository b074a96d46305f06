"""Questions to the photographs themselves: sharp, well lit, steady, in place, each one once.

All is measured at the size that the detector sees. Good parts only are measured, since a defect may well be dark or
blurred; but for one question, whether the border of the photograph, where no defect is, tells good from defective.
"""

import numpy as np
from scipy import ndimage

from gan_helpers import decisions
from gan_helpers.capstone.counting import LOOK, MEND, OK, Finding
from gan_helpers.datasets.reading import LUMA

BLURRED = 4  # times less than the median: the Laplacian follows contrast and is squared, so edges have half of it
MANY = 0.05  # of the photographs: no longer single mishaps
WHITE, BLACK = 254.5 / 255, 0.5 / 255
SOME_CLIPPED, MUCH_CLIPPED = 0.01, 0.1  # of the pixels; 1 % hides a defect of a tenth of the side
SMALL_DRIFT, LARGE_DRIFT = 0.5, 1.0  # standard deviations; a 5 % limit on brightness then rejects 13 %, or 26 %
SMALL_SHIFT, LARGE_SHIFT = 1 / 64, 5 / 64  # of the side; the repair GAN is taught to live with the first
CLEAR_PEAK = 0.1  # of a phase correlation: below it there is nothing to align by
GREY_STEP = 1 / 255
NEARER = 3  # times than a usual neighbour: an image saved again is, another part of a steady line is not
SAMPLED = 200  # images that say how far a usual neighbour is
NEIGHBOUR = 4  # that far on: the nearest may be a twin, even where every photograph is there two or three times
RIM = 1 / 16  # of the side: the border, where there is backdrop and light, and hardly ever a defect
TELLING, FEW_OF_A_CLASS = 0.95, 5  # AUROC of the border; parts of a class below which it says nothing
COARSE = 16  # side of the small images by which twins are looked for
ODD = 4.0  # robust standard deviations: 3 in 100,000 of a normal distribution
NAMED = 3  # photographs that a line names


def sharpness(split):
    """Measure the variance of the Laplacian (Pech-Pacheco et al. 2000, doi:10.1109/ICPR.2000.903548)."""
    values = np.concatenate([laplacian_variance(parts.images) for parts in _good_of(split)])
    names = _names(split)
    usual = np.median(values)
    blurred = values < usual / BLURRED
    spread = np.quantile(values, 0.95) / max(np.quantile(values, 0.05), 1e-12)
    found = f"variance of the Laplacian {usual:.2g}; the sharpest 5 % have {spread:.1f} times that of the least sharp"
    if not blurred.any():
        return Finding("sharpness", found, OK, "No good photograph is much less sharp than the others.")
    found += f"; {blurred.sum()} with less than a quarter of the usual: {_some(names[blurred])}"
    verdict = MEND if blurred.mean() > MANY else LOOK
    return Finding("sharpness", found, verdict, "Look at them: fix focus and distance, expose shorter with more light.")


def laplacian_variance(images):
    """Return the variance of each image's Laplacian: float (n,)."""
    return np.array([ndimage.laplace(image).var() for image in _grey(images)])


def exposure(split):
    """Count the pixels that are as white or as black as a file can say: nothing can be seen there."""
    images = np.concatenate([_grey(parts.images) for parts in _good_of(split)])
    backdrop = _backdrop(np.median(images, axis=0))
    white, black = (float((clipped & ~backdrop).mean()) for clipped in (images >= WHITE, images <= BLACK))
    found = f"{white:.1%} of the pixels white, {black:.1%} black"
    if backdrop.any():
        found += f", beside a backdrop of {backdrop.mean():.0%} that always is"
    worst = max(white, black)
    verdict = MEND if worst > MUCH_CLIPPED else LOOK if worst > SOME_CLIPPED else OK
    advice = "Nothing is burnt out or drowned."
    if verdict != OK:
        cure = "close the lens or expose shorter" if white > black else "add light or expose longer"
        advice = f"Look where it is. On the part itself, {cure}, by about half."
    return Finding("exposure", found, verdict, advice)


def _backdrop(usual):
    """Return which pixels are clipped in most photographs and reach the border: backdrop, not part; bool (h, w)."""
    regions, _ = ndimage.label((usual >= WHITE) | (usual <= BLACK))
    border = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    return np.isin(regions, border[border > 0])


def drift(split):
    """Compare the brightness of good parts between the sides, in standard deviations of the training parts."""
    train, *others = [parts.images.mean(axis=(1, 2, 3)) for parts in _good_of(split)]
    spread = max(train.std(), 1e-6)
    moved, doubt = {}, {}
    for name, values in zip(("calibration", "test"), others, strict=True):
        if len(values):
            moved[name] = (values.mean() - train.mean()) / spread
            doubt[name] = 2 * np.sqrt(1 / len(train) + 1 / len(values))
    found = ", ".join(f"{name} {value:+.1f} standard deviations from train" for name, value in moved.items())
    worst = max((abs(value) for name, value in moved.items() if abs(value) > doubt[name]), default=0.0)
    verdict = MEND if worst > LARGE_DRIFT else LOOK if worst > SMALL_DRIFT else OK
    advice = "The light is the same on all sides, as far as so many photographs can tell."
    if verdict != OK:
        advice = (
            "Fix exposure and white balance, shut out daylight, let the lamps warm up; or bring all to one brightness "
            "(datasets.match_brightness). Promises hold for parts like those of the calibration."
        )
    return Finding("drift of brightness", found, verdict, advice)


def good_beside_defective(split):
    """Ask whether brightness or colour of the border alone tells the good test parts from the defective ones."""
    good, bad = split.test.good.images, split.test.defective.images
    if min(len(good), len(bad)) < FEW_OF_A_CLASS:
        return None
    labels = np.repeat([0, 1], [len(good), len(bad)])
    rim = _rim(np.concatenate([good, bad]))
    looks = {"brightness": rim.mean(axis=1)}
    if rim.shape[1] > 1:
        looks["colour"] = np.ptp(rim, axis=1)
    told = {name: decisions.auroc(labels, values) for name, values in looks.items()}
    most = max(told, key=lambda name: abs(told[name] - 0.5))
    area = max(told[most], 1 - told[most])
    found = f"the {most} of the border alone tells them apart in {area:.0%} of the pairs (50% is chance)"
    if area <= TELLING:
        return Finding("good beside defective", found, OK, "Light and camera do not give the defect away.")
    advice = (
        "Photograph both in one session, mixed, or a detector tells the sessions apart and no figure here is worth "
        "anything. If the defect itself changes the whole photograph, note that."
    )
    return Finding("good beside defective", found, MEND, advice)


def _rim(images):
    """Return the mean colour of each photograph's border: (n, c)."""
    width = max(1, round(RIM * images.shape[1]))
    inside = np.zeros(images.shape[1:3], bool)
    inside[width:-width, width:-width] = True
    return images[:, ~inside].mean(axis=1)


def alignment(split):
    """Measure how far good parts of train lie from the median image: phase correlation.

    Kuglin and Hines 1975, "The phase correlation image alignment method", is its source.
    """
    images = _grey(split.train.images)
    side = images.shape[1]
    shifts, peaks = phase_shifts(images, np.median(images, axis=0))
    clear = peaks > CLEAR_PEAK
    if clear.mean() < 0.5:
        advice = "Parts differ too much to be laid on each other. If they can be placed alike, use a stop or a nest."
        return Finding("alignment", "no common shape to align by", LOOK, advice)
    far = np.hypot(*shifts[clear].T) / side
    found = f"mean shift {far.mean():.1%} of the side, largest {far.max():.1%}"
    verdict = MEND if far.mean() > LARGE_SHIFT else LOOK if far.mean() > SMALL_SHIFT else OK
    advice = "Parts lie where they should."
    if verdict != OK:
        advice = "Use a stop or a nest, trigger the camera by the part, or crop around the part before loading."
    return Finding("alignment", found, verdict, advice)


def phase_shifts(images, reference):
    """Return by how many pixels each image lies below and right of the reference, (n, 2), and how clearly, (n,)."""
    side = reference.shape[0]
    window = np.outer(np.hanning(side), np.hanning(side))  # or the edges of the image would align with themselves
    spectrum = np.fft.fft2((reference - reference.mean()) * window)
    shifts, peaks = np.zeros((len(images), 2)), np.zeros(len(images))
    for i, image in enumerate(images):
        cross = np.fft.fft2((image - image.mean()) * window) * spectrum.conj()
        strength = np.abs(cross)
        phase = np.fft.ifft2(cross / np.maximum(strength, 1e-3 * strength.max() + 1e-12)).real
        peak = np.unravel_index(phase.argmax(), phase.shape)
        shifts[i] = [(place + side // 2) % side - side // 2 for place in peak]
        peaks[i] = phase[peak]
    return shifts, peaks


def duplicates(split):
    """Find photographs of one class that are the same but for how they were saved (see `twins`)."""
    sides = (split.train, split.calibration, split.test)
    images = np.concatenate([_grey(parts.images) for parts in sides])
    names = np.concatenate([parts.names for parts in sides])
    side_of = np.repeat([0, 1, 2], [len(parts) for parts in sides])
    labels = np.concatenate([parts.labels for parts in sides])
    pairs = [(i, j) for i, j in twins(images) if labels[i] == labels[j]]  # a part and the same one, scratched, are two
    across = [pair for pair in pairs if side_of[pair[0]] != side_of[pair[1]]]
    if not pairs:
        return Finding("duplicates", "none", OK, "Every photograph counts once.")
    first, second = (across or pairs)[0]
    found = f"{len(pairs)} pairs, {len(across)} of them on two sides, such as {names[first]} and {names[second]}"
    advice = (
        "Remove one of each pair: a test on parts that were trained on proves nothing."
        if across
        else ("Remove one of each pair: it counts twice and tells nothing new.")
    )
    return Finding("duplicates", found, MEND if across else LOOK, advice)


def twins(images):
    """Return pairs of rows whose images (n, h, w) differ by less than a grey step on average, and far less than usual.

    Photographs of one part from a stand differ little, too. So a pair also has to be three times nearer than an
    image usually is to its fourth neighbour.
    """
    limit = min(GREY_STEP, _usual_distance(images) / NEARER)
    side = images.shape[1] // COARSE
    small = images[:, : side * COARSE, : side * COARSE]
    small = small.reshape(len(images), COARSE, side, COARSE, side).mean(axis=(2, 4)).reshape(len(images), -1)
    pairs = []
    for i in range(len(images) - 1):
        near = i + 1 + np.flatnonzero(np.abs(small[i + 1 :] - small[i]).mean(axis=1) <= limit)
        pairs += [(i, int(j)) for j in near if np.abs(images[i] - images[j]).mean() <= limit]
    return pairs


def _usual_distance(images):
    """Return the median distance of an image to its fourth neighbour: mean absolute difference, of some of them."""
    if len(images) <= NEIGHBOUR:
        return np.inf
    flat = images.reshape(len(images), -1)
    nearest = []
    for i in np.unique(np.linspace(0, len(flat) - 1, SAMPLED).astype(int)):
        apart = np.abs(flat - flat[i]).mean(axis=1)
        nearest.append(np.partition(apart, NEIGHBOUR)[NEIGHBOUR])  # the first is the image itself
    return float(np.median(nearest))


def strangers(split):
    """Name good parts of train and calibration that no other good part resembles; one of them may be defective."""
    parts = [split.train, split.calibration]
    images = np.concatenate([_grey(side.images) for side in parts])
    names = np.concatenate([side.names for side in parts])
    flat = ndimage.uniform_filter(images, (0, 3, 3))[:, ::2, ::2].reshape(len(images), -1)
    squares = (flat**2).sum(axis=1)
    apart = np.maximum(squares[:, None] + squares - 2 * flat @ flat.T, 0)
    np.fill_diagonal(apart, np.inf)
    nearest = np.log(apart.min(axis=1) + 1e-9)
    middle = np.median(nearest)
    spread = max(1.4826 * np.median(np.abs(nearest - middle)), 1e-6)  # the median deviation, on the normal's scale
    odd = np.flatnonzero((nearest - middle) / spread > ODD)
    if not len(odd):
        return Finding("strangers among the good", "none", OK, "No good part stands out; look at them all the same.")
    odd = odd[np.argsort(-nearest[odd])]
    advice = "Look at them: one defective part that is called good teaches the detector to accept its like."
    return Finding("strangers among the good", f"{len(odd)}: {_some(names[odd])}", LOOK, advice)


QUESTIONS = (sharpness, exposure, drift, good_beside_defective, alignment, duplicates, strangers)


def _good_of(split):
    return split.train, split.calibration, split.test.good


def _names(split):
    return np.concatenate([parts.names for parts in _good_of(split)])


def _grey(images):
    return images[..., 0] if images.shape[-1] == 1 else images @ LUMA


def _some(names):
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(map(str, names[:NAMED])) + more
