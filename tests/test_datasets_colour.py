"""Small colour pictures: plates under coloured light, or CIFAR-10 where Keras has it on disk; never a download."""

import pickle
import socket
import subprocess
import sys
import warnings

import numpy as np
import pytest

from gan_helpers import parts
from gan_helpers.datasets import DataError, DataWarning, colour, load_colour_images
from gan_helpers.datasets.colour import CIFAR_FOLDERS, CIFAR_TEST, CIFAR_TRAIN, cifar_folder


@pytest.fixture(autouse=True)
def offline(monkeypatch, tmp_path):
    """Give each test a Keras folder of its own, and no network."""

    def refuse(*_, **__):
        raise AssertionError("something is fetched from the network")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(socket, "create_connection", refuse)
    return tmp_path / "keras"


def write_cifar(home, layout, per_file=6):
    """Write files as CIFAR-10 has them: 3,072 bytes a picture, all red, then all green, then all blue."""
    folder = home / "datasets" / layout
    folder.mkdir(parents=True)
    for number, name in enumerate((*CIFAR_TRAIN, *CIFAR_TEST)):
        pixels = np.zeros((per_file, 3072), np.uint8)
        pixels[:, :1024], pixels[:, 1024:2048], pixels[:, 2048:] = 255, np.arange(1024) % 32, number
        content = {b"data": pixels, b"labels": list(range(per_file)), b"batch_label": name.encode()}
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))
    return folder


class TestPlates:
    def test_they_serve_where_keras_has_nothing(self):
        pictures = load_colour_images(12)
        assert cifar_folder() is None
        assert pictures.train.shape == (12, 32, 32, 3) and pictures.held_out.shape == (6, 32, 32, 3)
        assert pictures.train.dtype == np.float32
        assert pictures.train.min() >= 0 and pictures.train.max() <= 1
        assert "plates" in pictures.title and repr(pictures).startswith("12 cover plates")

    def test_a_seed_gives_one_set_and_another_seed_another(self):
        first, again, other = (load_colour_images(4, seed=seed).train for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert np.abs(first - other).max() > 0.2

    def test_no_lot_is_on_both_sides(self, monkeypatch):
        lots = []
        photographed = colour._photographed

        def spy(table, size):
            lots.append(set(table["lot"]))
            return photographed(table, size)

        monkeypatch.setattr(colour, "_photographed", spy)
        load_colour_images(30)
        assert not lots[0] & lots[1]
        assert min(lots[1]) < max(lots[0])  # dealt, not cut

    def test_each_colour_is_the_part_under_lamps_turned_by_a_third(self):
        table = parts.simulate_line(2, seed=3).assign(kind=parts.GOOD, severity=0.0)
        turned = table.assign(light_turn=table["light_turn"] + 2 * np.pi / 3)
        turned["light_balance_x"] += colour.ONE_SIDED * np.cos(2 * np.pi / 3)
        turned["light_balance_y"] += colour.ONE_SIDED * np.sin(2 * np.pi / 3)
        fine = parts.render_parts(turned, 64)[0]
        green = colour._photographed(table, 32)[..., 1]
        np.testing.assert_allclose(green[0, 5, 9], fine[0, 10:12, 18:20].mean() / 255, rtol=1e-6)

    def test_turned_metal_is_colourful_and_the_belt_is_grey(self):
        picture = load_colour_images(8).train.mean(axis=0)
        saturation = picture.max(axis=-1) - picture.min(axis=-1)
        assert saturation[10:22, 4:8].mean() > 0.1 > 0.03 > saturation[:3, :3].mean()

    def test_other_sizes_are_rendered(self):
        assert load_colour_images(2, size=64).train.shape == (2, 64, 64, 3)

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [({"n": 1}, "n is 1"), ({"size": 16}, "16"), ({"size": 129}, "129"), ({"source": "mnist"}, "cifar10, plates")],
    )
    def test_numbers_out_of_range_are_named(self, wrong, named):
        with pytest.raises(DataError, match=named):
            load_colour_images(**wrong)


class TestCifar:
    @pytest.mark.parametrize("layout", CIFAR_FOLDERS)
    def test_it_is_used_where_keras_has_unpacked_it(self, offline, layout):
        folder = write_cifar(offline, layout)
        pictures = load_colour_images(12)
        assert cifar_folder() == folder
        assert "CIFAR-10" in pictures.title
        assert pictures.train.shape == (12, 32, 32, 3) and pictures.held_out.shape == (6, 32, 32, 3)

    def test_colours_rows_and_columns_are_in_their_places(self, offline):
        write_cifar(offline, CIFAR_FOLDERS[0])
        pictures = load_colour_images(12)
        assert (pictures.train[..., 0] == 1).all()
        np.testing.assert_allclose(pictures.train[3, 7, :, 1], np.arange(32) / 255, rtol=1e-6)

    def test_held_out_pictures_come_from_the_test_file(self, offline):
        write_cifar(offline, CIFAR_FOLDERS[0])
        pictures = load_colour_images(12)
        assert set(np.unique(pictures.held_out[..., 2] * 255).round()) == {5.0}
        assert set(np.unique(pictures.train[..., 2] * 255).round()) == {0.0, 1.0}  # two files of six are enough

    @pytest.mark.slow
    def test_its_place_is_the_one_keras_uses(self, offline, tmp_path):
        (tmp_path / "probe.txt").write_text("here")
        code = f"import keras; print(keras.utils.get_file('probe', origin={(tmp_path / 'probe.txt').as_uri()!r}))"
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert told.split()[-1] == str(offline / "datasets" / "probe")
        assert cifar_folder() is None

    def test_more_pictures_than_it_has_are_refused(self, offline):
        write_cifar(offline, CIFAR_FOLDERS[0])
        with pytest.raises(DataError, match="30 pictures"):
            load_colour_images(31)

    def test_other_sizes_are_plates_all_the_same(self, offline):
        write_cifar(offline, CIFAR_FOLDERS[0])
        assert "plates" in load_colour_images(2, size=33).title

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"no pickle at all",
            pickle.dumps({b"data": np.zeros((6, 7), np.uint8)}, protocol=2),
            pickle.dumps({b"labels": [1]}, protocol=2),
            pickle.dumps([1, 2, 3], protocol=2),
        ],
    )
    def test_a_damaged_file_is_named_and_plates_serve(self, offline, content):
        folder = write_cifar(offline, CIFAR_FOLDERS[0])
        (folder / "data_batch_1").write_bytes(content)
        with pytest.warns(DataWarning, match=r"data_batch_1.*plates serve instead"):
            assert "plates" in load_colour_images(4).title

    def test_plates_can_be_insisted_on(self, offline):
        write_cifar(offline, CIFAR_FOLDERS[0])
        assert "plates" in load_colour_images(2, source="plates").title

    def test_where_it_is_insisted_on_nothing_else_serves(self, offline):
        with pytest.raises(DataError, match=r"cifar10\.load_data"):
            load_colour_images(2, source="cifar10")
        folder = write_cifar(offline, CIFAR_FOLDERS[0])
        assert "CIFAR-10" in load_colour_images(2, source="cifar10").title
        with pytest.raises(DataError, match="size of 64"):
            load_colour_images(2, source="cifar10", size=64)
        (folder / "data_batch_1").write_bytes(b"torn")
        with pytest.raises(DataError, match="data_batch_1"):
            load_colour_images(2, source="cifar10")

    def test_a_missing_file_is_named_and_plates_serve(self, offline):
        (write_cifar(offline, CIFAR_FOLDERS[0]) / "test_batch").unlink()
        with pytest.warns(DataWarning, match="test_batch"):
            assert "plates" in load_colour_images(4).title

    def test_a_pickle_that_wants_to_run_something_is_not_obeyed(self, offline):
        class Evil:
            def __reduce__(self):
                return exec, ("import warnings; warnings.warn('obeyed', RuntimeWarning)",)

        folder = write_cifar(offline, CIFAR_FOLDERS[0])
        (folder / "data_batch_1").write_bytes(pickle.dumps({b"data": Evil()}, protocol=2))
        with warnings.catch_warnings(record=True) as spoken:
            warnings.simplefilter("always")
            load_colour_images(4)
        assert [entry.category for entry in spoken] == [DataWarning]
        assert "wants to run" in str(spoken[0].message)
