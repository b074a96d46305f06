"""One turn at a time: JupyterLab may answer the browser in one thread while a cell runs in another."""

import functools


def one_at_a_time(method):
    """Let threads wait for each other; the method's owner holds the lock as ``_turn``."""

    @functools.wraps(method)
    def waiting(self, *arguments, **keywords):
        with self._turn:
            return method(self, *arguments, **keywords)

    return waiting
