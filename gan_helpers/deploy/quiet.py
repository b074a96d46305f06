"""Converters and runtimes talk to their makers on the error stream; this holds them back unless something fails."""

import contextlib
import os
import tempfile
import warnings


@contextlib.contextmanager
def held_back():
    """Hold back warnings and whatever is written to the error stream; show the latter if the work inside fails."""
    error_stream = os.dup(2)
    with tempfile.TemporaryFile() as spoken, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(spoken.fileno(), 2)
        try:
            yield
        except Exception:
            spoken.seek(0)
            os.write(error_stream, spoken.read())
            raise
        finally:
            os.dup2(error_stream, 2)
            os.close(error_stream)
