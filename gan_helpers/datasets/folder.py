"""Any folder of photographs as a `Split`: MVTec AD layout, or good beside defective."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from tqdm.auto import tqdm

from gan_helpers import settings
from gan_helpers.datasets.layout import Problems, check_copies, find_photos, opened
from gan_helpers.datasets.partset import GOOD, DataError, PartSet, Split
from gan_helpers.datasets.reading import checked_size, read_image, read_mask, to_channels

TEST_SHARE = 0.3  # of the good parts, where the folder has no good ones for test
GREY_MODES = ("1", "L", "LA", "I", "I;16", "I;16B", "I;16L", "F")
TWELVE_BITS = 4095 / 65535  # brightest value that a 12-bit camera can leave in a 16-bit file
LARGE = 1.5  # times the share that a side should have
MANY = 10_000  # from here on, a folder's size is compared with the free memory before reading


def load_folder(path, *, size=64, grey=None, calibration_share=0.25, seed=settings.SEED):
    """Load your own photographs: good parts to learn from, good and defective ones to test on.

    Parameters
    ----------
    path : path of a folder, or of a .zip of one
        Either in MVTec AD layout: ``train/good``, ``test/good``, ``test/<defect>`` and, if you have masks,
        ``ground_truth/<defect>/<stem>_mask.png`` or ``<stem>.png`` (black = sound). ``validation/good``, if
        there, becomes the calibration set. Or one folder of good parts (``good``, ``ok``, ``normal``,
        ``pass``...) beside folders of defective ones (``defective``, ``nok``, ``scratch``...), each of which is
        a kind of defect. Folders below these are lots, whose parts stay together when the data is cut; below
        a folder that is called ``defective``, ``bad``, ``nok`` or the like they are kinds of defects, but for those
        with the name of a lot of good parts.
    size : int
        Side of the loaded images in pixels. Images that are not square are padded, never cut: see `load_image`.
    grey : bool or None
        True loads one channel, False three; None loads one if every image is grey.
    calibration_share : float
        Share of the training parts to hold out for thresholds, more than 0 and less than 1.
    seed : int
        Decides which parts are held out.

    Returns
    -------
    Split
        ``names`` are the file names, relative to the folder. If the folder has no good parts for test, three in
        ten of the good ones are held out for it. Masks follow the geometry of the images; a pixel is marked if
        the mask marks any pixel below it, so that thin cracks stay.

    Raises
    ------
    DataError
        If the folder cannot be used; the message lists the files (ten at most, and how many more) and the cures.

    Warns
    -----
    DataWarning
        For all that is usable but unusual: mixed sizes, sizes or colours that tell good from defective, copies,
        files that are no images, nothing to test on.
        Passed over without a word are only texts and tables beside the folders, such as a readme, and what the
        operating system leaves behind: hidden files, Thumbs.db, desktop.ini, __MACOSX.

    Examples
    --------
    >>> split = load_folder("my_parts", size=128)
    """
    if not 0 < calibration_share < 1:
        raise DataError(f"calibration_share is {calibration_share}; give a share between 0 and 1, such as 0.25.")
    whole_path = Path(path).expanduser().resolve()
    title = whole_path.stem if whole_path.suffix.lower() == ".zip" else whole_path.name
    with opened(path) as root:
        problems = Problems(title)
        parts, sides, identities = read_folder(root, checked_size(size), grey, problems, title)
    sides = deal(parts, sides, identities, calibration_share, seed, problems)
    problems.tell()
    split = Split(*(parts[sides == side] for side in ("train", "calibration", "test")))
    if torn := set(split.test.good.groups) & {*split.train.group_names, *split.calibration.group_names}:
        problems.hint(
            f"Good parts of '{min(torn)}' stand in train and in test; keep a lot on one side, or the test flatters."
        )
        problems.tell()
    return split


def read_folder(root, size, grey, problems, title):
    """Read all photographs of a folder.

    Returns
    -------
    parts : PartSet
        All of them.
    sides : array of str, (n,)
        ``"train"``, ``"calibration"``, ``"test"``, or ``""`` for good parts that are not yet dealt.
    identities : array of str, (n,)
        Equal for files of equal content.
    """
    photos, with_masks = find_photos(root, problems)
    if not photos and not problems.sentences:
        problems.add(f"There is no image in {problems.folder}; it reads PNG, JPEG, TIFF, BMP, WebP, GIF and PGM.")
    problems.tell(stacklevel=4)
    _check_memory(photos, size, grey)
    identities = check_copies(photos, problems)
    images, masks, has_mask, sizes, dark = [], [], [], defaultdict(list), []
    for photo in tqdm(photos, desc=title, unit="image", delay=2, leave=False):
        try:
            image, width, height, brightest = read_image(photo.path, size, photo.name)
            mask = _read_mask(photo, size, (width, height), root, problems) if photo.mask else None
        except DataError as problem:
            problems.add(str(problem))
            continue
        images.append(image)
        masks.append(np.zeros((size, size), bool) if mask is None else mask)
        has_mask.append(photo.kind == GOOD or mask is not None)
        sizes[width, height].append(photo.name)
        dark += [photo.name] if brightest is not None and brightest <= TWELVE_BITS else []
    if dark:
        problems.hint(
            f"{len(dark)} images, such as {dark[0]}, use 12 of their 16 bits at most and so come out dark; "
            "multiply them by 16 before saving."
        )
    _compare_sizes(sizes, size, problems)
    problems.tell(stacklevel=4)
    kinds = np.array([photo.kind for photo in photos])
    _compare_classes(kinds == GOOD, sizes, [photo.name for photo in photos], images, problems)
    parts = PartSet(
        images=to_channels(images, grey),
        labels=(kinds != GOOD).astype(np.int8),
        kinds=kinds,
        groups=np.array([photo.group for photo in photos]),
        names=np.array([photo.name for photo in photos]),
        masks=np.stack(masks) if with_masks else None,
        has_mask=np.array(has_mask) if with_masks else None,
        title=title,
        source=f"folder {title}",
    )
    return parts, np.array([photo.side for photo in photos]), np.array(identities)


def deal(parts, sides, identities, calibration_share, seed, problems):
    """Decide for every good part whether it trains, calibrates or tests, and return the sides.

    Groups stay together, and so do copies. What the folder has decided already stays as it is.
    """
    sides = sides.astype("<U11")  # a copy, wide enough for "calibration"
    good = parts.labels == 0
    sides[good & (sides == "")] = "train"
    units = np.where(parts.groups != "", parts.groups, identities)
    rng = np.random.default_rng(seed)
    if not (sides == "train").any():
        problems.add(f"{problems.folder} holds no good part to learn from; put some into train/good or good.")
        problems.tell(stacklevel=4)
    if not (good & (sides == "test")).any():
        _hold_out(sides, units, TEST_SHARE, "test", rng, problems)
    if not (sides == "calibration").any():
        _hold_out(sides, units, calibration_share, "calibration", rng, problems)
    if not (parts.labels == 1).any():
        problems.hint(
            f"{problems.folder} holds no defective part, so that nobody can tell how many defects would escape; "
            "photograph some, or forge them."
        )
    return sides


def _hold_out(sides, units, share, side, rng, problems):
    """Move whole units, about ``share`` of the training parts, to ``side``."""
    rows = np.flatnonzero(sides == "train")
    if len(rows) < 2:
        problems.add(
            f"{problems.folder} has too few good images to hold some out for {side}; give 3 at the very least, and "
            "about 100 for a threshold that means something."
        )
        problems.tell(stacklevel=5)
    own = units[rows]
    if len(set(own)) < 2:  # one lot only, or copies of one file
        problems.hint(
            f"The good parts that are not held out yet belong to one lot, so that {side} is held out part by part and "
            "shares it with train; three lots or more can be kept apart."
        )
        own = rows.astype(str)
    names, counts = np.unique(own, return_counts=True)
    count = dict(zip(names, counts, strict=True))
    order = rng.permutation(names)
    if count[order[0]] > LARGE * share * len(rows):  # few lots, and this one is too large to be spared
        order = np.array(sorted(order, key=count.get))
    held = np.zeros(len(rows), bool)
    for unit in order[:-1]:
        members = own == unit
        if held.any() and held.sum() + members.sum() / 2 > share * len(rows):
            break
        held |= members
    sides[rows[held]] = side


def _read_mask(photo, size, image_size, root, problems):
    """Read the mask of ``photo``; note what does not fit."""
    name = photo.mask.relative_to(root).as_posix()
    mask, width, height, share = read_mask(photo.mask, size, name)
    if (width, height) != image_size:
        wide, high = image_size
        problems.add(
            f"{name} is {width}x{height}, but its image {photo.name} is {wide}x{high}; draw the mask on the image."
        )
    elif photo.kind == GOOD and share:
        problems.add(f"{name} marks a defect on a good part; remove the mask, or move {photo.name}.")
    elif photo.kind != GOOD and not share:
        problems.add(f"{name} is all black, but {photo.name} has a defect; draw the defect, or remove the mask.")
    elif share == 1:
        problems.hint(f"{name} marks every pixel; if that is not meant, invert it (white = defect).")
    return mask


def _check_memory(photos, size, grey):
    """Refuse a set that would not fit into memory, before hours of reading."""
    if len(photos) * size**2 < MANY * 64**2:
        return
    try:
        with Image.open(photos[0].path) as first:
            channels = 1 if grey or (grey is None and first.mode in GREY_MODES) else 3
    except Exception:  # a broken file gets its own sentence later
        channels = 3
    needed = 2 * 4 * channels * len(photos) * size**2  # float32, once in pieces and once as a whole
    free = psutil.virtual_memory().available
    if needed > free:
        fits = int(size * (free / needed) ** 0.5)
        raise DataError(
            f"{len(photos):,} images at {size}x{size} need {needed / 1e9:,.1f} GB, but {free / 1e9:,.1f} GB is "
            f"free; choose size={fits} or less, or fewer images."
        )


def _compare_classes(is_good, sizes, names, images, problems):
    """Tell the reader if size or colour alone tells good from defective: then a detector need not see a defect."""
    if is_good.all() or not is_good.any():
        return
    size_of = {name: which for which, members in sizes.items() for name in members}
    looks = {
        "size": [f"{'x'.join(map(str, size_of[name]))} pixels" for name in names],
        "colour": ["grey" if image.shape[2] == 1 else "in colour" for image in images],
    }
    for what, values in looks.items():
        good = sorted({value for value, fine in zip(values, is_good, strict=True) if fine})
        bad = sorted({value for value, fine in zip(values, is_good, strict=True) if not fine})
        if not set(good) & set(bad):
            problems.hint(
                f"The {what} alone tells good from defective ({good[0]} against {bad[0]}), so that any figure may be "
                "the camera's; photograph both kinds of parts in the same way."
            )


def _compare_sizes(sizes, size, problems):
    """Tell the reader if the photographs are not all of one size."""
    if len(sizes) < 2:
        return
    common = sorted(sizes, key=lambda which: -len(sizes[which]))
    (w1, h1), (w2, h2) = common[:2]
    more = f", with {len(common) - 2} more sizes" if len(common) > 2 else ""
    shapes = {round(w / h, 2) for w, h in common}
    effect = f"scaled and padded to {size}x{size}" if len(shapes) > 1 else f"scaled to {size}x{size}"
    problems.hint(
        f"{sizes[w1, h1][0]} is {w1}x{h1} but {sizes[w2, h2][0]} is {w2}x{h2}{more}; all are {effect}, but a detector "
        "may take the camera's distance for a defect, so crop them alike."
    )
