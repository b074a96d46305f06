"""The live chart: a shift of production runs by, lot by lot, and the learner says when to stop the line.

Python counts (`gan_helpers.process`); the browser (``live_chart.js``) shows one lot after the other and says which lot
was the last when the line was stopped.
"""

import base64
import io

import anywidget
import numpy as np
import traitlets

from gan_helpers import plots
from gan_helpers.widgets.theme import scripted, styled

SLOW, FAST = 0.05, 5.0  # seconds a lot
PICTURE_SIDE = 96  # pixels


class LiveChart(anywidget.AnyWidget):
    """Watch charts grow and stop the line.

    Parameters
    ----------
    charts : dict of str to `process.Chart`
        One to four charts of the same lots, by the words that stand above them; one value a lot each.
    defective : array of int, shape (n,)
        Truly defective parts in each lot; counted up once the line stands still.
    begin : float, optional
        Lot (from 0, with its fraction) in which the fault begins; marked once the line stands still.
    pictures : array of float, shape (n, h, w, c), in [0, 1], optional
        One a lot, such as its most suspicious part.
    parts_per_lot : int
    seconds_per_lot : float
        To begin with; the learner can change it.
    minutes_per_lot : float, optional
        Of the line's own clock, from six in the morning; without it no clock is shown.

    Attributes
    ----------
    shown : int
        Lots seen so far; may be read and set at any time.
    playing : bool
    stopped_at : int or None
        Lots that had been made when the learner stopped the line.

    Raises
    ------
    ValueError
        If the charts differ in length, or something else doesn't fit them.

    Examples
    --------
    >>> from gan_helpers import process
    >>> live = LiveChart({"sum": process.cusum([0.0, 1.0, 5.0])}, [0, 1, 3], begin=1.5)
    >>> live.shown = 3
    >>> live.sentence()
    'Lot 3 of 3. The chart of "sum" has alarmed at lot 3.'
    """

    _esm = scripted("live_chart")
    _css = styled("live_chart")

    shown = traitlets.Int(0).tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    seconds_per_lot = traitlets.Float(0.5).tag(sync=True)
    _stopped = traitlets.Int(-1).tag(sync=True)
    _charts = traitlets.List().tag(sync=True)
    _pictures = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _line = traitlets.Dict().tag(sync=True)
    _words = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        charts,
        defective,
        *,
        begin=None,
        pictures=None,
        parts_per_lot=40,
        seconds_per_lot=0.5,
        minutes_per_lot=None,
    ):
        self.charts, self.defective = _checked(charts, defective, pictures)
        self.begin, self.parts_per_lot = begin, parts_per_lot
        if begin is not None and not 0 <= begin <= len(self):
            raise ValueError(f"begin is {begin}; give a lot from 0 to {len(self)}, or None.")
        line = {"lots": len(self), "partsPerLot": parts_per_lot, "minutesPerLot": minutes_per_lot, "begin": begin}
        super().__init__(
            seconds_per_lot=seconds_per_lot,
            _line=line,
            _charts=[_sent(name, chart) for name, chart in self.charts.items()],
            _pictures=[] if pictures is None else [_address(picture) for picture in pictures],
        )
        self._say()
        self.observe(self._say, names=["shown", "_stopped"])

    def __len__(self):
        """Return the number of lots in the shift."""
        return len(self.defective)

    @property
    def stopped_at(self):
        """Lots that had been made when the learner stopped the line; None as long as it runs."""
        return None if self._stopped < 0 else self._stopped

    def stop(self):
        """Stop the line after the lots seen so far, as the button does."""
        self.playing = False
        self._stopped = self.shown

    @property
    def state(self):
        """All that an exercise may ask, as a dict."""
        alarms = {name: chart.first_alarm for name, chart in self.charts.items()}
        return {"shown": self.shown, "playing": self.playing, "stopped_at": self.stopped_at, "first_alarms": alarms}

    def sentence(self):
        """Say how far the shift is and which charts have alarmed."""
        if not self.shown:
            return f"{len(self)} lots of {self.parts_per_lot} parts are ahead. Start the line."
        seen = []
        for name, chart in self.charts.items():
            if chart.alarms[: self.shown].any():
                seen.append(f'The chart of "{name}" has alarmed at lot {int(np.argmax(chart.alarms)) + 1}.')
        return " ".join([f"Lot {self.shown} of {len(self)}.", *(seen or ["No alarm so far."])])

    def verdict(self):
        """Say what stopping there was worth; empty as long as the line runs."""
        if self.stopped_at is None:
            return ""
        before = int(self.defective[: self.stopped_at].sum())
        if self.begin is None:
            return f"You stopped after lot {self.stopped_at}; {before} defective parts had been made."
        first = int(self.begin)
        if self.stopped_at <= first:
            begins = f"the fault begins in lot {first + 1}"
            return f"You stopped after lot {self.stopped_at}, and nothing was wrong yet: {begins}."
        since, after = int(self.defective[first : self.stopped_at].sum()), int(self.defective[self.stopped_at :].sum())
        return (
            f"You stopped after lot {self.stopped_at}. The fault began in lot {first + 1}; {since} defective parts "
            f"were made since then, and the rest of the shift would have made {after} more."
        )

    def still(self):
        """Draw the charts as far as they are seen (all of them, if nothing is seen yet), for paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        fig, axes = plots.panels(len(self.charts), 1, width=8.5, row_height=1.9, sharex=True)
        last = self.shown or len(self)
        for axis, (name, chart) in zip(axes[:, 0], self.charts.items(), strict=True):
            lots = np.arange(1, last + 1)
            axis.plot(lots, chart.statistic[:last], "o-", color=plots.GOOD_COLOUR, markersize=3.5, linewidth=1.2)
            alarms = chart.alarms[:last]
            axis.plot(lots[alarms], chart.statistic[:last][alarms], "D", color=plots.DEFECTIVE_COLOUR, label="alarm")
            axis.plot(lots, chart.upper[:last], color=plots.DEFECTIVE_COLOUR, linestyle="--", linewidth=1.2)
            axis.set_title(name, fontsize=9.5, loc="left")
            if self.begin is not None and (self.stopped_at is not None or last == len(self)):
                axis.axvline(self.begin + 0.5, color="#303134", linestyle=":", linewidth=1.4)
            if alarms.any():
                axis.legend(loc="upper left", fontsize=8.5)
        axes[-1, 0].set(xlabel=f"lot of {self.parts_per_lot} parts", xlim=(0.5, len(self) + 0.5))
        return fig

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        data["text/plain"] = "LiveChart; without a browser: set live.shown, call live.stop(), draw live.still()"
        return data | {"image/png": picture.getvalue()}, metadata

    def _say(self, _change=None):
        defective = int(self.defective[: self.shown].sum())
        self._words = {"sentence": self.sentence(), "verdict": self.verdict(), "defective": defective}

    @traitlets.validate("shown", "_stopped")
    def _valid_lots(self, proposal):
        lowest = -1 if proposal["trait"].name == "_stopped" else 0
        if not lowest <= proposal["value"] <= len(self):
            raise traitlets.TraitError(f"{proposal['value']} lots of {len(self)}; give a number from 0 to {len(self)}.")
        return proposal["value"]

    @traitlets.validate("seconds_per_lot")
    def _valid_seconds(self, proposal):
        if not SLOW <= proposal["value"] <= FAST:
            raise traitlets.TraitError(f"seconds_per_lot is {proposal['value']}; give {SLOW:g} to {FAST:g} seconds.")
        return proposal["value"]


def _checked(charts, defective, pictures):
    defective = np.asarray(defective)
    if not 1 <= len(charts) <= 4:
        raise ValueError(f"There are {len(charts)} charts; give one to four.")
    for name, chart in charts.items():
        if len(chart.statistic) != len(defective):
            raise ValueError(f"The chart {name!r} has {len(chart.statistic)} values for {len(defective)} lots.")
        if not np.all(np.isfinite(chart.statistic)):
            raise ValueError(f"The chart {name!r} holds NaN or infinite values; mend what made them.")
    if not len(defective):
        raise ValueError("There is no lot; give at least one.")
    if pictures is not None and len(pictures) != len(defective):
        raise ValueError(f"There are {len(pictures)} pictures for {len(defective)} lots; give one a lot.")
    return dict(charts), defective


def _sent(name, chart):
    """Put a chart into what the browser draws: numbers, and the range that they need."""
    upper = np.where(np.isfinite(chart.upper), chart.upper, chart.statistic.max())
    low, high = min(0.0, float(chart.statistic.min())), float(max(chart.statistic.max(), upper.max()))
    return {
        "name": name,
        "values": chart.statistic.round(4).tolist(),
        "upper": upper.round(4).tolist(),
        "alarms": chart.alarms.astype(bool).tolist(),
        "low": low,
        "high": high + 0.08 * (high - low),
    }


def _address(picture):
    """Turn a picture into a PNG that the browser takes in place of an address."""
    from PIL import Image

    image = Image.fromarray((np.clip(np.asarray(picture).squeeze(), 0, 1) * 255).astype(np.uint8))
    image.thumbnail((PICTURE_SIDE, PICTURE_SIDE))
    packed = io.BytesIO()
    image.save(packed, format="PNG")
    return "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()
