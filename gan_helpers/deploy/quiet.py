"""Converters and runtimes talk to their makers, in warnings and on the error stream; this holds both back."""

import contextlib
import warnings

from gan_helpers.settings import error_stream_held_back


@contextlib.contextmanager
def held_back():
    """Hold back warnings and what is written to the error stream; show the latter if the work inside fails."""
    with error_stream_held_back(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
