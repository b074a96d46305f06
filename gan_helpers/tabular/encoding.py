"""Rows of mixed columns -> rows of numbers of one kind, which a network or a distance can compare."""

import numpy as np
import pandas as pd

CATEGORY_SCALE = 2.0  # distance, in spreads, at which two categories stand apart
BEYOND = 5.2  # where scikit-learn's quantile transform puts all that lies outside what it has seen


class RowEncoder:
    """Turn each numeric column into a standard normal one by ranks, each category into a column of its own.

    A rank forgets the scale and the tail: a lognormal cost and a temperature come out alike, and one huge value no
    longer sets the scale for all others. The price is told in lesson 11: whatever lies outside the fitted range comes
    out at plus or minus 5.2, a little outside or far. CTGAN (Xu et al. 2019, arXiv:1907.00503) uses a mixture of
    Gaussians a column instead, which also serves to generate.

    Examples
    --------
    >>> rows = RowEncoder().fit(usual).transform(new)
    """

    def fit(self, table):
        """Learn ranks and categories from usual rows (pandas.DataFrame, at least ten); returns itself."""
        from sklearn.preprocessing import QuantileTransformer

        if len(table) < 10:
            raise ValueError(f"The table has {len(table)} rows; ranks need at least ten.")
        self.columns = list(table.columns)
        self.numbers = [name for name in self.columns if pd.api.types.is_numeric_dtype(table[name])]
        self.categories = {
            name: sorted(map(str, table[name].unique())) for name in self.columns if name not in self.numbers
        }
        self._check(table)
        self._ranks = QuantileTransformer(n_quantiles=min(1000, len(table)), output_distribution="normal")
        if self.numbers:
            self._ranks.fit(table[self.numbers].to_numpy(float))
        return self

    @property
    def names(self):
        """Names of the columns that come out."""
        return self.numbers + [f"{name} = {value}" for name, values in self.categories.items() for value in values]

    def transform(self, table):
        """Encode rows.

        Parameters
        ----------
        table : pandas.DataFrame
            With the columns that were fitted, in any order.

        Returns
        -------
        numpy.ndarray
            float32 (n, len(names)). A category never seen has zeros in all its columns.

        Raises
        ------
        ValueError
            If a column is missing, or a number isn't finite; the message names it.
        """
        self._check(table)
        coded = [self._ranks.transform(table[self.numbers].to_numpy(float))] if self.numbers else []
        for name, values in self.categories.items():
            coded.append(CATEGORY_SCALE * (table[name].astype(str).to_numpy()[:, None] == np.array(values)))
        return np.concatenate(coded, axis=1).astype(np.float32)

    def _check(self, table):
        missing = [name for name in self.columns if name not in table]
        if missing:
            raise ValueError(f"The column {missing[0]!r} is missing; give the columns that the encoder was fitted on.")
        for name in self.numbers:
            bad = ~np.isfinite(pd.to_numeric(table[name], errors="coerce").to_numpy(float))
            if bad.any():
                row = table.index[bad][0]
                raise ValueError(f"{name!r} is no finite number in row {row}; fill the gap or leave the row out.")
