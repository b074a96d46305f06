"""Three baselines that any clever method has to beat: mean brightness, PCA reconstruction, nearest neighbour."""

import numpy as np

from gan_helpers.detectors.base import Detector, checked_pooling, pooled


class MeanBrightness(Detector):
    """Score a part by its mean grey value, in standard deviations from that of normal parts.

    Parameters
    ----------
    side : {"both", "dark", "bright"}
        Which deviation is suspicious. Choose it from what is known of the product, never from test labels: a solar
        cell glows where it works, so ``"dark"`` is for solar cells.
    """

    name = "mean_brightness"
    learned_arrays = ("mean", "spread")
    mean = spread = None

    def __init__(self, side="both"):
        if side not in _SIDES:
            raise ValueError(f"side is {side!r}; choose one of {', '.join(_SIDES)}.")
        self.side = side

    def _fit(self, normal):
        brightness = normal.mean(axis=(1, 2, 3), dtype=np.float64)
        self.mean = brightness.mean()
        self.spread = max(brightness.std(ddof=1), 1e-6)

    def _score(self, images):
        return _SIDES[self.side](images.mean(axis=(1, 2, 3), dtype=np.float64) - self.mean) / self.spread

    def _anomaly_map(self, images):
        return np.clip(_SIDES[self.side](images.mean(axis=-1) - self.mean), 0, None)


_SIDES = {"both": np.abs, "dark": np.negative, "bright": np.positive}


class PCAReconstruction(Detector):
    """Score a part by what the first principal components of normal parts can't reproduce: mean squared residual.

    Parameters
    ----------
    n_components : int
        Components kept; fewer where there are fewer normal parts or pixels.
    pooling : {"mean", "max"}
        How the squared residual becomes a score; see `base.pooled`.

    References
    ----------
    Jackson & Mudholkar 1979, doi:10.1080/00401706.1979.10489779 (the residual as a control statistic).
    """

    name = "pca"
    learned_arrays = ("mean", "components")
    mean = components = None

    def __init__(self, n_components=64, pooling="mean"):
        self.n_components = n_components
        self.pooling = checked_pooling(pooling)

    def _fit(self, normal):
        from sklearn.decomposition import PCA

        flat = normal.reshape(len(normal), -1)
        pca = PCA(min(self.n_components, len(flat) - 1, flat.shape[1]), random_state=0).fit(flat)
        self.mean, self.components = pca.mean_.astype(np.float32), pca.components_.astype(np.float32)

    def reconstruct(self, images):
        """Return the images as the components can draw them, float32 (n, h, w, c)."""
        centred = images.reshape(len(images), -1) - self.mean
        return (self.mean + centred @ self.components.T @ self.components).reshape(images.shape)

    def _score(self, images):
        return pooled(self._anomaly_map(images), self.pooling)

    def _anomaly_map(self, images):
        return np.square(images - self.reconstruct(images)).mean(axis=-1)


class NearestNeighbour(Detector):
    """Score a part by its distance to the nearest normal part, in the space of the first principal components.

    Parameters
    ----------
    n_components : int
        Components kept before distances are taken.
    n_neighbours : int
        The distance is the mean over so many nearest normal parts.

    References
    ----------
    Ramaswamy, Rastogi & Shim 2000, doi:10.1145/335191.335437.
    """

    name = "nearest_neighbour"
    learned_arrays = ("mean", "components", "memory", "parts")
    mean = components = memory = parts = None

    def __init__(self, n_components=64, n_neighbours=1):
        self.n_components = n_components
        self.n_neighbours = n_neighbours

    def _fit(self, normal):
        pca = PCAReconstruction(self.n_components).fit(normal)
        self.mean, self.components = pca.mean, pca.components
        self.memory = self._features(normal)
        self.parts = normal.astype(np.float16)  # kept to show the neighbour and to draw the map

    def _features(self, images):
        return (images.reshape(len(images), -1) - self.mean) @ self.components.T

    def _nearest(self, images):
        from sklearn.neighbors import NearestNeighbors

        neighbours = NearestNeighbors(n_neighbors=min(self.n_neighbours, len(self.memory))).fit(self.memory)
        return neighbours.kneighbors(self._features(images))

    def _score(self, images):
        return self._nearest(images)[0].mean(axis=1)

    def _anomaly_map(self, images):
        nearest = self.parts[self._nearest(images)[1][:, 0]].astype(np.float32)
        return np.square(images - nearest).mean(axis=-1)
