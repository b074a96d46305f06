"""The one protocol that every detector follows, and how a detector is kept on disk without executable code.

A detector is fitted on normal parts only, gives every part a score (higher is more suspicious) and every pixel a share
of the suspicion. On disk it is a folder: ``detector.json`` (which class, how it was made, what was measured),
``arrays.npz`` (NumPy without pickle) and one ``.keras`` file a network, loaded in Keras' safe mode.
"""

import json
from abc import ABC, abstractmethod
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

FORMAT = 1
MAP_BLUR = 1 / 32  # of the side
POOLINGS = ("mean", "max")
DESCRIPTION, ARRAYS = "detector.json", "arrays.npz"


class Detector(ABC):
    """Base of all detectors: checks images at the door, saves and loads.

    A subclass names itself in ``name``, takes plain numbers and strings in its constructor and stores each under the
    argument's own name, implements `_fit`, `_score` and `_anomaly_map`, and lists what it learned in ``learned_arrays``
    and ``learned_networks``: attribute names, None until fitted.
    """

    name: str
    learned_arrays: tuple[str, ...] = ()
    learned_networks: tuple[str, ...] = ()
    image_shape: tuple[int, int, int] | None = None
    watch = None

    def fit(self, normal, *, watch=None):
        """Learn what normal parts look like.

        Parameters
        ----------
        normal : numpy.ndarray
            Float (n, h, w, c) in [0, 1]; good parts only, at least two.
        watch : callable, optional
            Methods that train in steps call it about twenty times on the way, ``watch(detector, share)`` with the
            detector as it is then and the share of the training that is done; others never do. It may score, but
            nothing that it sees reaches the training.

        Returns
        -------
        Detector
            Itself.

        Raises
        ------
        ValueError
            If the images have another shape, type or range.
        """
        normal = check_images(normal)
        if len(normal) < 2:
            raise ValueError(f"{self.name} was given {len(normal)} normal part; it needs at least two to learn from.")
        self.image_shape = tuple(normal.shape[1:])
        self.watch = watch
        self._fit(normal)
        self.watch = None
        return self

    def score(self, images):
        """Score parts: float64 (n,), higher is more suspicious. ``images`` as in `fit`."""
        return np.asarray(self._score(self._check_fitted(images)), dtype=np.float64)

    def anomaly_map(self, images):
        """Say where the suspicion lies: float32 (n, h, w), at least 0. ``images`` as in `fit`.

        Every method's map is blurred alike (Gaussian, standard deviation 1/32 of the side), as published figures are:
        it takes away the grain of single pixels.
        """
        return blurred(self._anomaly_map(self._check_fitted(images)))

    @abstractmethod
    def _fit(self, normal): ...

    @abstractmethod
    def _score(self, images): ...

    @abstractmethod
    def _anomaly_map(self, images): ...

    def settings(self):
        """Return the constructor's arguments as they were given, ready for JSON."""
        code = type(self).__init__.__code__
        names = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
        return {name: getattr(self, name) for name in names}

    def save(self, folder, about=None):
        """Write the fitted detector into a folder.

        Parameters
        ----------
        folder : path-like
            Made if missing; an earlier detector in it is replaced.
        about : dict, optional
            Anything JSON can hold that belongs to the model card: data, seed, minutes, figures.

        Raises
        ------
        RuntimeError
            If the detector is not fitted.
        """
        if self.image_shape is None:
            raise RuntimeError(f"{self.name} is not fitted yet; call fit(normal_images) before save.")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / ARRAYS, **{name: getattr(self, name) for name in self.learned_arrays})
        for name in self.learned_networks:
            getattr(self, name).save(folder / f"{name}.keras")
        description = {
            "format": FORMAT,
            "detector": self.name,
            "image_shape": list(self.image_shape),
            "settings": self.settings(),
            "about": about or {},
        }
        (folder / DESCRIPTION).write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def _restore(cls, folder, description):
        detector = cls(**description["settings"])
        with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
            for name in cls.learned_arrays:
                setattr(detector, name, arrays[name])
        if cls.learned_networks:
            from gan_helpers.settings import quiet_tensorflow

            quiet_tensorflow()
            import keras

            for name in cls.learned_networks:
                network = keras.saving.load_model(folder / f"{name}.keras", compile=False, safe_mode=True)
                setattr(detector, name, network)
        detector.image_shape = tuple(description["image_shape"])
        return detector

    def _check_fitted(self, images):
        if self.image_shape is None:
            raise RuntimeError(f"{self.name} is not fitted yet; call fit(normal_images) or load a checkpoint first.")
        images = check_images(images)
        if images.shape[1:] != self.image_shape:
            raise ValueError(
                f"{self.name} was fitted on parts of shape {self.image_shape}, these have {images.shape[1:]}; "
                "load them at the same size and colour."
            )
        return images


def blurred(maps):
    """Blur maps as every method's are: Gaussian, standard deviation 1/32 of the side; float32 (n, h, w)."""
    maps = np.asarray(maps, dtype=np.float32)
    blur = MAP_BLUR * maps.shape[-1]
    return gaussian_filter(maps, sigma=(0, blur, blur), mode="nearest")


def pooled(maps, pooling):
    """Sum each map up into one score.

    Parameters
    ----------
    maps : numpy.ndarray
        Float (n, h, w), as a method's `_anomaly_map` gives them, not yet blurred.
    pooling : {"mean", "max"}
        ``"mean"`` over all pixels, as most papers do; a small defect drowns in it. ``"max"``: the largest value of
        the blurred map, a local mean.

    Returns
    -------
    numpy.ndarray
        Float (n,).
    """
    return maps.mean(axis=(1, 2)) if checked_pooling(pooling) == "mean" else blurred(maps).max(axis=(1, 2))


def checked_pooling(pooling):
    """Return ``pooling`` if it is one of `POOLINGS`, for constructors; raise ValueError otherwise."""
    if pooling not in POOLINGS:
        raise ValueError(f"pooling is {pooling!r}; choose one of {', '.join(POOLINGS)}.")
    return pooling


def check_images(images):
    """Meet images at the door: return them as float32 (n, h, w, c) in [0, 1], or say what is wrong.

    Raises
    ------
    ValueError
        Wrong number of axes or channels, no image, not a number, or values outside [0, 1].
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise ValueError(
            f"Images have shape {images.shape}; give (n, h, w, c) with c = 1 (grey) or 3 (RGB). "
            "One image alone becomes a batch with image[None]."
        )
    if len(images) == 0:
        raise ValueError("There are no images in this batch; give at least one.")
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"Images are {images.dtype}; divide by their full scale to get floats in [0, 1].")
    low, high = images.min(), images.max()
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # written so that NaN is caught too
        raise ValueError(f"Image values run from {low:g} to {high:g}; bring them to [0, 1] without NaN.")
    return np.clip(images, 0, 1).astype(np.float32, copy=False)


def read_description(folder):
    """Read ``detector.json`` of a saved detector.

    Raises
    ------
    FileNotFoundError, ValueError
        If it is missing, unreadable or of a later format.
    """
    path = Path(folder) / DESCRIPTION
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no detector ({DESCRIPTION} is missing); save one there first.")
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        newer = description["format"] > FORMAT
    except (json.JSONDecodeError, KeyError, TypeError) as problem:
        raise ValueError(f"{path} is damaged ({problem}); make the checkpoint again.") from problem
    if newer:
        raise ValueError(f"{path} was written by a later version of the course; update gan_helpers.")
    return description
