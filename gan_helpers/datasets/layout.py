"""Which file of a folder is what: good or defective, for training or for test, and with which mask."""

import hashlib
import re
import shutil
import tempfile
import warnings
import zipfile
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gan_helpers.datasets.names import (
    BAD_NAMES,
    CALIBRATION_FOLDERS,
    GOOD_NAMES,
    MASK_FOLDERS,
    begins_good,
    hidden,
    means_bad,
    means_good,
    plain,
)
from gan_helpers.datasets.partset import GOOD, DataError, DataWarning
from gan_helpers.datasets.reading import SUFFIXES

CAMERA_SUFFIXES = (
    ".heic",
    ".heif",
    ".avif",
    ".raw",
    ".dng",
    ".cr2",
    ".cr3",
    ".nef",
    ".arw",
    ".orf",
    ".rw2",
    ".svg",
    ".jp2",
    ".mp4",
    ".mov",
)
APPLE_SUFFIXES = (".heic", ".heif")
DRIVE = re.compile("[A-Za-z]:")  # of Windows
SIDES = ("test", "testing", "training", *CALIBRATION_FOLDERS)
LISTED = 10  # problems that one message spells out


@dataclass(frozen=True)
class Photo:
    """A file and what its place in the folder says about it."""

    path: Path
    name: str  # relative to the folder, with forward slashes
    side: str  # "train", "calibration", "test", or "" where the loader has to decide
    kind: str
    group: str  # first folder below the class, "" without one
    mask: Path = None


class Problems:
    """Collects what is wrong, so that a reader who has ten broken files hears of all ten at once."""

    def __init__(self, folder):
        self.folder = folder
        self.sentences = []
        self.hints = []

    def add(self, sentence):
        """Note what makes the data unusable, in a sentence with its cure."""
        self.sentences.append(sentence)

    def hint(self, sentence):
        """Note what the reader should know about data that can be used."""
        self.hints.append(sentence)

    def tell(self, stacklevel=3):
        """Warn of all hints, as if from the caller's caller, then raise all problems as one `DataError`."""
        for sentence in self.hints:
            warnings.warn(sentence, DataWarning, stacklevel=stacklevel)
        self.hints = []
        if len(self.sentences) == 1:
            raise DataError(self.sentences[0])
        if self.sentences:
            lines = [f"{len(self.sentences)} problems in {self.folder}:", *self.sentences[:LISTED]]
            if len(self.sentences) > LISTED:
                lines.append(f"and {len(self.sentences) - LISTED} more.")
            raise DataError("\n- ".join(lines))


@contextmanager
def opened(path):
    """Yield the folder behind ``path``; a .zip is unpacked into a temporary folder for as long as it is needed.

    Raises
    ------
    DataError
        If there is nothing at ``path``, or if the archive is broken, locked, or wants to write outside its folder.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        yield _the_folder_inside(path)
    elif not path.exists():
        raise DataError(f"There is no folder {path.absolute()}; check the spelling.")
    elif not zipfile.is_zipfile(path):
        if path.suffix.lower() == ".zip":
            raise DataError(f"{path.name} is broken or no zip archive; make the archive again.")
        raise DataError(f"{path} is a file; give the folder that holds the images, or a .zip of it.")
    else:
        with tempfile.TemporaryDirectory() as folder:
            _unpack(path, Path(folder))
            yield _the_folder_inside(Path(folder))


def find_photos(root, problems):
    """List all photographs below ``root`` with their roles, and say whether there is a folder of masks."""
    _check_formats(root, problems)
    if problems.sentences and not any(_is_image(file) for file in _all_files(root)):
        return [], False
    folders = [folder for folder in _folders(root) if plain(folder.name) not in MASK_FOLDERS]
    mask_folders = [folder for folder in _folders(root) if plain(folder.name) in MASK_FOLDERS]
    masks = {}
    for folder in mask_folders:
        masks |= _masks(folder, root, problems)
    for file in _files(root):
        if _is_image(file):
            problems.add(f"{file.name} lies beside the folders; move it into the folder of its class.")
    mvtec = any(plain(folder.name) == "train" for folder in folders)
    photos = list((_find_mvtec if mvtec else _find_two_folders)(root, folders, masks, problems))
    for mask in masks.values():
        problems.add(f"{mask.relative_to(root).as_posix()} fits no image; name it like its image, or remove it.")
    return photos, bool(mask_folders)


def check_copies(photos, problems):
    """Find files of equal content; a copy on two sides of a split or under two labels is a problem.

    Returns an identity for every photo, equal for equal content, so that harmless copies can be kept on one side.
    """
    sizes = [photo.path.stat().st_size for photo in photos]
    common = Counter(sizes)
    identities, by_identity = [], defaultdict(list)
    for photo, size in zip(photos, sizes, strict=True):
        identity = photo.name  # a file of unique length has no copy and need not be read
        if common[size] > 1:
            try:
                with photo.path.open("rb") as file:
                    identity = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                pass  # reading it as an image fails as well, and says so
        identities.append(identity)
        by_identity[identity].append(photo)
    harmless = []
    for same in by_identity.values():
        for other in same[1:]:
            if other.kind != same[0].kind:
                problems.add(
                    f"{same[0].name} and {other.name} are the same file under two labels; remove the wrong one."
                )
            elif other.side != same[0].side or (other.side == "" and other.group != same[0].group):
                problems.add(
                    f"{same[0].name} and {other.name} are the same file; remove one, because a test on parts "
                    "that were trained on proves nothing."
                )
            else:
                harmless.append((same[0].name, other.name))
    if harmless:
        first, second = harmless[0]
        problems.hint(
            f"{len(harmless)} files are exact copies, such as {first} and {second}; remove them, they count twice."
        )
    return identities


def _find_mvtec(root, folders, masks, problems):
    """Yield the photos of train/good, test/good, test/<defect> and, where it exists, validation/good."""
    strangers = []
    lots = _lots(kind for folder in folders for kind in _folders(folder))
    for folder in folders:
        name = plain(folder.name)
        if name == "train" or name in CALIBRATION_FOLDERS:
            side = "train" if name == "train" else "calibration"
            for kind_folder in _folders(folder):
                photos = list(_photos_of(kind_folder, root, side, lots, {}, problems))
                if means_good(kind_folder.name):
                    yield from photos
                elif photos:
                    problems.add(
                        f"{folder.name}/{kind_folder.name} holds {len(photos)} images, but a detector learns from "
                        f"good parts only; move them to test/{kind_folder.name}, or call the folder good if they are."
                    )
        elif name == "test":
            for kind_folder in _folders(folder):
                _check_kind(kind_folder, f"{folder.name}/good", problems)
                yield from _photos_of(kind_folder, root, "test", lots, masks, problems)
        else:
            strangers += [folder.name] if any(_is_image(file) for file in _all_files(folder)) else []
            continue
        for file in _files(folder):
            if _is_image(file):
                problems.add(f"{folder.name}/{file.name} has no class; move it to {folder.name}/good.")
    if strangers:
        problems.hint(f"Not read, because it is neither train nor test: {', '.join(strangers)}.")


def _find_two_folders(root, folders, masks, problems):
    """Yield the photos of a good folder and of every other folder, each of which is a kind of defect."""
    good = [folder for folder in folders if means_good(folder.name)]
    sides = any(plain(folder.name) in SIDES for folder in folders)
    if len(folders) > 1 and not sides and all(_holds_good(folder) for folder in folders):
        lots = ", ".join(f"good/{folder.name}" for folder in folders[:2])
        problems.add(f"Each folder of {root.name} holds a folder of good parts; turn it round: {lots} and so on.")
        return
    if len(good) != 1:
        there = ", ".join(sorted(folder.name for folder in folders)) or "no folder"
        problems.add(
            f"{root.name} holds {there}; it needs train/good and test, or one folder of good parts "
            f"({', '.join(GOOD_NAMES[:4])}) beside one of defective ones ({', '.join(BAD_NAMES[:2])}, nok)."
        )
        return
    for folder in folders:
        if plain(folder.name) in ("test", *CALIBRATION_FOLDERS):
            problems.add(
                f"{folder.name} stands beside {good[0].name}, and is no kind of defect; make it train/good, test/good "
                "and test/<defect>, or put all good parts into good and all defective ones into defective."
            )
        else:
            _check_kind(folder, good[0].name, problems)
    for folder in folders:
        yield from _photos_of(folder, root, "" if folder in good else "test", _lots(good), masks, problems)


def _holds_good(folder):
    """Say whether a folder holds a folder of good parts."""
    return any(means_good(below.name) for below in _folders(folder))


def _lots(folders):
    """Return the names of the folders below those of good parts."""
    return {below.name for folder in folders if means_good(folder.name) for below in _folders(folder)}


def _check_kind(folder, good, problems):
    """Refuse a folder of good parts, by its name, that would be taken for a kind of defect."""
    if begins_good(folder.name):
        problems.add(
            f"{folder.name} would be taken for a kind of defect; if its parts are good, make it a lot of them, "
            f"{good}/{folder.name}, and call it otherwise if they are defective."
        )


def _check_formats(root, problems):
    """Tell of photographs that can't be read, one sentence a format; beside a readable twin they do no harm."""
    files = _all_files(root)
    readable = {file.with_suffix("").as_posix().casefold() for file in files if _is_image(file)}
    beside, others = [], defaultdict(list)
    for file in files:
        if file.suffix.lower() in CAMERA_SUFFIXES:
            name = file.relative_to(root).as_posix()
            if file.with_suffix("").as_posix().casefold() in readable:
                beside.append(name)
            else:
                others[file.suffix.lower()].append(name)
    for suffix, names in others.items():
        cure = "save it as PNG or JPEG" if len(names) == 1 else "save them as PNG or JPEG"
        if suffix in APPLE_SUFFIXES:
            cure += " (on an iPhone: Settings, Camera, Formats, Most Compatible)"
        if len(names) == 1:
            problems.add(f"{names[0]} is in a format that cannot be read; {cure}.")
        else:
            problems.add(f"{len(names)} files, such as {names[0]}, are in a format that cannot be read; {cure}.")
    if beside:
        problems.hint(f"Not read: {_some(beside)}; the photograph of the same name was read instead.")


def _some(names):
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _photos_of(folder, root, side, lots, masks, problems):
    """Yield the photos of one class; a folder below it is a lot, or a kind of defect below a folder of all defects."""
    strangers, inner, files = [], set(), _all_files(folder)
    if not files:
        problems.hint(f"The folder {folder.relative_to(root).as_posix()} is empty.")
    for file in files:
        name = file.relative_to(root).as_posix()
        if not _is_image(file):
            strangers += [name] if file.suffix.lower() not in CAMERA_SUFFIXES else []
            continue
        below = file.relative_to(folder).parent.parts
        kind = GOOD if means_good(folder.name) else folder.name
        if kind != GOOD and (inside := {part for part in below if means_good(part) or begins_good(part)}):
            inner.add(f"{folder.relative_to(root).as_posix()}/{min(inside)}")
        if below and means_bad(folder.name) and below[0] not in lots:
            kind, below = below[0], below[1:]
        key = file.relative_to(folder.parent).with_suffix("").as_posix()
        yield Photo(file, name, side, kind, below[0] if below else "", masks.pop(key, None))
    for name in sorted(inner):
        problems.add(f"{name} lies below a folder of defective parts; move its photographs to a folder of good ones.")
    if strangers:
        problems.hint(f"Not read, because they are no images: {_some(strangers)}.")


def _masks(folder, root, problems):
    """Map "<kind>/<stem>" to its mask file, for <stem>.png as well as <stem>_mask.png."""
    masks = {}
    for file in _all_files(folder):
        name = file.relative_to(root).as_posix()
        if not _is_image(file):
            problems.hint(f"Not read, because it is no image: {name}.")
            continue
        key = file.relative_to(folder).with_suffix("").as_posix().removesuffix("_mask")
        if key in masks:
            problems.add(f"{name} is a second mask of the image {key}; keep one.")
        masks[key] = file
    return masks


def _unpack(archive, folder):
    """Unpack a zip into ``folder``, after a look at what it wants to write where."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist():
                inside = PurePosixPath(member.filename.replace("\\", "/"))
                symlink = (member.external_attr >> 16) & 0o170000 == 0o120000
                if inside.is_absolute() or ".." in inside.parts or DRIVE.match(member.filename) or symlink:
                    raise DataError(
                        f"{archive.name} holds {member.filename!r}, which points outside the archive; "
                        "make the archive again from the folder alone."
                    )
            needed, free = sum(m.file_size for m in zipped.infolist()), shutil.disk_usage(folder).free
            if needed > 0.9 * free:
                raise DataError(
                    f"{archive.name} unpacks to {needed / 1e9:.1f} GB, but {folder.parent} has {free / 1e9:.1f} GB "
                    "free; unpack it elsewhere and give the folder."
                )
            zipped.extractall(folder)
    except (
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        OSError,
    ) as problem:  # broken, locked, exotic
        raise DataError(f"{archive.name} cannot be unpacked ({problem}); make the archive again.") from None


def _the_folder_inside(root):
    """Step into a folder that holds nothing but one other folder, as unpacked archives often do."""
    while len(inner := _folders(root)) == 1 and not _files(root):
        name = inner[0].name
        if plain(name) in ("train", "test") or means_good(name) or means_bad(name):
            break
        root = inner[0]
    return root


def _is_image(file):
    return file.suffix.lower() in SUFFIXES


def _folders(folder):
    return sorted((p for p in folder.iterdir() if p.is_dir() and not hidden(p)), key=lambda p: p.name)


def _files(folder):
    return sorted((p for p in folder.iterdir() if p.is_file() and not hidden(p)), key=lambda p: p.name)


def _all_files(folder):
    """Return the files of a folder and of all below it, in a fixed order."""
    return [*_files(folder), *(file for below in _folders(folder) for file in _all_files(below))]
