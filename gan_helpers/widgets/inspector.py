"""The inspector game: judge parts against the clock, then see your escapes and overkill beside the detector's.

The browser (``inspector.js``) shows parts, runs the clock and notes verdicts. What they are worth is counted
here, so that the game can also be played without a browser: look at `InspectorGame.still`, type what you think
into `InspectorGame.play`.
"""

import io
import math
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from PIL import Image
from scipy.stats import fisher_exact

from gan_helpers import decisions
from gan_helpers.settings import SEED
from gan_helpers.widgets.theme import styled

GOOD, DEFECTIVE = "good", "defective"
RAN_PAST = "."  # typed for a part on which the inspector did not decide in time
TYPED = {"g": GOOD, "d": DEFECTIVE, GOOD: GOOD, DEFECTIVE: DEFECTIVE, RAN_PAST: None}
KEPT_AS = "inspector_game"
LEVEL = 0.95
CHANCE = 0.05  # a difference between two halves with a larger p-value is called chance
TILE_INCHES = 1.15
INK, SOFT_INK = "#1f2328", "#59636e"


class InspectorGame(anywidget.AnyWidget):
    """Judge parts one by one before the clock runs out; a part that nobody stops is shipped.

    Parameters
    ----------
    images : array of float32, shape (n, h, w, 1) or (n, h, w, 3)
        In [0, 1].
    labels : array of int, shape (n,)
        0 = good, 1 = defective. They stay in Python until every part is judged.
    detector_scores : array of float, shape (n,), optional
        Higher = more suspicious. With them the detector inspects the very same parts.
    threshold : float, optional
        The detector rejects a part when ``score > threshold``; needed with `detector_scores`.
    seconds_per_part : float
        Time for one verdict; the player can choose another speed.
    detector_seconds : float, optional
        Time that the detector takes for one part, shown beside the player's.
    seed : int
        Draws the order in which the parts come.
    names : array of str, shape (n,), optional
        Of the parts, by which `judged` finds them again; without them, their numbers.
    keep : callable, optional
        Called as ``keep("inspector_game", game.record())`` when every part is judged, such as ``lesson.keep``.

    Attributes
    ----------
    verdicts : list of {"good", "defective", None}
        One a part, in the order of `images`; None = not judged yet.
    order : array of int, shape (n,)
        ``order[0]`` is the part that comes first.

    Raises
    ------
    ValueError
        If shapes, lengths or ranges differ from the above; the message names the argument.

    Examples
    --------
    >>> game = InspectorGame(np.zeros((3, 8, 8, 1), np.float32), [0, 1, 0])
    >>> table = game.play("gdg")  # in the order of game.still()
    >>> len(table)
    1
    """

    _esm = Path(__file__).with_name("inspector.js")
    _css = styled("inspector")

    verdicts = traitlets.List().tag(sync=True)
    seconds_per_part = traitlets.Float(4.0).tag(sync=True)
    _seconds = traitlets.List().tag(sync=True)
    _timed_out = traitlets.List().tag(sync=True)
    _order = traitlets.List().tag(sync=True)
    _pictures = traitlets.List(traitlets.Bytes()).tag(sync=True)
    _report = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        images,
        labels,
        detector_scores=None,
        threshold=None,
        seconds_per_part=4,
        *,
        detector_seconds=None,
        seed=SEED,
        names=None,
        keep=None,
    ):
        if not seconds_per_part > 0:
            raise ValueError(f"seconds_per_part is {seconds_per_part}; give the seconds for one verdict, above 0.")
        self.images, self.labels = _checked_parts(images, labels)
        self.detector_rejects = _checked_detector(len(self.labels), detector_scores, threshold)
        self.names = np.asarray(range(len(self.labels)) if names is None else names).astype(str)
        if self.names.shape != self.labels.shape:
            raise ValueError(f"names has shape {self.names.shape} for {len(self.labels)} parts; give one name a part.")
        self.keep = keep
        self.detector_seconds = detector_seconds
        self._rng = np.random.default_rng(seed)
        super().__init__(
            seconds_per_part=seconds_per_part, _pictures=[_png(image) for image in self.images], **self._fresh()
        )
        self.observe(self._count, names="verdicts")
        self.on_msg(self._on_message)

    @property
    def order(self):
        """Part numbers (rows of `images`) in the order in which they are shown."""
        return np.array(self._order)

    def play(self, verdicts):
        """Judge all parts at once, without a browser, in the order of `still`.

        Parameters
        ----------
        verdicts : str or sequence
            One letter a part: g = good, d = defective, . = ran past you (and is shipped). Spaces don't count. A
            sequence holds "good", "defective" or None.

        Returns
        -------
        pandas.DataFrame
            As `result`.

        Raises
        ------
        ValueError
            If there are more or fewer verdicts than parts, or one is none of these.
        """
        shown = _read_verdicts(verdicts, len(self.labels))
        judged, timed_out = [None] * len(shown), [False] * len(shown)
        for part, verdict in zip(self._order, shown, strict=True):
            judged[part], timed_out[part] = verdict or GOOD, verdict is None
        with self.hold_trait_notifications():
            self._seconds, self._timed_out = [None] * len(shown), timed_out
            self.verdicts = judged
        self._count()
        return self.result()

    def restart(self):
        """Forget all verdicts and draw another order."""
        with self.hold_sync():
            for name, value in self._fresh().items():
                setattr(self, name, value)

    def result(self):
        """Count escapes and overkill of the player, and of the detector on the same parts.

        Returns
        -------
        pandas.DataFrame
            Rows ``you`` and, if there is one, ``detector``. Columns ``judged``, ``escapes``, ``defective``,
            ``escape_rate`` with ``escape_low`` and ``escape_high`` (Wilson, 95 %), the same for ``overkill`` and
            ``good``, and ``seconds`` (median a part). Before the first verdict the player's rates are NaN and
            the detector's row is about all parts.
        """
        import pandas as pd  # takes longer than the rest of this module

        return pd.DataFrame([{"who": who, **row} for who, row in self._rows().items()]).set_index("who")

    def record(self):
        """Return what was played, in types that JSON can hold; `judged` reads it.

        Returns
        -------
        dict
            Lists, one entry a part: ``names``, ``labels``, ``verdicts``, ``seconds`` (None where not measured) and
            ``ran_past`` (true where the clock decided).
        """
        return {
            "names": self.names.tolist(),
            "labels": self.labels.tolist(),
            "verdicts": list(self.verdicts),
            "seconds": list(self._seconds),
            "ran_past": list(self._timed_out),
        }

    def halves(self):
        """Compare the player's first half with the second, in the order shown, since eyes get tired.

        Returns
        -------
        list of dict
            ``judged``, ``wrong`` and ``seconds`` (median a part) of either half.
        """
        middle = len(self._order) // 2
        return [self._half(self._order[:middle]), self._half(self._order[middle:])]

    def still(self):
        """Draw all parts with their numbers in one picture, for paper and for typing verdicts into `play`.

        Returns
        -------
        matplotlib.figure.Figure
            To be shown by ``plots.show(game.still(), alt=...)``; it gives no label away.
        """
        return _contact_sheet(self.images[self.order])

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        n = len(self.labels)
        data["text/plain"] = f"InspectorGame of {n} parts; without a browser: game.still(), then game.play('gd...')"
        return data | {"image/png": picture.getvalue()}, metadata

    def _fresh(self):
        n = len(self.labels)
        return {
            "_order": self._rng.permutation(n).tolist(),
            "_seconds": [None] * n,
            "_timed_out": [False] * n,
            "_report": {},
            "verdicts": [None] * n,
        }

    def _on_message(self, _widget, content, _buffers):
        if content == {"kind": "restart"}:
            self.restart()
            self.send({"kind": "ready"})

    @traitlets.validate("verdicts")
    def _valid_verdicts(self, proposal):
        verdicts = proposal["value"]
        if len(verdicts) != len(self.labels):
            raise traitlets.TraitError(f"{len(verdicts)} verdicts for {len(self.labels)} parts; give one a part.")
        for verdict in verdicts:
            if verdict not in (GOOD, DEFECTIVE, None):
                raise traitlets.TraitError(f"{verdict!r} is no verdict; use 'good', 'defective' or None.")
        return verdicts

    def _count(self, _change=None):
        finished = None not in self.verdicts
        self._report = self._report_for_the_browser() if finished else {}
        if finished and self.keep is not None:
            self.keep(KEPT_AS, self.record())

    def _rows(self):
        judged = np.array([verdict is not None for verdict in self.verdicts])
        rejected = np.array([verdict == DEFECTIVE for verdict in self.verdicts])
        rows = {"you": _row(self.labels[judged], rejected[judged], _median(self._seconds))}
        if self.detector_rejects is not None:
            same = judged if judged.any() else np.full(len(judged), True)
            seconds = math.nan if self.detector_seconds is None else self.detector_seconds
            rows["detector"] = _row(self.labels[same], self.detector_rejects[same], seconds)
        return rows

    def _half(self, parts):
        judged = [part for part in parts if self.verdicts[part] is not None]
        wrong = sum((self.verdicts[part] == DEFECTIVE) != self.labels[part] for part in judged)
        return {
            "judged": len(judged),
            "wrong": int(wrong),
            "seconds": _median([self._seconds[part] for part in judged]),
        }

    def _report_for_the_browser(self):
        rows = self._rows()
        number = {part: i + 1 for i, part in enumerate(self._order)}

        def gallery(label, verdict):
            return [
                {"part": part, "number": number[part], "note": self._note(part)}
                for part in self._order
                if self.labels[part] == label and self.verdicts[part] == verdict
            ]

        return {
            "headline": headline(rows),
            "rows": [{"who": who, **_without_nan(row)} for who, row in rows.items()],
            "timed_out": sum(self._timed_out),
            "escapes": gallery(1, GOOD),
            "overkill": gallery(0, DEFECTIVE),
            "fatigue": fatigue(*self.halves()),
        }

    def _note(self, part):
        """Say what the detector, and the clock, did with a part on which the player was wrong."""
        notes = ["ran past you"] if self._timed_out[part] else []
        if self.detector_rejects is not None:
            right = self.detector_rejects[part] == self.labels[part]
            did = "rejected" if self.detector_rejects[part] else "accepted"
            notes.append(f"detector {did} it{'' if right else ', too'}")
        return "; ".join(notes)


def judged(record, names):
    """Find the parts of a kept game among others, to compare its verdicts with a detector's.

    Parameters
    ----------
    record : dict
        As `InspectorGame.record` gives it and ``lesson.kept("inspector_game")`` reads it.
    names : array of str, shape (n,)
        Of the parts to find them among, such as ``test.names``.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Row numbers, int (m,), and whether the player rejected that part, bool (m,). Parts that are not among `names`
        or were not judged are left out.

    Raises
    ------
    ValueError
        If none of the parts judged is among `names`.

    Examples
    --------
    >>> game = InspectorGame(np.zeros((3, 8, 8, 1), np.float32), [0, 1, 0], names=["a", "b", "c"])
    >>> table = game.play("ggg")
    >>> rows, rejected = judged(game.record(), ["c", "x", "a"])
    >>> rows.tolist(), rejected.tolist()
    ([2, 0], [False, False])
    """
    row_of = {str(name): row for row, name in enumerate(names)}
    found = [
        (row_of[name], verdict == DEFECTIVE)
        for name, verdict in zip(record["names"], record["verdicts"], strict=True)
        if name in row_of and verdict is not None
    ]
    if not found:
        raise ValueError(
            f"None of the {len(record['names'])} parts of the game was judged and is among these {len(row_of)}; load "
            "the data set that was played."
        )
    rows, rejected = zip(*found, strict=True)
    return np.array(rows), np.array(rejected)


def headline(rows):
    """Say in one sentence what slipped through and what was thrown away, for the rows of `InspectorGame.result`."""
    you = rows["you"]
    sentence = (
        f"You let {you['escapes']} of {you['defective']} defective parts through "
        f"and rejected {you['overkill']} of {you['good']} good ones"
    )
    if "detector" not in rows:
        return f"{sentence}."
    detector = rows["detector"]
    return f"{sentence}; the detector let {detector['escapes']} through and rejected {detector['overkill']}."


def fatigue(first, second):
    """Compare two halves (`InspectorGame.halves`) in words, without reading more into them than they hold."""
    if not (first["judged"] and second["judged"]):
        return ""
    halves = [
        f"{name} half: {half['wrong']} of {half['judged']} wrong"
        + ("" if math.isnan(half["seconds"]) else f", {half['seconds']:.1f} s a part")
        for name, half in (("First", first), ("Second", second))
    ]
    table = [[half["wrong"], half["judged"] - half["wrong"]] for half in (first, second)]
    p_value = fisher_exact(table).pvalue
    if first["wrong"] == second["wrong"] and first["judged"] == second["judged"]:
        verdict = "No sign of tired eyes yet. A shift has thousands of parts."
    elif p_value > CHANCE:
        verdict = f"With so few parts, a difference like this may be chance (p = {p_value:.2f})."
    elif second["wrong"] > first["wrong"]:
        verdict = "Your second half was worse, by more than chance: that is what a shift does to eyes."
    else:
        verdict = "Your second half was better, by more than chance: you have learnt what a defect looks like."
    return f"{halves[0]}. {halves[1]}. {verdict}"


def _row(labels, rejected, seconds):
    at = (
        decisions.rates(labels, rejected, threshold=0.5)
        if len(labels)
        else decisions.Rates(*[math.nan] * 2, 0, 0, 0, 0)
    )
    escape_low, escape_high = decisions.rate_interval(at.escapes, at.defective, LEVEL)
    overkill_low, overkill_high = decisions.rate_interval(at.overkill, at.good, LEVEL)
    return {
        "judged": len(labels),
        "escapes": at.escapes,
        "defective": at.defective,
        "escape_rate": at.escape_rate,
        "escape_low": escape_low,
        "escape_high": escape_high,
        "overkill": at.overkill,
        "good": at.good,
        "overkill_rate": at.overkill_rate,
        "overkill_low": overkill_low,
        "overkill_high": overkill_high,
        "seconds": seconds,
    }


def _median(seconds):
    known = [second for second in seconds if second is not None]
    return float(np.median(known)) if known else math.nan


def _without_nan(row):
    """JSON has no NaN; the browser gets null."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _read_verdicts(verdicts, n):
    if isinstance(verdicts, str):
        verdicts = "".join(verdicts.split())
    read = []
    for verdict in verdicts:
        key = RAN_PAST if verdict is None else str(verdict).lower()
        if key not in TYPED:
            raise ValueError(f"{verdict!r} is no verdict; use g (good), d (defective) or . (ran past you).")
        read.append(TYPED[key])
    if len(read) != n:
        raise ValueError(f"{len(read)} verdicts for {n} parts; give one a part, in the order of game.still().")
    return read


def _checked_parts(images, labels):
    images, labels = np.asarray(images), np.asarray(labels)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not len(images):
        raise ValueError(f"images has shape {images.shape}; give at least one part as (n, h, w, 1) or (n, h, w, 3).")
    if not np.issubdtype(images.dtype, np.floating) or not (images.min() >= 0 and images.max() <= 1):
        raise ValueError("images are not float in [0, 1]; divide 8-bit images by 255, and mend NaN.")
    if labels.shape != (len(images),) or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"labels must be {len(images)} numbers, one a part: 0 = good, 1 = defective.")
    return images, labels.astype(np.int8)


def _checked_detector(n, scores, threshold):
    if scores is None:
        return None
    if threshold is None:
        raise ValueError("detector_scores without a threshold decide nothing; give threshold, too.")
    scores = np.asarray(scores, dtype=np.float64)
    if scores.shape != (n,) or not np.isfinite(scores).all():
        raise ValueError(f"detector_scores must be {n} finite numbers, one a part; they have shape {scores.shape}.")
    return scores > threshold


def _png(image):
    pixels = np.round(image * 255).astype(np.uint8)
    picture = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(picture, format="PNG")
    return picture.getvalue()


def _contact_sheet(images):
    from matplotlib.figure import Figure  # a quarter of a second that only the still needs

    n = len(images)
    columns = min(n, min((8, 7, 6, 5), key=lambda columns: -n % columns))  # the fullest last row
    rows = math.ceil(n / columns)
    gap, caption = 0.08, 0.2  # in widths of a tile
    width, height = columns * (1 + gap) - gap, rows * (1 + gap + caption) - gap
    figure = Figure(figsize=(width * TILE_INCHES, height * TILE_INCHES + 0.45), facecolor="white")
    axes = figure.add_axes((0, 0, 1, height * TILE_INCHES / (height * TILE_INCHES + 0.45)))
    for i, image in enumerate(images):
        left = (i % columns) * (1 + gap)
        top = (i // columns) * (1 + gap + caption) + caption
        pixels = image[..., 0] if image.shape[-1] == 1 else image
        axes.imshow(pixels, cmap="gray", vmin=0, vmax=1, extent=(left, left + 1, top + 1, top), interpolation="bicubic")
        axes.text(left, top - 0.05, str(i + 1), color=INK, size=10, weight="bold", va="bottom")
    axes.set(xlim=(-0.02, width + 0.02), ylim=(height + 0.02, 0), aspect="equal")
    axes.axis("off")
    figure.text(0.005, 0.985, "Which of these would you stop?", color=INK, size=13, weight="bold", va="top")
    figure.text(0.995, 0.98, "g = good, d = defective", color=SOFT_INK, size=10, va="top", ha="right")
    return figure
