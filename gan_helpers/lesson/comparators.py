"""How far off an answer is: the comparators of the exercises.

A comparator is any function ``compare(answer, reference)`` that returns

* ``None`` if the answer is right,
* ``...`` if it is still a stub,
* otherwise the rest of the sentence "Not yet: ...", which says how far off the answer is.

The sentence may hold `code` in backticks. Built here: `on_cases` for functions, `within` for numbers,
`choice` for letters, and `all_of` to ask for several things at once.
"""

import contextlib
import copy
import dis
import math
import traceback

from gan_helpers.lesson.distance import as_number, describe, difference, quoted, rounded, short

STUB = ...


def on_cases(cases, *, rtol=1e-6, atol=1e-9, view=None):
    """Compare two functions by what they return for the same inputs.

    Parameters
    ----------
    cases : list, or function that makes the list
        A tuple holds positional arguments, a dict keyword arguments, anything else is the one argument. Both
        functions get copies of their own, so that neither can spoil the inputs of the other; a random
        generator among the inputs starts in the same state for both.
    rtol, atol : float
        Two numbers agree within ``atol + rtol * |expected|``.
    view : function, optional
        What of the result is compared, for instance ``lambda model: model.output_shape``.

    Examples
    --------
    >>> compare = on_cases([(1, 2), {"a": 3, "b": 4}])
    >>> compare(lambda a, b: a * b, lambda a, b: a + b)
    'on `<lambda>(1, 2)`: your 2, expected 3: 33 % too low (0 of 2 cases are right)'
    """
    view = view or (lambda result: result)

    def compare(answer, reference):
        if is_stub(answer):
            return STUB
        if not callable(answer):
            return f"a function is expected, yours is {describe(answer)}"
        right, first_wrong = 0, None
        inputs = cases() if callable(cases) else cases
        for case in inputs:
            expected = view(_call(reference, case))
            try:
                result = _call(answer, case)
                if _holds_stub(result):
                    return STUB
                sentence = difference(view(result), expected, rtol=rtol, atol=atol)
            except Exception as error:
                if _is_about_a_stub(error):
                    return STUB
                sentence = told(error, answer)
            if sentence is None:
                right += 1
            elif first_wrong is None:
                first_wrong = f"on {quoted(_call_text(reference, case))}: {sentence}"
        if first_wrong is None:
            return None
        count = f" ({right} of {len(inputs)} cases are right)" if len(inputs) > 1 else ""
        return first_wrong + count

    return compare


def within(tolerance, *, relative=False):
    """Compare two numbers; ``tolerance`` is in their unit, or if ``relative`` a fraction of the expected one."""

    def compare(answer, reference):
        if is_stub(answer):
            return STUB
        value = as_number(answer)
        if value is None:
            return f"a number is expected, yours is {describe(answer)}"
        limit = tolerance * abs(reference) if relative else tolerance
        if abs(value - reference) <= limit + 1e-12 * abs(reference):  # 0.32 is within 0.02 of 0.3
            return None
        if not math.isfinite(value):
            return f"a finite number is expected, yours is {value}"
        high_or_low = "high" if value > reference else "low"
        return f"your {rounded(value)} is too {high_or_low} by {rounded(abs(value - reference))}"

    return compare


def choice(options):
    """Compare two letters; on a wrong one say why it is wrong, without naming the right one.

    Parameters
    ----------
    options : dict
        Letter -> `gan_helpers.lesson.Option`.
    """
    letters = ", ".join(f'`"{letter}"`' for letter in options)

    def compare(answer, reference):
        if is_stub(answer):
            return STUB
        letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
        if letter not in options:
            return f"the answer is one of {letters}, yours is {describe(answer)}"
        if letter == reference:
            return None
        return f"{letter}) {options[letter].reason}"

    return compare


def all_of(*comparators):
    """Ask for several things: the first comparator that is not content speaks."""

    def compare(answer, reference):
        verdicts = (comparator(answer, reference) for comparator in comparators)
        return next((verdict for verdict in verdicts if verdict is not None), None)

    return compare


def is_stub(answer):
    """Say whether an answer is untouched: ``...``, or a function that holds nothing but its docstring."""
    if _holds_stub(answer):
        return True
    code = getattr(answer, "__code__", None)
    return code is not None and _steps(code) == _steps(_does_nothing.__code__)


def told(error, function=None):
    """Tell an exception in half a sentence, with the line of the learner's own code where it happened."""
    sentence = f"it stops with {quoted(f'{type(error).__name__}: {error}'.splitlines()[0])}"
    code = getattr(function, "__code__", None)
    lines = [
        frame for frame in traceback.extract_tb(error.__traceback__) if code and frame.filename == code.co_filename
    ]
    if not lines:
        return sentence
    where = f", in line {lines[-1].lineno} of your cell"
    return sentence + where + (f": {quoted(lines[-1].line)}" if lines[-1].line else "")


def _does_nothing(): ...


def _steps(code):
    return [(step.opname, step.argval) for step in dis.get_instructions(code) if step.opname != "RESUME"]


def _holds_stub(value):
    if isinstance(value, list | tuple):
        return any(_holds_stub(item) for item in value)
    return value is STUB


def _is_about_a_stub(error):
    # a half-filled stub such as `missed = ...` fails one line later, on arithmetic with an ellipsis
    return isinstance(error, TypeError | AttributeError) and "ellipsis" in str(error).lower()


def _call(function, case):
    with contextlib.suppress(Exception):  # what cannot be copied (a lock, an open file) is passed as it is
        case = copy.deepcopy(case)
    if isinstance(case, dict):
        return function(**case)
    return function(*case) if isinstance(case, tuple) else function(case)


def _call_text(function, case):
    if isinstance(case, dict):
        arguments = [f"{name}={short(value)}" for name, value in case.items()]
    else:
        arguments = [short(value) for value in (case if isinstance(case, tuple) else (case,))]
    return f"{function.__name__}({', '.join(arguments)})"
