"""The live view: watch a GAN learn, in one picture that is renewed while it trains."""

import time

import keras

from gan_helpers import datasets, plots
from gan_helpers.gan import Curves, SampleGrid
from gan_helpers.settings import SEED


class LiveView(keras.callbacks.Callback):
    """Show what G draws from the same noise, D's outputs so far, and the time that is left.

    Outside a notebook nothing is shown; ``grid``, ``curves`` and `figure` are there all the same.

    Parameters
    ----------
    n : int
        Pictures; of each kind, if the GAN is conditional.
    every : int
        Rounds between two pictures of the view.
    average : bool
        Draw from the moving average of G, or from G itself.
    seed : int

    Attributes
    ----------
    grid : SampleGrid
    curves : Curves
    seconds : float
        How long the training took.
    """

    def __init__(self, n=9, *, every=50, average=True, seed=SEED):
        super().__init__()
        self.grid = SampleGrid(n, every=every, average=average, seed=seed)
        self.curves = Curves()
        self.every, self.seconds = every, 0.0
        self._handle = None

    def set_model(self, model):
        """Take the GAN that is going to be trained."""
        super().set_model(model)
        self.grid.set_model(model)
        self.curves.set_model(model)

    def on_train_begin(self, logs=None):
        """Show where G starts."""
        self._start, self._first = time.perf_counter(), int(self.model.step)
        self.grid.on_train_begin(logs)
        self._show("compiling …")

    def on_train_batch_end(self, batch, logs=None):
        """Note the round; renew the view now and then."""
        self.curves.on_train_batch_end(batch, logs)
        self.grid.on_train_batch_end(batch, logs)
        step, last = int(self.model.step), int(self.model.last_step)
        if step == self._first + 1:
            self._start = time.perf_counter()  # what the first round takes is compiling
        elif step % self.every == 0 and step < last:
            took = (time.perf_counter() - self._start) / (step - self._first - 1)
            self._show(f"round {step} of {last}, about {took * (last - step):.0f} s left")

    def on_train_end(self, logs=None):
        """Show what G ends with."""
        self.seconds = time.perf_counter() - self._start
        self.grid.on_train_end(logs)
        self._show(f"round {int(self.model.step)}, after {self.seconds:.0f} s")

    def figure(self, title=""):
        """Draw the view: pictures above, outputs of D below.

        Returns
        -------
        matplotlib.figure.Figure
        """
        made = self.grid.grids[-1]
        kinds = list(getattr(self.model, "kind_names", [])) or [""]
        pictures = datasets.from_tanh(made).reshape(len(kinds), -1, *made.shape[1:])
        columns = pictures.shape[1]
        if len(kinds) > 1:
            pictures = pictures.transpose(1, 0, 2, 3, 4)  # a column a kind
            columns = len(kinds)
        rows = pictures.shape[0]
        side = min(1.1, 10 / columns)
        fig = _frame(rows, columns, side)
        top, bottom = fig.subfigs
        axes = top.subplots(rows, columns, squeeze=False, gridspec_kw={"wspace": 0.03, "hspace": 0.03})
        for row in range(rows):
            for column in range(columns):
                plots.picture(axes[row, column], pictures[row, column])
                axes[row, column].axis("off")
        if len(kinds) > 1:
            for column, kind in enumerate(kinds):
                axes[0, column].set_title(kind.replace("_", " "), fontsize=8.5, pad=3)
        plots.duel(bottom.subplots(), self.curves.table, title)
        return fig

    def _show(self, title):
        from IPython import get_ipython
        from IPython.display import display

        if not hasattr(get_ipython(), "kernel"):
            return

        alt = f"Live view of a training, {title}: what the generator draws from fixed noise, and the outputs of D."
        picture = plots.show(self.figure(title), alt=alt)
        if self._handle is None:
            self._handle = display(picture, display_id=True)
        else:
            self._handle.update(picture)


def _frame(rows, columns, side):
    import matplotlib
    from matplotlib.figure import Figure

    height = rows * side + 0.3
    with matplotlib.rc_context(plots.LOOK):
        fig = Figure(figsize=(max(columns * side, 7), height + 2.0))
        fig.subfigures(2, 1, height_ratios=[height, 2.0])
    return fig
