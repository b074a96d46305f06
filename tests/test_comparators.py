"""How far off: every kind of answer gets the sentence that helps."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_helpers.lesson import all_of, choice, difference, on_cases, within
from gan_helpers.lesson.distance import short
from gan_helpers.lesson.exercise import Option


@dataclasses.dataclass(frozen=True)
class Pair:
    images: np.ndarray
    title: str


LINE = np.arange(12.0)


@pytest.mark.parametrize(
    ("yours", "expected", "sentence"),
    [
        (0.31, 0.25, "your 0.31, expected 0.25: 24 % too high"),
        (0.24, 0.25, "your 0.24, expected 0.25: 4 % too low"),
        (0.6, 0.25, "your 0.6, expected 0.25: 140 % too high"),
        (25.0, 0.25, "your 25, expected 0.25: 100 times as large"),
        (0.0025, 0.25, "your 0.0025, expected 0.25: 100 times too small"),
        (-0.25, 0.25, "your -0.25, expected 0.25: the sign is the wrong way round"),
        (-0.5, 0.25, "your -0.5, expected 0.25: too low by 0.75"),
        (0.5, 0, "your 0.5, expected 0: too high by 0.5"),
        (-3.0, -4.0, "your -3, expected -4: 25 % too high"),
        (3, 4, "your 3, expected 4: 25 % too low"),
        (0.250003, 0.25, "your 0.250003, expected 0.25: 0.0012 % too high"),
        (math.nan, 0.25, "your nan, expected 0.25"),
        (math.inf, 0.25, "your inf, expected 0.25"),
        ("0.25", 0.25, "a number is expected, yours is the text `'0.25'`"),
        (True, 1.0, "a number is expected, yours is `True`"),
        (None, 0.25, "it returns nothing (`None`); is a `return` missing?"),
        (LINE, 0.25, "a number is expected, yours is an array of shape (12,)"),
        ([1, 2], 0.25, "a number is expected, yours is a list of 2 values"),
        (abs, 0.25, "a number is expected, yours is the function `abs`"),
        ("good", "bad", "your 'good', expected 'bad'"),
        (False, True, "your False, expected True"),
        (1, True, None),
        (LINE.reshape(3, 4), LINE.reshape(4, 3), "shape (3, 4) instead of (4, 3) (are two axes swapped?)"),
        (LINE[:5], LINE, "shape (5,) instead of (12,)"),
        (LINE.tolist(), LINE, "an array is expected, yours is a list of 12 values"),
        (
            np.where(LINE > 9, LINE + 0.4, LINE),
            LINE,
            "2 of 12 entries differ, the largest by 0.4; at `[10]` your 10.4, expected 10",
        ),
        (np.uint8([3]), np.uint8([5]), "1 of 1 entries differ, the largest by 2; at `[0]` your 3, expected 5"),
        (np.where(LINE > 9, np.nan, LINE), LINE, "2 of 12 entries are not a number (`nan`)"),
        (LINE > 3, LINE, "its entries are true or false (`bool`) instead of numbers (`float64`)"),
        (LINE > 3, LINE > 4, "1 of 12 entries differ; at `[4]` your True, expected False"),
        (np.array(["a", "b"]), np.array(["a", "c"]), "1 of 2 entries differ; at `[1]` your 'b', expected 'c'"),
        ((1, 2, 3), (1, 2), "it returns 3 values instead of 2"),
        ((1, 3), (1, 2), "value 2 of 2: your 3, expected 2: 50 % too high"),
        (1, (1, 2), "2 values are expected, yours is the number 1"),
        ({"a": 1}, {"a": 1, "b": 2}, "the dictionary lacks `'b'`"),
        ({"a": 1, "b": 2}, {"a": 1}, "the dictionary has `'b'` too much"),
        ({"a": 1}, {"a": 2}, "`'a'`: your 1, expected 2: 50 % too low"),
        (Pair(LINE, "x"), Pair(LINE, "y"), "`title`: your 'x', expected 'y'"),
        (
            pd.DataFrame({"a": [1, 2]}),
            pd.DataFrame({"a": [1, 3]}),
            "`'a'`: 1 of 2 entries differ, the largest by 1; at `[1]` your 2, expected 3",
        ),
    ],
)
def test_the_difference_is_said(yours, expected, sentence):
    if sentence is None:
        assert difference(yours, expected) is None
    else:
        assert difference(yours, expected) == sentence


@pytest.mark.parametrize(
    "value",
    [
        *(0, 0.25, math.nan, -math.inf, "text", None, True),
        *(LINE, LINE > 3, np.array([np.nan, np.inf]), np.array("2026-01-01", dtype="datetime64[D]")),
        *((1, [2.0]), {"a": LINE}, Pair(LINE, "x"), pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})),
    ],
    ids=repr,
)
def test_a_value_does_not_differ_from_itself(value):
    assert difference(value, value) is None


def test_rounding_and_precision_are_forgiven():
    assert difference(0.1 + 0.2, 0.3) is None
    assert difference(LINE.astype(np.float32) / 3, LINE / 3) is None
    assert difference(np.float64(3), 3) is None
    assert difference(np.array(3.0), 3) is None
    assert difference([1, 2], (1, 2)) is None


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_differ_or_agree_and_never_fail(yours, expected):
    sentence = difference(yours, expected)
    agree = yours == expected or (
        math.isfinite(yours) and math.isfinite(expected) and abs(yours - expected) <= 1e-9 + 1e-6 * abs(expected)
    )
    assert (sentence is None) == agree


# --- functions on cases ---------------------------------------------------------------------------------------------


def mean(values):
    return values.mean()


COMPARE = on_cases([np.array([1.0, 2.0]), np.array([3.0, 5.0])])


def test_the_first_wrong_case_is_told_and_the_right_ones_counted():
    assert COMPARE(lambda values: values.mean(), mean) is None
    assert COMPARE(lambda values: 1.5, mean) == (
        "on `mean([3, 5])`: your 1.5, expected 4: 62 % too low (1 of 2 cases are right)"
    )


def test_arguments_come_by_place_by_name_or_alone_and_are_shown():
    compare = on_cases([(1, 2), {"a": np.zeros((8, 8)), "b": "x"}, 3])

    def reference(a=0, b=0):
        return (b == 2) + (b == "x") + (b == 0)

    assert compare(reference, reference) is None
    assert "on `reference(1, 2)`" in compare(lambda a=0, b=0: 9, reference)
    assert "on `reference(a=array of shape (8, 8), b='x')`" in compare(lambda a=0, b=0: int(b in (2, 0)), reference)


def test_inputs_cannot_be_spoilt_for_the_reference_or_the_next_check():
    def spoils(values):
        values[:] = 0
        return mean(values)

    assert COMPARE(spoils, mean) is not None
    assert COMPARE(mean, mean) is None


def test_a_generator_among_the_inputs_starts_alike_for_both():
    compare = on_cases([(np.random.default_rng(1),)])
    draw = lambda rng: rng.normal(size=3)  # noqa: E731
    assert compare(draw, draw) is None


def test_cases_may_be_made_at_the_check():
    made = []
    compare = on_cases(lambda: made.append(1) or [LINE])
    assert made == []
    assert compare(mean, mean) is None
    assert made == [1]


def test_a_view_chooses_what_is_compared():
    compare = on_cases([LINE], view=lambda result: result.shape)
    assert compare(lambda x: x + 1, lambda x: x) is None
    assert "your 5, expected 12" in compare(lambda x: x[:5], lambda x: x)


def stub_with_docstring(values):
    """Return the mean."""


def stub_with_ellipsis(values):
    """Return the mean."""
    ...


def stub_that_returns(values):
    return ...


def stub_half_done(values):
    total = ...
    return total / len(values)


def stub_in_a_pair(values):
    return values.mean(), ...


STUBS = [..., stub_with_docstring, stub_with_ellipsis, stub_that_returns, stub_half_done, stub_in_a_pair]


@pytest.mark.parametrize("stub", STUBS, ids=lambda stub: getattr(stub, "__name__", "ellipsis"))
def test_a_stub_is_known_as_one(stub):
    assert COMPARE(stub, mean) is ...


@pytest.mark.parametrize("stub", [..., stub_with_docstring])
def test_number_and_letter_know_a_stub_too(stub):
    assert within(1)(stub, 3) is ...
    assert choice({"a": None})(stub, "a") is ...


def test_a_forgotten_return_is_no_stub():
    def forgets(values):
        values.mean()

    assert "is a `return` missing?" in COMPARE(forgets, mean)


def test_an_error_is_told_in_one_sentence_with_the_line():
    def divides(values):
        return values.mean() + {}[len(values)]

    line = divides.__code__.co_firstlineno + 1
    assert COMPARE(divides, mean) == (
        "on `mean([1, 2])`: it stops with `KeyError: 2`, "
        f"in line {line} of your cell: `return values.mean() + {{}}[len(values)]` (0 of 2 cases are right)"
    )


def test_an_error_in_a_library_is_told_with_the_learners_line():
    def stacks(values):
        return np.stack([])

    assert "`return np.stack([])`" in COMPARE(stacks, mean)


def test_other_arguments_than_asked_for_are_told():
    assert "it stops with `TypeError:" in COMPARE(lambda: 1, mean)


def test_an_answer_that_is_no_function_is_told():
    assert COMPARE(0.25, mean) == "a function is expected, yours is the number 0.25"


# --- numbers, letters, several --------------------------------------------------------------------------------------


def test_a_number_may_be_off_by_the_tolerance():
    compare = within(0.02)
    assert compare(0.32, 0.3) is None
    assert compare(0.28, 0.3) is None
    assert compare(np.float32(0.3), 0.3) is None
    assert compare(0.36, 0.3) == "your 0.36 is too high by 0.06"
    assert compare(0.2, 0.3) == "your 0.2 is too low by 0.1"
    assert compare("b", 0.3) == "a number is expected, yours is the text `'b'`"
    assert compare(math.nan, 0.3) == "a finite number is expected, yours is nan"


def test_a_tolerance_may_be_relative():
    assert within(0.1, relative=True)(109, 100) is None
    assert within(0.1, relative=True)(111, 100) == "your 111 is too high by 11"


OPTIONS = {"a": Option("x", reason="Because of x."), "b": Option("y", right=True, reason="Because of y.")}


@pytest.mark.parametrize("answer", ["b", "B", " b ", "b)", "(b)"])
def test_a_letter_may_be_written_in_several_ways(answer):
    assert choice(OPTIONS)(answer, "b") is None


def test_a_wrong_letter_gets_its_reason_only():
    assert choice(OPTIONS)("a", "b") == "a) Because of x."


@pytest.mark.parametrize(
    ("answer", "named"), [("c", "the text `'c'`"), (2, "the number 2"), (["a"], "a list of 1 value")]
)
def test_what_is_no_letter_gets_the_letters(answer, named):
    assert choice(OPTIONS)(answer, "b") == f'the answer is one of `"a"`, `"b"`, yours is {named}'


def test_several_comparators_speak_in_their_order():
    compare = all_of(within(1), lambda answer, reference: None if answer % 2 else "it is even")
    assert compare(3, 3) is None
    assert compare(4, 3) == "it is even"
    assert compare(9, 3) == "your 9 is too high by 6"


def test_a_dictionary_of_eight_is_shown_whole():
    value = dict.fromkeys("abcdefgh", 1)
    assert short(value) == repr(value)
