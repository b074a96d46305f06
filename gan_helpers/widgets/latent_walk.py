"""The latent walk: move between four latent vectors with the mouse and watch the picture change.

All pictures of a small map are drawn beforehand and sent at once, so walking needs no kernel and never lags.
"""

import io
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from gan_helpers import datasets, plots
from gan_helpers.settings import SEED
from gan_helpers.widgets.theme import styled

STEPS = 13  # pictures along each side of the map


class LatentWalk(anywidget.AnyWidget):
    """Walk through what a GAN can draw.

    Parameters
    ----------
    gan : GAN or ConditionalGAN
        Anything with ``latent_dim`` and ``sample(n, latents=...)`` that draws pictures in [-1, 1].
    kind : str, optional
        Of a conditional GAN; the learner can choose another one.
    steps : int
        Pictures along each side of the map, at least 2.
    seed : int
        Draws the four corners.

    Attributes
    ----------
    place : tuple of float
        Where the learner stands, (x, y) in [0, 1].

    Raises
    ------
    ValueError
        If there are too few steps, or the kind is unknown or missing.

    Examples
    --------
    >>> walk = LatentWalk(gan)
    >>> walk  # as the last line of a cell
    """

    _esm = Path(__file__).with_name("latent_walk.js")
    _css = styled("latent_walk")

    place = traitlets.Tuple(traitlets.Float(), traitlets.Float(), default_value=(0.5, 0.5)).tag(sync=True)
    kind = traitlets.Unicode("").tag(sync=True)
    _kinds = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _steps = traitlets.Int().tag(sync=True)
    _shape = traitlets.List(traitlets.Int()).tag(sync=True)
    _pixels = traitlets.Bytes().tag(sync=True)

    def __init__(self, gan, *, kind=None, steps=STEPS, seed=SEED):
        if steps < 2:
            raise ValueError(f"steps = {steps}; a map has at least 2 pictures along each side.")
        self.gan, self.seed = gan, seed
        kinds = list(getattr(gan, "kind_names", []))
        if kinds and kind not in kinds:
            raise ValueError(f"kind is {kind!r}; this GAN draws {', '.join(kinds)}: name one of them.")
        self.pictures = self._draw(kind or "", steps)
        super().__init__(_kinds=kinds, kind=kind or "", _steps=steps, **self._sent())
        self.observe(self._on_kind, names="kind")
        self.on_msg(self._on_message)

    def still(self, every=3):
        """Draw every third picture of the map: what the walk shows, on paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        steps = self.pictures.shape[0]
        rows = np.unique(np.append(np.arange(0, steps, every), steps - 1))
        shown = self.pictures[np.ix_(rows, rows)]
        return plots.gallery(shown.reshape(-1, *self.pictures.shape[2:]), columns=len(rows))

    def other_corners(self):
        """Draw four other corners."""
        self.seed += 1
        self._renew()

    def _draw(self, kind, steps):
        corners = np.random.default_rng(self.seed).standard_normal((4, self.gan.latent_dim), dtype=np.float32)
        latents = between(corners, steps).reshape(steps * steps, -1)
        options = {"kinds": kind} if kind else {}
        made = self.gan.sample(len(latents), latents=latents, **options)
        return datasets.from_tanh(made).reshape(steps, steps, *made.shape[1:])

    def _sent(self):
        pixels = np.round(self.pictures * 255).astype(np.uint8)
        return {"_pixels": pixels.tobytes(), "_shape": list(self.pictures.shape[2:])}

    def _renew(self):
        self.pictures = self._draw(self.kind, self._steps)
        with self.hold_sync():
            for name, value in self._sent().items():
                setattr(self, name, value)

    @traitlets.validate("kind")
    def _valid_kind(self, proposal):
        kind = proposal["value"]
        if kind != "" and kind not in self._kinds:
            raise traitlets.TraitError(f"{kind!r} is no kind of this GAN; it draws {', '.join(self._kinds)}.")
        return kind

    def _on_kind(self, _change):
        self._renew()

    def _on_message(self, _widget, content, _buffers):
        if content == {"kind": "other corners"}:
            self.other_corners()

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        data["text/plain"] = "LatentWalk; without a browser: walk.still()"
        return data | {"image/png": picture.getvalue()}, metadata


def between(corners, steps):
    """Mix four latent vectors over a square, keeping the length that latent vectors have.

    A plain mean of normal vectors is shorter than either, and G has seldom seen a short one (White 2016,
    arXiv:1609.04468). With weights w that sum to one, ``sum w_i z_i / sqrt(sum w_i²)`` is standard normal again.

    Parameters
    ----------
    corners : numpy.ndarray
        Float (4, d): top left, top right, bottom left, bottom right.
    steps : int

    Returns
    -------
    numpy.ndarray
        float32 (steps, steps, d); rows from top to bottom.
    """
    along = np.linspace(0, 1, steps)
    y, x = np.meshgrid(along, along, indexing="ij")
    weights = np.stack([(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x], axis=-1)
    weights /= np.sqrt(np.square(weights).sum(axis=-1, keepdims=True))
    return (weights @ corners).astype(np.float32)
