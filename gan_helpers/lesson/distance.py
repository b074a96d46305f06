"""How one value differs from another, said in half a sentence: "your 0.31, expected 0.25: 24 % too high"."""

import dataclasses
import math
import numbers
import reprlib

import numpy as np

_SHORT = reprlib.Repr()
_SHORT.maxdict = 8


def difference(yours, expected, *, rtol=1e-6, atol=1e-9):
    """Say in half a sentence how one value differs from another; None if they agree within the tolerance.

    Numbers, text, arrays, tensors, lists, dictionaries, tables and dataclasses are compared, nested ones too.
    """
    tolerance = {"rtol": rtol, "atol": atol}
    if expected is None or yours is None:
        if yours is expected:
            return None
        return "it returns nothing (`None`); is a `return` missing?" if yours is None else _plainly(yours, expected)
    if isinstance(expected, bool | np.bool_ | str):
        same_type = isinstance(yours, str) == isinstance(expected, str) and np.ndim(yours) == 0
        return None if same_type and bool(yours == expected) else _plainly(yours, expected)
    if as_number(expected) is not None:
        return _number_difference(yours, expected, **tolerance)
    if dataclasses.is_dataclass(expected):
        if type(yours) is not type(expected):
            return _plainly(yours, expected)
        names = [field.name for field in dataclasses.fields(expected)]
        pairs = [(f"`{name}`", getattr(yours, name), getattr(expected, name)) for name in names]
        return _first_difference(pairs, **tolerance)
    if hasattr(expected, "columns"):
        if not hasattr(yours, "columns"):
            return f"a table is expected, yours is {describe(yours)}"
        return difference(dict(yours.items()), dict(expected.items()), **tolerance)
    if isinstance(expected, dict):
        return _dict_difference(yours, expected, **tolerance)
    if isinstance(expected, list | tuple):
        if not isinstance(yours, list | tuple):
            return f"{len(expected)} values are expected, yours is {describe(yours)}"
        if len(yours) != len(expected):
            return f"it returns {counted(len(yours), 'value')} instead of {len(expected)}"
        pairs = [
            (f"value {i + 1} of {len(expected)}", *pair) for i, pair in enumerate(zip(yours, expected, strict=True))
        ]
        return _first_difference(pairs, **tolerance)
    if hasattr(expected, "__array__"):
        if not hasattr(yours, "__array__"):
            return f"an array is expected, yours is {describe(yours)}"
        return _array_difference(np.asarray(yours), np.asarray(expected), **tolerance)
    return None if yours == expected else _plainly(yours, expected)


def _number_difference(yours, expected, *, rtol, atol):
    value = as_number(yours)
    if value is None:
        return f"a number is expected, yours is {describe(yours)}"
    expected = as_number(expected)
    if math.isclose(value, expected, rel_tol=0, abs_tol=atol + rtol * abs(expected)):
        return None
    if math.isnan(value) and math.isnan(expected):
        return None
    digits = next((n for n in range(4, 17) if f"{value:.{n}g}" != f"{expected:.{n}g}"), 17)
    both = f"your {rounded(value, digits)}, expected {rounded(expected, digits)}"
    if not (math.isfinite(value) and math.isfinite(expected)):
        return both
    return f"{both}: {_how_far(value, expected)}"


def _how_far(value, expected):
    gap = value - expected
    direction = "high" if gap > 0 else "low"
    if value == -expected:
        return "the sign is the wrong way round"
    if value * expected < 0 or expected == 0:
        return f"too {direction} by {rounded(abs(gap))}"
    if value / expected >= 3:
        return f"{value / expected:.3g} times as large"
    if 0 < value / expected <= 1 / 3:
        return f"{expected / value:.3g} times too small"
    percent = abs(100 * gap / expected)
    return f"{percent:.0f} % too {direction}" if percent >= 10 else f"{percent:.2g} % too {direction}"


def _array_difference(yours, expected, *, rtol, atol):
    if yours.shape != expected.shape:
        hint = " (are two axes swapped?)" if yours.shape == expected.shape[::-1] else ""
        return f"shape {yours.shape} instead of {expected.shape}{hint}"
    kinds = {"b": "true or false", "U": "text", "S": "text", "O": "objects"}
    is_kind, should_be = (kinds.get(array.dtype.kind, "numbers") for array in (yours, expected))
    if is_kind != should_be and "objects" not in (is_kind, should_be):
        return f"its entries are {is_kind} (`{yours.dtype}`) instead of {should_be} (`{expected.dtype}`)"
    numeric = yours.dtype.kind in "iufc" and expected.dtype.kind in "iufc"  # dates are compared like text
    if numeric:
        bad = np.isnan(yours) & ~np.isnan(expected)
        if bad.any():
            return f"{bad.sum():,} of {bad.size:,} entries are not a number (`nan`)"
        wrong = ~np.isclose(yours, expected, rtol=rtol, atol=atol, equal_nan=True)
    else:
        wrong = np.asarray(yours != expected)
    if not wrong.any():
        return None
    # in floating point: unsigned integers would wrap around
    gaps = np.abs(np.subtract(yours, expected, dtype=np.result_type(yours, expected, float))) if numeric else wrong
    worst = np.unravel_index(np.argmax(np.where(wrong, gaps, -1)), gaps.shape)
    by = f", the largest by {rounded(gaps[worst])}" if numeric else ""
    place = f" at {quoted(list(map(int, worst)))}" if wrong.ndim else ""
    example = f"{place} your {short(yours[worst])}, expected {short(expected[worst])}"
    return f"{wrong.sum():,} of {wrong.size:,} entries differ{by};{example}"


def _dict_difference(yours, expected, **tolerance):
    if not isinstance(yours, dict):
        return f"a dictionary is expected, yours is {describe(yours)}"
    missing = [quoted(repr(key)) for key in expected if key not in yours]
    surplus = [quoted(repr(key)) for key in yours if key not in expected]
    if missing:
        return f"the dictionary lacks {', '.join(missing)}"
    if surplus:
        return f"the dictionary has {', '.join(surplus)} too much"
    return _first_difference(((quoted(repr(key)), yours[key], expected[key]) for key in expected), **tolerance)


def _first_difference(pairs, **tolerance):
    for name, yours, expected in pairs:
        sentence = difference(yours, expected, **tolerance)
        if sentence is not None:
            return f"{name}: {sentence}"
    return None


def as_number(value):
    """Read a Python, NumPy or tensor scalar as a Python number; None if it is anything else."""
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return value
    if isinstance(value, np.ndarray | np.generic) or hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.ndim == 0 and array.dtype.kind in "iuf":
            return array.item()
    return None


def _plainly(yours, expected):
    return f"your {short(yours)}, expected {short(expected)}"


def describe(value):
    """Name a value that is of the wrong type: "an array of shape (3, 4)"."""
    if isinstance(value, str):
        return f"the text {quoted(short(value))}"
    if isinstance(value, bool | np.bool_):
        return f"`{bool(value)}`"
    number = as_number(value)
    if number is not None:
        return f"the number {rounded(number)}"
    if hasattr(value, "__array__") and not hasattr(value, "columns"):
        return f"an array of shape {np.shape(value)}"
    if isinstance(value, list | tuple | dict | set):
        return f"a {type(value).__name__} of {counted(len(value), 'value')}"
    if callable(value):
        return f"the function `{getattr(value, '__name__', type(value).__name__)}`"
    return "`None`" if value is None else f"of type `{type(value).__name__}`"


def short(value):
    """Write a value on part of a line."""
    number = as_number(value)
    if number is not None:
        return rounded(number)
    if hasattr(value, "__array__") and not isinstance(value, str | np.generic):
        array = np.asarray(value)
        if array.size <= 12 and array.ndim == 1:
            return f"[{', '.join(short(entry) for entry in array.tolist())}]"
        return f"array of shape {array.shape}"
    if isinstance(value, np.generic):
        value = value.item()  # 'bad' instead of np.str_('bad')
    if dataclasses.is_dataclass(value):
        return f"{type(value).__name__} of {len(value)}" if hasattr(value, "__len__") else type(value).__name__
    return _SHORT.repr(value)


def rounded(value, digits=4):
    """Write a number to a few digits; whole numbers in full."""
    return f"{value:,}" if isinstance(value, numbers.Integral) else f"{value:.{digits}g}"


def counted(n, noun):
    """Write "1 value", "2 values"."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{n:,} {noun if n == 1 else plural}"


def quoted(text):
    """Put a text of unknown content into backticks, so that nothing in it is read as a mark."""
    return f"`{str(text).replace('`', chr(39)).strip()}`"
