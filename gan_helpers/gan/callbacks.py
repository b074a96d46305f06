"""What looks after a training: samples from fixed noise, curves, memory, a guard, checkpoints, progress.

All count rounds (`GAN.step`), not epochs, and all can be handed to `GAN.fit` together.
"""

import math
import time

import keras
import numpy as np
import pandas as pd

from gan_helpers.gan import state
from gan_helpers.settings import SEED

COLLAPSED = 0.02  # share of the real variance
WARM_UP = 30  # rounds in which a generator may still draw one and the same


class SampleGrid(keras.callbacks.Callback):
    """Keep what G draws from the same noise, round after round.

    Parameters
    ----------
    n : int
        Pictures; of each kind, if the GAN is conditional.
    every : int
        Rounds between two grids; the first and the last round are always kept.
    average : bool
        Draw from the moving average of G, or from G itself.
    seed : int

    Attributes
    ----------
    steps : list of int
    grids : list of numpy.ndarray
        float32 (n, ...) each, as G draws.
    """

    def __init__(self, n=8, *, every=100, average=True, seed=SEED):
        super().__init__()
        self.n, self.every, self.average, self.seed = n, every, average, seed
        self.steps, self.grids = [], []

    def on_train_begin(self, logs=None):
        self._keep()

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step) % self.every == 0:
            self._keep()

    def on_train_end(self, logs=None):
        self._keep()

    def _keep(self):
        step = int(self.model.step)
        if self.steps and self.steps[-1] == step:
            return
        names = getattr(self.model, "kind_names", None)
        options = {"seed": self.seed, "average": self.average}
        if names:
            options["kinds"] = np.repeat(names, self.n)
        self.steps.append(step)
        self.grids.append(self.model.sample(self.n * max(len(names or ()), 1), **options))


class Curves(keras.callbacks.Callback):
    """Keep the figures of every round.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a round, index ``step``: ``discriminator_loss``, ``generator_loss``, ``penalty``; ``real_output``,
        ``made_output``: mean raw outputs of D; ``slope``: mean length of a made picture's slope, which is all that G
        learns from; ``spread``: variance of what G draws, as a share of the real.
    """

    def __init__(self):
        super().__init__()
        self._rows = []

    def on_train_batch_end(self, batch, logs=None):
        self._rows.append({"step": int(self.model.step)} | {name: float(value) for name, value in logs.items()})

    @property
    def table(self):
        """The figures so far."""
        return pd.DataFrame(self._rows).set_index("step") if self._rows else pd.DataFrame()


class Guard(keras.callbacks.Callback):
    """Stop a run that can't recover, and say in a sentence what happened and what to try.

    Parameters
    ----------
    patience : int
        Rounds in a row in which all pictures look alike before the run counts as collapsed.
    tell : function
        Gets the sentence; prints it by default.

    Attributes
    ----------
    reason : str or None
        The sentence; None as long as all is well.
    """

    def __init__(self, patience=50, tell=print):
        super().__init__()
        self.patience, self.tell = patience, tell
        self.reason = None
        self._alike = 0

    def on_train_begin(self, logs=None):
        self.reason, self._alike = None, 0

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step)
        broken = [name for name, value in logs.items() if not math.isfinite(float(value))]
        if broken:
            return self._stop(
                f"Stopped in round {step}: {broken[0].replace('_', ' ')} is not a number any more. Weights of a NaN "
                "can't be mended: build the networks again, with a third of the learning rates or with a penalty."
            )
        self._alike = self._alike + 1 if float(logs["spread"]) < COLLAPSED and step > WARM_UP else 0
        if self._alike >= self.patience:
            return self._stop(
                f"Stopped in round {step}: the generator has collapsed, all it draws looks alike (its variance is "
                f"{float(logs['spread']):.1%} of the real one). Try a smaller learning rate for the generator, a "
                "Wasserstein game, or a penalty."
            )
        return None

    def _stop(self, reason):
        self.reason = reason
        self.model.stop_training = True
        self.tell(reason)


class Checkpoints(keras.callbacks.Callback):
    """Write the whole state of the run now and then; ``fit(..., resume=folder)`` goes on from there.

    Parameters
    ----------
    folder : path-like
    every : int
        Rounds.
    """

    def __init__(self, folder, *, every=200):
        super().__init__()
        self.folder, self.every = folder, every

    def on_train_batch_end(self, batch, logs=None):
        if int(self.model.step) % self.every == 0 and all(math.isfinite(float(value)) for value in logs.values()):
            state.store(self.model, self.folder)


class Progress(keras.callbacks.Callback):
    """Show a bar with the time that is left.

    Parameters
    ----------
    title : str
    """

    def __init__(self, title="training"):
        super().__init__()
        self.title = title

    def on_train_begin(self, logs=None):
        from tqdm.auto import tqdm

        done = int(self.model.step)
        self._bar = tqdm(total=int(self.model.last_step), initial=done, desc=self.title, unit="round", mininterval=0.5)

    def on_train_batch_end(self, batch, logs=None):
        self._bar.update(1)

    def on_train_end(self, logs=None):
        self._bar.close()


class Stopwatch(keras.callbacks.Callback):
    """Measure the seconds of a training, without the first round, which compiles it.

    Attributes
    ----------
    seconds, rounds : float, int
    """

    def __init__(self):
        super().__init__()
        self.seconds, self.rounds, self._start = 0.0, 0, None

    def on_train_batch_end(self, batch, logs=None):
        now = time.perf_counter()
        if self._start is not None:
            self.seconds, self.rounds = now - self._start, self.rounds + 1
        else:
            self._start = now


class Memory(keras.callbacks.Callback):
    """Watch D for what it knows by heart: its outputs for pictures it learns from, for held-out ones, for made ones.

    Parameters
    ----------
    learnt, held_out : numpy.ndarray
        Float (n, ...), as the generator draws: pictures in [-1, 1]. Real ones that the GAN learns from, and others.
    every : int
        Rounds between two looks; the last round is always looked at.
    n : int
        At most so many pictures of each sort, evenly taken.
    seed : int
        Of the latent vectors from which the made pictures come.

    Attributes
    ----------
    table : pandas.DataFrame
        A row a look, index ``step``: ``learnt``, ``held_out``, ``made``, D's mean raw outputs, and ``by_heart``: how
        far held-out pictures have gone from learnt towards made, ``(learnt - held_out) / (learnt - made)``. 0: D
        treats what it never saw as what it learnt from; 1: as a forgery.

    References
    ----------
    Karras et al. 2020, arXiv:2006.06676, equation 1 (the share, called r_v there).
    """

    def __init__(self, learnt, held_out, *, every=50, n=64, seed=SEED):
        super().__init__()
        self.every, self.n, self.seed = every, n, seed
        self._real = {
            name: images[np.unique(np.linspace(0, len(images) - 1, min(n, len(images))).astype(int))]
            for name, images in (("learnt", learnt), ("held_out", held_out))
        }
        self._rows = []

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step)
        if step % self.every == 0 or step == int(self.model.last_step):
            shown = self._real | {"made": self.model.sample(self.n, seed=self.seed, average=False)}
            row = {name: self._output(images) for name, images in shown.items()}
            apart = row["learnt"] - row["made"]
            share = (row["learnt"] - row["held_out"]) / apart if apart else float("nan")
            self._rows.append({"step": step} | row | {"by_heart": share})

    @property
    def table(self):
        """The looks so far."""
        return pd.DataFrame(self._rows).set_index("step") if self._rows else pd.DataFrame()

    def _output(self, images):
        judged = self.model.discriminator(images, training=False)
        output = judged[-1] if isinstance(judged, list | tuple) else judged
        return float(np.mean(np.asarray(output, dtype=np.float32)))
