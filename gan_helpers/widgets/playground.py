"""The playground: a GAN on points of a plane, played live, round by round.

Python plays the rounds and takes all figures. The browser (``playground.js``) asks for a frame, draws it, and asks for
the next one, so that neither runs ahead of the other. Without a browser: `GanPlayground.play`, `GanPlayground.still`.
"""

import io
import math
import threading
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from gan_helpers import datasets, generation, losses, plots
from gan_helpers.datasets.points import SPREAD
from gan_helpers.gan.points import LATENT_DIM, RATE, Match
from gan_helpers.settings import SEED
from gan_helpers.widgets.theme import styled
from gan_helpers.widgets.turns import one_at_a_time

OWN = "own"  # the shape that the learner draws
SHAPE_TITLES = {
    "ring": "ring of 8 heaps",
    "grid": "grid of 25 heaps",
    "two": "two heaps",
    "line": "line",
    "moons": "two moons",
    "spiral": "spiral",
}
REACH = 1.25  # the picture runs from -REACH to REACH; all shapes lie within 1.2
LARGEST = 1.2
DATA, SHOWN, MEASURED, SIDE = (
    4000,
    200,
    500,
    48,
)  # points to learn from, drawn, measured; squares a side of the heat map
SHUFFLES = 10  # how often the real points are halved, to see how far samples of one shape lie apart
FEWEST, MOST_DRAWN = 20, 5000
MOST_ROUNDS = 100  # in one frame
CURVE = 300  # points of the chart of losses
ARROW, LONGEST = 0.03, 0.2  # length of an arrow for a pull of 1, and where arrows are cut, in units of the plane
PROBABILITY = ("minimax", "non_saturating")  # games whose D is a logit: s(D) is the probability of "real"
BROKEN = "The weights are not numbers any more (NaN). Choose smaller learning rates and press Restart."


class GanPlayground(anywidget.AnyWidget):
    """Watch a generator and a discriminator learn from each other, and meddle.

    Parameters
    ----------
    shape : str
        Of `datasets.SHAPES`: where the real points lie.
    game : str
        Of `losses.GAMES`.
    generator_rate, discriminator_rate : float
        Learning rates, at least 0; a player with rate 0 stands still.
    latent_dim : int
        Length of G's latent vector.
    seed : int
        Of the first weights, the noise and the points.

    Attributes
    ----------
    shape, game, generator_rate, discriminator_rate
        May be set at any time. Rates count from the next round on; another shape or game starts at round 0.

    Raises
    ------
    ValueError
        If an argument is none of these; the message names it.

    Examples
    --------
    >>> playground = GanPlayground("two")
    >>> figures = playground.play(20)
    >>> figures["rounds"]
    20
    """

    _esm = Path(__file__).with_name("playground.js")
    _css = styled("playground")

    shape = traitlets.Unicode().tag(sync=True)
    game = traitlets.Unicode().tag(sync=True)
    generator_rate = traitlets.Float().tag(sync=True)
    discriminator_rate = traitlets.Float().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    _constants = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        shape="ring",
        game="non_saturating",
        *,
        generator_rate=RATE,
        discriminator_rate=RATE,
        latent_dim=LATENT_DIM,
        seed=SEED,
    ):
        datasets.draw_points(shape, 1)
        losses.game(game)
        _checked_rate("generator_rate", generator_rate)
        _checked_rate("discriminator_rate", discriminator_rate)
        if latent_dim < 1:
            raise ValueError(f"latent_dim is {latent_dim}; give at least 1.")
        self.latent_dim = latent_dim
        self._turn = threading.RLock()
        self._data_seed = seed  # another game's luck is tried on the same points
        self._own, self._matches, self._compiled = None, {}, set()
        super().__init__(
            shape=shape,
            game=game,
            generator_rate=generator_rate,
            discriminator_rate=discriminator_rate,
            seed=seed,
            _constants=_constants(),
        )
        self._load_data()
        self._begin()
        self.observe(self._on_setting, names=["shape", "game"])
        self.observe(self._on_rate, names=["generator_rate", "discriminator_rate"])
        self.on_msg(self._on_message)

    # What a learner calls

    @property
    def data(self):
        """The real points that D learns from: float32 (n, 2)."""
        return self._data.copy()

    @property
    def rounds(self):
        """Rounds played since the last restart."""
        return sum(map(len, self._losses))

    @one_at_a_time
    def play(self, rounds):
        """Play some rounds and say how it stands.

        Parameters
        ----------
        rounds : int
            At least 1.

        Returns
        -------
        dict
            As `figures`.

        Raises
        ------
        ValueError
            If there are no rounds to play.
        """
        if rounds != int(rounds) or rounds < 1:
            raise ValueError(f"rounds is {rounds}; give a whole number of at least 1.")
        self._play(int(rounds))
        self._look()
        self._send_frame()
        return self.figures()

    @one_at_a_time
    def figures(self):
        """Say how it stands.

        Returns
        -------
        dict
            ``rounds``; ``discriminator_loss`` and ``generator_loss`` of the last round (NaN before the first);
            ``median_pull``, the median length of the slope at the made points; ``modes``, ``modes_found``,
            ``share_in_modes`` and ``modes_found_by_average`` (see `generation.mode_coverage`; None where the shape has
            no modes); ``distance``, the `generation.energy_distance` of made from real points; ``distance_of_real``,
            what two samples of the real ones have on average: nearer than that made points can't be told to be.
        """
        last = self._losses[-1][-1] if self._losses else (math.nan, math.nan)
        centres = datasets.MODES.get(self.shape)
        found = share = by_average = None
        finite = bool(np.isfinite(self._made).all() and np.isfinite(self._averaged).all())
        if centres is not None and finite:
            found, share = generation.mode_coverage(self._made, centres, spread=SPREAD)
            by_average, _ = generation.mode_coverage(self._averaged, centres, spread=SPREAD)
        return {
            "rounds": self.rounds,
            "discriminator_loss": float(last[0]),
            "generator_loss": float(last[1]),
            "median_pull": float(np.median(np.hypot(*self._pull.T))),
            "modes": None if centres is None else len(centres),
            "modes_found": found,
            "share_in_modes": share,
            "modes_found_by_average": by_average,
            "distance": generation.energy_distance(self._real, self._made[: len(self._real)]) if finite else math.nan,
            "distance_of_real": self._floor,
        }

    @one_at_a_time
    def draw(self, points):
        """Learn from points of your own, from round 0 on.

        Parameters
        ----------
        points : array of float, shape (n, 2)
            20 to 5,000 points within [-1.2, 1.2].

        Raises
        ------
        ValueError
            If there are too few or too many, or some lie outside or are not finite.
        """
        self._own = _checked_points(points)
        if self.shape == OWN:
            self._on_setting(None)
        else:
            self.shape = OWN

    @one_at_a_time
    def restart(self, seed=None):
        """Go back to round 0.

        Parameters
        ----------
        seed : int, optional
            Other first weights and other noise on the same points; the same again if not given.
        """
        if seed is not None:
            self.seed = int(seed)
        self._begin()
        self._send_frame()

    @one_at_a_time
    def still(self):
        """Draw what the browser shows: heat map, points, pulls, and the losses so far.

        Returns
        -------
        matplotlib.figure.Figure
            To be shown by ``plots.show(playground.still(), alt=...)``.
        """
        return _still(self)

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        data["text/plain"] = (
            f"GanPlayground, {losses.game(self.game).title}, {self.shape}; "
            "without a browser: playground.play(500), then playground.still()"
        )
        return data | {"image/png": picture.getvalue()}, metadata

    # How it is played

    def _load_data(self):
        self._data = self._own if self.shape == OWN else datasets.draw_points(self.shape, DATA, seed=self._data_seed)
        rng = np.random.default_rng(self._data_seed)
        n = min(MEASURED, len(self._data) // 2)
        shuffles = [rng.permutation(self._data) for _ in range(SHUFFLES)]
        self._floor = float(np.mean([generation.energy_distance(mixed[:n], mixed[n : 2 * n]) for mixed in shuffles]))
        self._real = shuffles[0][:n]
        self._shown_real = np.resize(shuffles[0], (SHOWN, 2))  # over and over again, if there are fewer

    def _begin(self):
        if self.game in self._matches:
            self._match.restart(self.seed)
        else:
            self._matches[self.game] = Match(self.game, seed=self.seed, latent_dim=self.latent_dim)
        self._set_rates()
        rng = np.random.default_rng(self.seed)
        self._latents = rng.standard_normal((MEASURED, self.latent_dim), dtype=np.float32)
        self._losses = []
        self._look()

    @property
    def _match(self):
        return self._matches[self.game]

    def _set_rates(self):
        self._match.gan.set_rates(self.generator_rate, self.discriminator_rate)

    def _play(self, rounds):
        if self.game not in self._compiled:
            self.send(
                {"kind": "building", "text": f"Building the {losses.game(self.game).title} game: a few seconds, once."}
            )
            self._compiled.add(self.game)
        self._losses.append(self._match.play(self._data, rounds))

    def _look(self):
        self._made, self._averaged = self._match.draw(self._latents)
        self._judge()

    def _judge(self):
        self._pull, at_made, at_real, outputs = self._match.judge(self._made[:SHOWN], self._shown_real, PLACES)
        self._middle = float(at_made.mean() + at_real.mean()) / 2
        furthest = max(np.abs(at_made - self._middle).max(), np.abs(at_real - self._middle).max())
        self._unit = max(float(furthest), 1e-6)
        self._heat = self._shade(outputs).reshape(SIDE, SIDE)

    def _shade(self, outputs):
        """Bring raw outputs of D to [0, 1]: 0 = made, 1 = real."""
        if self.game in PROBABILITY:
            return 1 / (1 + np.exp(-np.clip(outputs, -50, 50)))
        return np.clip(0.5 + (outputs - self._middle) / (2 * self._unit), 0, 1)

    def _curve(self):
        """Return the losses so far, thinned by taking means: (round, D, G), float32 (at most `CURVE`, 3)."""
        if not self._losses:
            return np.zeros((0, 3), np.float32)
        values = np.concatenate(self._losses)
        self._losses = [values]
        edges = np.unique(np.linspace(0, len(values), min(len(values), CURVE) + 1).astype(int))
        means = np.add.reduceat(values, edges[:-1], axis=0) / np.diff(edges)[:, None]
        return np.column_stack([edges[1:], means]).astype(np.float32)

    # Talking with the browser

    @one_at_a_time
    def _on_setting(self, change):
        if change is None or change["name"] == "shape":
            self._load_data()
        self._begin()
        self._send_frame()

    @one_at_a_time
    def _on_rate(self, _change):
        if self.game in self._matches:  # another game may arrive in the same message, and is built after this
            self._set_rates()

    @one_at_a_time
    def _on_message(self, _widget, content, buffers):
        kind, asked = content.get("kind"), content.get("id")
        try:
            if kind == "look":
                self._send_frame(asked)
            elif kind == "play":
                self._play_for_the_browser(content, asked)
            elif kind == "restart":
                self.restart(self.seed + 1 if content.get("another") else None)
            elif kind == "draw":
                self.draw(np.frombuffer(buffers[0], np.float32).reshape(-1, 2))
        except ValueError as problem:
            self.send({"kind": "refused", "id": asked, "text": str(problem)})

    def _play_for_the_browser(self, content, asked):
        rounds = max(1, min(int(content.get("rounds", 1)), MOST_ROUNDS))
        self._play(rounds)
        if content.get("phases"):  # D learns first, and G from the D that has learnt
            self._judge()
            self._send_frame(asked, phase="discriminator")
        self._look()
        self._send_frame(asked, phase="generator")

    def _send_frame(self, asked=None, phase=None):
        heat = np.nan_to_num(255 * self._heat, nan=127).astype(np.uint8)
        points = [array.astype(np.float32) for array in (self._shown_real, self._made[:SHOWN], self._pull)]
        content = {
            "kind": "frame",
            "id": asked,
            "phase": phase,
            "figures": _without_nan(self.figures()),
            "colours": self._meaning_of_colours(),
            "undecided": losses.undecided_loss(self.game),
            "broken": self._is_broken(),
        }
        self.send(content, buffers=[array.tobytes() for array in (heat, *points, self._curve())])

    def _is_broken(self):
        return "" if np.isfinite(self._made).all() and np.isfinite(self._middle) else BROKEN

    def _meaning_of_colours(self):
        if self.game in PROBABILITY:
            return {"low": "0", "middle": "½", "high": "1", "text": "D: probability of “real”"}
        low, middle, high = (self._middle + share * self._unit for share in (-1, 0, 1))
        return {
            "low": _signed(low),
            "middle": _signed(middle),
            "high": _signed(high),
            "text": "D's raw output, shifted and scaled for display",
        }

    # The door

    @traitlets.validate("shape")
    def _valid_shape(self, proposal):
        shape = proposal["value"]
        if shape == OWN and self._own is None:
            raise traitlets.TraitError("There are no points of your own yet; give them to playground.draw(points).")
        if shape != OWN:
            _as_trait_error(datasets.draw_points, shape, 1)
        return shape

    @traitlets.validate("game")
    def _valid_game(self, proposal):
        _as_trait_error(losses.game, proposal["value"])
        return proposal["value"]

    @traitlets.validate("generator_rate", "discriminator_rate")
    def _valid_rate(self, proposal):
        _as_trait_error(_checked_rate, proposal["trait"].name, proposal["value"])
        return proposal["value"]


def _constants():
    return {
        "games": [[name, game.title] for name, game in losses.GAMES.items()],
        "shapes": [[name, SHAPE_TITLES.get(name, name)] for name in datasets.SHAPES],
        "own": OWN,
        "reach": REACH,
        "largest": LARGEST,
        "side": SIDE,
        "fewest": FEWEST,
        "most": MOST_DRAWN,
        "arrow": ARROW,
        "longest": LONGEST,
    }


def _places():
    """Return the middles of the heat map's squares, row by row from the top: float32 (SIDE², 2)."""
    along = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE * 2 * REACH - REACH
    x, y = np.meshgrid(along, along[::-1])
    return np.stack([x, y], axis=-1).reshape(-1, 2)


PLACES = _places()


def _without_nan(figures):
    """JSON has no NaN; the browser gets null."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in figures.items()}


def _signed(value):
    return f"{value:.2g}".replace("-", "−")


def _as_trait_error(check, *arguments):
    try:
        check(*arguments)
    except ValueError as problem:
        raise traitlets.TraitError(str(problem)) from problem


def _checked_rate(name, rate):
    if not 0 <= rate < math.inf:
        raise ValueError(f"{name} is {rate}; give a learning rate of at least 0, such as 0.001.")


def _checked_points(points):
    points = np.asarray(points, dtype=np.float32)
    if points.ndim != 2 or points.shape[1] != 2:
        raise ValueError(f"points have shape {points.shape}; give them as (n, 2): x and y of each.")
    if not FEWEST <= len(points) <= MOST_DRAWN:
        few = len(points) < FEWEST
        number = f"{'only ' if few else ''}{len(points):,} points"
        raise ValueError(f"There are {number}; draw {f'at least {FEWEST}' if few else f'at most {MOST_DRAWN:,}'}.")
    if not np.isfinite(points).all():
        raise ValueError("Some points are not finite; leave out what is NaN or infinite.")
    furthest = float(np.abs(points).max())
    if furthest > LARGEST + 1e-6:
        raise ValueError(f"Points reach out to {furthest:.3g}; scale them into [-{LARGEST}, {LARGEST}].")
    return points


def _still(playground):
    fig, ((plane, chart),) = plots.panels(1, 2, width=9.6, row_height=4.9, gridspec_kw={"width_ratios": [1.1, 1]})
    figures, title = playground.figures(), losses.game(playground.game).title
    _draw_plane(plane, playground)
    plane.set_title(f"{title}, round {figures['rounds']:,}")
    curve = playground._curve()
    chart.axhline(losses.undecided_loss(playground.game), color=plots.NEUTRAL, linestyle=":", linewidth=1)
    if len(curve):
        chart.plot(curve[:, 0], curve[:, 1], color=plots.ACCENT, label="D")
        chart.plot(curve[:, 0], curve[:, 2], color=plots.DEFECTIVE_COLOUR, linestyle="--", label="G")
        chart.legend(loc="best", fontsize=8.5)
    else:
        chart.set(xticks=[0], xlim=(0, 1))
    chart.set_title("losses (dotted: a D that can't tell)")
    chart.set_xlabel("\n".join(["round", "", *_summary(figures)]))
    return fig


def _draw_plane(axis, playground):
    from matplotlib.colors import LinearSegmentedColormap  # a quarter of a second that only the still needs

    tints = LinearSegmentedColormap.from_list("made to real", ["#F0C0A0", "#FFFFFF", "#9CC9E4"])
    extent = [-REACH, REACH] * 2
    heat = axis.imshow(playground._heat, cmap=tints, vmin=0, vmax=1, extent=extent, interpolation="bilinear")
    made = playground._made[:SHOWN]
    axis.plot(*playground._shown_real.T, "o", color=plots.GOOD_COLOUR, markersize=3.6, label="real")
    axis.plot(*made.T, "^", color=plots.DEFECTIVE_COLOUR, markersize=4.2, label="made by G")
    axis.quiver(
        *made.T,
        *_arrows(playground._pull).T,
        color="#303134",
        alpha=0.8,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.003,
        minlength=0,
        zorder=3,
    )
    axis.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), xticks=[], yticks=[], aspect="equal")
    axis.legend(loc="upper right", fontsize=8.5, frameon=True, framealpha=0.9, edgecolor="none")
    colours = playground._meaning_of_colours()
    below = axis.inset_axes((0, -0.07, 1, 0.035))
    bar = axis.figure.colorbar(heat, cax=below, ticks=[0, 0.5, 1], orientation="horizontal")
    bar.ax.set_xticklabels([colours[name] for name in ("low", "middle", "high")])
    bar.set_label(colours["text"])


def _arrows(pull):
    """Scale pulls to arrows, all by the same factor; those beyond `LONGEST` are cut."""
    arrows = ARROW * pull
    lengths = np.hypot(*arrows.T)[:, None]
    return arrows * np.minimum(1, LONGEST / np.maximum(lengths, 1e-12))


def _summary(figures):
    if figures["modes_found"] is not None:
        yield (
            f"modes found: {figures['modes_found']} of {figures['modes']} "
            f"(moving average of G: {figures['modes_found_by_average']}), {figures['share_in_modes']:.0%} in modes"
        )
    yield f"energy distance {figures['distance']:.3f} (real from real: {figures['distance_of_real']:.3f})"
    yield f"arrows: where G wants each point; median slope {figures['median_pull']:.3g}"
