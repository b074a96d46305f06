"""What the learner has done so far, kept between sessions: one small file a lesson in `settings.home`.

One file a lesson means that two notebooks open at the same time do not write over each other. A file that
cannot be read is set aside under another name, never lost.
"""

import json
import os
from datetime import UTC, datetime

from gan_helpers import settings

RIGHT, NOT_YET, UNTOUCHED = "right", "not yet", "not attempted"
_RANK = (UNTOUCHED, NOT_YET, RIGHT)


def folder():
    """Return the folder of the progress files (created if missing)."""
    path = settings.home() / "progress"
    path.mkdir(parents=True, exist_ok=True)
    return path


def store(number, title, keys, key, state):
    """Note the outcome of one check; what was right once stays right.

    Parameters
    ----------
    number, title, keys : int, str, list of str
        The lesson and its exercises; an exercise that the lesson no longer has is forgotten.
    key, state : str
        The exercise checked, and `RIGHT`, `NOT_YET` or `UNTOUCHED`.

    Returns
    -------
    str or None
        A sentence for the learner if the file was damaged or can't be written; a lesson never stops for this.
    """
    try:
        path = folder() / f"{number:02d}.json"
        known, sentence = _read(path)
        exercises = {name: entry for name, entry in known.get("exercises", {}).items() if name in keys}
        entry = exercises.get(key, {"state": UNTOUCHED, "tries": 0})
        tries = entry["tries"] + (state != UNTOUCHED)
        best = max(entry["state"], state, key=_RANK.index)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        exercises[key] = {"state": best, "tries": tries, "when": when}
        _write(path, {"lesson": number, "title": title, "total": len(keys), "exercises": exercises})
    except OSError as error:
        return (
            f"Your progress could not be saved ({error.strerror or error}): "
            "set `GAN_QC_HOME` to a folder that you may write to."
        )
    return sentence


def stored(number=None):
    """Read what is kept: one lesson's entry (empty if untouched), or all lessons' as a list in their order.

    Returns
    -------
    (dict or list of dict, list of str)
        The entries, and a sentence for every file that had to be set aside.
    """
    try:
        pattern = "[0-9][0-9].json" if number is None else f"{number:02d}.json"
        read = [_read(path) for path in sorted(folder().glob(pattern))]
    except OSError as error:
        read = [({}, f"Your progress could not be read: {error}.")]
    lessons = [lesson for lesson, _ in read if lesson]
    sentences = [sentence for _, sentence in read if sentence]
    return (lessons if number is None else (lessons or [{}])[0]), sentences


def keep(name, content):
    """Keep something that a later lesson needs, such as a game that was played; it replaces what had that name.

    Parameters
    ----------
    name : str
        Of letters, digits and underscores.
    content : object
        Anything that JSON can hold.

    Returns
    -------
    str or None
        A sentence for the learner if it can't be written; a lesson never stops for this.
    """
    try:
        _write(_kept_path(name), content)
    except OSError as error:
        return f"{name} could not be kept ({error.strerror or error}): set `GAN_QC_HOME` to a folder you may write to."
    return None


def kept(name):
    """Return what `keep` kept under a name, or None if there is nothing (or nothing that can be read)."""
    try:
        return json.loads(_kept_path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _kept_path(name):
    if not name.isidentifier():
        raise ValueError(f"{name!r} is no name to keep something under; use letters, digits and underscores.")
    path = settings.home() / "kept"
    path.mkdir(parents=True, exist_ok=True)
    return path / f"{name}.json"


def _read(path):
    if not path.exists():
        return {}, None
    try:
        lesson = json.loads(path.read_text(encoding="utf-8"))
        for entry in lesson["exercises"].values():
            _RANK.index(entry["state"]), entry["tries"] + 0
        return {name: lesson[name] for name in ("lesson", "title", "total", "exercises")}, None
    except (ValueError, LookupError, TypeError, AttributeError):
        aside = next(
            candidate
            for n in range(1, 10_000)
            if not (candidate := path.with_name(f"{path.stem}.damaged-{n}.json")).exists()
        )
        path.replace(aside)
        return {}, f"Your progress file could not be read; it is kept as `{aside}`, and counting starts anew."


def _write(path, content):
    # written beside the file and moved over it: a crash leaves the old file or the new one, never half of one
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    draft.replace(path)
