"""What the names of folders and files say: good or defective, masks, calibration, nothing of ours at all.

English and German, since photographs come from the line and not from a benchmark.
"""

import itertools
import re

GOOD_NAMES = (
    "good",
    "ok",
    "okay",
    "normal",
    "pass",
    "passed",
    "io",
    "clean",
    "healthy",
    "defect_free",
    "non_defective",
    "no_defect",
    "no_defects",
    "gut",
    "gutteil",
    "gutteile",
    "in_ordnung",
    "fehlerfrei",
)
BAD_NAMES = (
    "bad",
    "defective",
    "defect",
    "defects",
    "nok",
    "not_ok",
    "ng",
    "ko",
    "nio",
    "abnormal",
    "anomaly",
    "anomalies",
    "anomalous",
    "fail",
    "failed",
    "reject",
    "rejects",
    "rejected",
    "scrap",
    "faulty",
    "broken",
    "schlecht",
    "defekt",
    "defekte",
    "fehler",
    "fehlerhaft",
    "ausschuss",
)
NEGATIONS = ("no", "non", "not", "without", "ohne", "kein", "keine", "nicht")
MASK_FOLDERS = ("ground_truth", "groundtruth", "masks", "mask")
CALIBRATION_FOLDERS = ("validation", "valid", "val", "calibration")
SYSTEM_FILES = (  # and all that begins with a dot
    "thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "__macosx",
    "@eadir",
    "#recycle",
    "$recycle.bin",
    "system volume information",
)


def plain(name):
    """Spell a name the way the lists above do: "Not-OK" and "not ok" are "not_ok", "n.i.O." is "nio"."""
    return name.strip().casefold().replace("-", "_").replace(" ", "_").replace(".", "")


def means_good(name):
    """Say whether a folder of this name holds good parts."""
    return plain(name) in GOOD_NAMES


def means_bad(name):
    """Say whether a folder of this name holds defective parts of any kind."""
    return plain(name) in BAD_NAMES


def begins_good(name):
    """Say whether a folder's name is a word for good and something more, such as "good_lot2" or "ok 3"."""
    return re.match(rf"({'|'.join(GOOD_NAMES)})[_\d]", plain(name)) is not None


def words_of(stem):
    """Split a file's name into words and numbers, in lower case; "n.i.O." is one word."""
    letters = r"(?<![^\W_])[^\W\d_](?:\.[^\W\d_])+(?![^\W_])"  # single ones, with dots between
    stem = re.sub(letters, lambda found: found[0].replace(".", ""), stem.casefold())
    return re.findall(r"[^\W\d_]+|\d+", stem)


def told_by(stem):
    """Say what a file's name tells of its part: "good", "bad", or "" if it holds no word for either.

    Two words go before one, and a word for "not" turns the next round: "not_ok" and "nicht gut" are bad, "defect_free"
    and "no scrap" good. A number parts the two: "no 5 bad" is bad.
    """
    words = words_of(stem)
    for pair in itertools.pairwise(words):
        both = "_".join(pair)
        if both in BAD_NAMES or (pair[0] in NEGATIONS and pair[1] in GOOD_NAMES):
            return "bad"
        if both in GOOD_NAMES or (pair[0] in NEGATIONS and pair[1] in BAD_NAMES):
            return "good"
    for meaning, names in (("bad", BAD_NAMES), ("good", GOOD_NAMES)):
        if set(words) & set(names):
            return meaning
    return ""


def hidden(path):
    """Say whether a file or folder belongs to the operating system and not to the data."""
    return path.name.startswith(".") or path.name.lower() in SYSTEM_FILES
