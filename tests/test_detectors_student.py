"""The student learns by answers or by inheritance, keeps what pruning took away, and goes on without the teacher."""

import numpy as np
import pytest
from test_detectors_repair_gan import SIDE, parts

from gan_helpers import balance, decisions, deploy, detectors, gan, networks
from gan_helpers.detectors.student import imitation_loss

pytestmark = pytest.mark.slow

STEPS = 600  # with half of them its ranks are so close together that int8 shuffles them on one processor


def tiny(**arguments):
    return detectors.Student(**({"steps": 2, "base": 12, "batch": 4, "seed": 1} | arguments))


@pytest.fixture(scope="module")
def teacher():
    return detectors.RepairGAN(steps=300, base=24, batch=4, seed=1).fit(parts(60, 0))


@pytest.fixture(scope="module")
def student(teacher):
    return tiny(steps=STEPS).fit(parts(60, 0), teacher=teacher)


@pytest.fixture(scope="module")
def mixed():
    """Good parts and as many with defects from another bank, of another grain."""
    good = parts(40, 3)
    return np.concatenate([good, balance.Forger(SIDE, most=1, seed=8).forge(parts(40, 4), seed=2)[0]])


def auroc(detector, mixed):
    return decisions.auroc(np.repeat([0, 1], 40), detector.score(mixed))


def inherited(teacher, share=0.5):
    return detectors.Student.from_networks(
        *(deploy.narrowed(network, share) for network in (teacher.restorer, teacher.marker)), batch=4, seed=1
    )


class TestImitation:
    def test_it_ranks_parts_as_its_teacher_does(self, teacher, student, mixed):
        row = deploy.parity(teacher, student, mixed, np.repeat([0, 1], 40))
        assert row["rank_correlation"] > 0.6
        assert row["auroc_exported"] > row["auroc"] - 0.1

    def test_it_is_a_fraction_of_its_teacher(self, teacher, student):
        sizes = [one.restorer.count_params() + one.marker.count_params() for one in (student, teacher)]
        assert sizes[0] < 0.35 * sizes[1]

    def test_the_losses_are_recorded_and_the_answers_come_near(self, student):
        assert {len(losses) for losses in student.history.values()} == {STEPS}
        assert np.mean(student.history["imitation"][-50:]) < 0.9 * np.mean(student.history["imitation"][:20])

    def test_the_teacher_is_only_asked(self, teacher, mixed):
        before = teacher.score(mixed)
        pupil = tiny().fit(parts(8, 0), teacher=teacher)
        assert np.array_equal(teacher.score(mixed), before)
        assert pupil._teacher is None

    def test_perfect_answers_leave_only_what_can_not_be_known(self):
        logits = np.array([[[-2.0, 3.0], [0.0, -5.0]]], np.float32)
        share = 1 / (1 + np.exp(-logits / 2))
        doubt = 4 * -(share * np.log(share) + (1 - share) * np.log(1 - share)).mean()
        assert float(imitation_loss(logits, logits)) == pytest.approx(doubt, rel=1e-4)
        assert float(imitation_loss(logits + 1, logits)) > doubt

    def test_without_a_teacher_there_is_nothing_to_imitate(self, mixed):
        alone = tiny(steps=3, imitation=0.0).fit(parts(8, 0))
        assert alone.history["imitation"] == [0, 0, 0]
        assert np.isfinite(alone.score(mixed)).all()

    def test_it_can_be_watched_and_examined(self, teacher):
        exam = detectors.ForgedExam(parts(10, 5))
        pupil = tiny(steps=20).fit(parts(8, 0), teacher=teacher, watch=exam)
        assert len(exam.history) == 20
        exam.restore(pupil)


class TestInheritance:
    def test_all_channels_judge_as_the_teacher_does(self, teacher, mixed):
        copy = inherited(teacher, share=0.0)
        np.testing.assert_allclose(copy.score(mixed), teacher.score(mixed), rtol=1e-3, atol=1e-4)

    def test_half_the_channels_learn_on_and_are_saved_as_they_are(self, teacher, mixed, tmp_path):
        half = inherited(teacher)
        before = auroc(half, mixed)
        half.tune(parts(60, 0), steps=150)
        assert auroc(half, mixed) > max(before, auroc(teacher, mixed) - 0.15)
        half.save(tmp_path)
        loaded = detectors.load(tmp_path)
        assert loaded.marker.count_params() < 0.35 * teacher.marker.count_params()
        np.testing.assert_allclose(loaded.score(mixed), half.score(mixed), rtol=1e-4, atol=1e-5)

    def test_pruned_weights_are_zero_and_stay_zero(self, teacher):
        pruned = inherited(teacher, share=0.0)
        pruning = {name: deploy.MagnitudePruning(0.8, steps=10, every=5) for name in ("restorer", "marker")}
        pruned.tune(parts(20, 0), steps=20, after_step=pruning)
        for name in pruning:
            assert deploy.sparsity(getattr(pruned, name)) == pytest.approx(0.8, abs=0.01)
            assert deploy.sparsity(getattr(teacher, name)) < 0.01
        before = pruned.marker.get_weights()
        pruned.tune(parts(20, 0), steps=5, after_step=pruning)
        for was, now in zip(before, pruned.marker.get_weights(), strict=True):
            if was.ndim == 4:
                assert np.all(now[was == 0] == 0)
                assert np.any(now != was)

    def test_networks_that_do_not_fit_are_refused(self, teacher):
        with pytest.raises(ValueError, match="it has to go from"):
            detectors.Student.from_networks(teacher.restorer, networks.marker((64, 64, 1), base=8))


class TestProtocol:
    def test_scores_and_maps_have_their_shapes(self, student, mixed):
        scores, maps = student.score(mixed), student.anomaly_map(mixed)
        assert (scores.shape, scores.dtype) == ((80,), np.float64)
        assert (maps.shape, maps.dtype) == ((80, SIDE, SIDE), np.float32)
        assert maps.min() >= 0
        np.testing.assert_allclose(
            student._anomaly_map(mixed).max(axis=(1, 2)), np.log1p(np.exp(scores)), rtol=1e-3, atol=1e-6
        )

    def test_a_parts_score_depends_on_no_other_part(self, student, mixed):
        alone = np.concatenate([student.score(mixed[i : i + 1]) for i in range(5)])
        np.testing.assert_allclose(alone, student.score(mixed)[:5], rtol=1e-4)

    def test_save_and_load_keep_every_score(self, student, mixed, tmp_path):
        student.save(tmp_path)
        loaded = detectors.load(tmp_path)
        assert isinstance(loaded, detectors.Student)
        np.testing.assert_allclose(loaded.score(mixed), student.score(mixed), rtol=1e-4, atol=1e-5)

    def test_the_same_seed_fits_the_same_student(self, teacher, mixed):
        one, two = (tiny().fit(parts(8, 0), teacher=teacher).score(mixed) for _ in range(2))
        np.testing.assert_allclose(one, two, rtol=1e-3, atol=1e-5)


class TestExport:
    def test_int8_is_really_int8_and_answers_alike(self, student, mixed, tmp_path):
        exported = deploy.export_litert(student, tmp_path, int8=True, representative=mixed)
        kept = deploy.stored_weights(exported)
        kernels = sum(
            np.prod(layer.kernel.shape)
            for layer in [
                *deploy.kernel_layers(student.restorer).values(),
                *deploy.kernel_layers(student.marker).values(),
            ]
        )
        assert kept["int8"] >= kernels
        assert kept.get("float32", 0) < 0.05 * kernels
        assert deploy.parity(student, exported, mixed)["rank_correlation"] > 0.95

    def test_a_float_file_is_really_float(self, student, mixed, tmp_path):
        exported = deploy.export_litert(student, tmp_path)
        assert "int8" not in deploy.stored_weights(exported)
        np.testing.assert_allclose(exported.score(mixed), student.score(mixed), rtol=1e-3, atol=1e-4)


class TestTeachers:
    @pytest.mark.parametrize(
        ("teacher", "error", "word"),
        [
            (None, ValueError, "learns from a teacher"),
            (detectors.PCAReconstruction(4), ValueError, "pca has no marker"),
            (detectors.RepairGAN(), RuntimeError, "teacher is not fitted"),
        ],
    )
    def test_one_who_can_not_teach_is_refused(self, teacher, error, word):
        with pytest.raises(error, match=word):
            tiny().fit(parts(4, 0), teacher=teacher)

    def test_parts_of_another_size_are_refused(self, teacher):
        with pytest.raises(ValueError, match="same size"):
            tiny().fit(np.zeros((4, 64, 64, 1), np.float32), teacher=teacher)

    def test_an_unfitted_student_can_not_be_tuned_or_saved(self, teacher, tmp_path):
        with pytest.raises(RuntimeError, match="not fitted"):
            tiny().tune(parts(4, 0), steps=1)
        with pytest.raises(RuntimeError, match="not fitted"):
            tiny().save(tmp_path)


def test_memory_tells_how_far_held_out_pictures_have_gone_towards_made_ones():
    pictures = parts(24, 0) * 2 - 1
    game = gan.GAN(networks.generator((SIDE, SIDE, 1), base=8), networks.discriminator((SIDE, SIDE, 1), base=8))
    memory = gan.Memory(pictures[:12], pictures[12:], every=2, n=8)
    game.fit(pictures[:12], steps=5, batch_size=4, callbacks=[memory])
    assert list(memory.table.index) == [2, 4, 5]
    row = memory.table.iloc[-1]
    seen = game.discriminator(pictures[12:][[0, 2, 3, 5, 6, 8, 9, 11]], training=False)[-1]
    np.testing.assert_allclose(row["by_heart"], (row["learnt"] - row["held_out"]) / (row["learnt"] - row["made"]))
    np.testing.assert_allclose(row["held_out"], np.asarray(seen).mean(), atol=0.05)
