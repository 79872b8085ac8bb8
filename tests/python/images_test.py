"""Arrays, affines, and images of other packages."""

import copy
import pickle

import numpy as np
import pytest

import flowrun
from flowrun import packets

AFFINE = np.array([[-2.0, 0, 0, 90], [0, 0, 3, -126], [0, 1.5, 0, -72], [0, 0, 0, 1]])


def ramp(shape=(2, 3, 4)):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_an_affine_is_ras_and_the_grid_is_lps():
    grid = flowrun.Volume(ramp(), AFFINE).grid
    assert grid.spacing == (2, 1.5, 3) and grid.origin == (-90, 126, -72)
    assert grid.direction == (1, 0, 0, 0, 0, -1, 0, 1, 0)
    np.testing.assert_array_equal(grid.affine, AFFINE)


def test_an_array_keeps_its_axes_through_a_graph(bright):
    with bright.session() as session:
        mask = session.run(image=(np.ascontiguousarray(ramp()), AFFINE)).mask
    np.testing.assert_array_equal(mask.data, ramp() > 10)
    np.testing.assert_array_equal(mask.affine, AFFINE)
    assert mask.data.dtype == np.uint8 and mask.facts.kind == "mask"


@pytest.mark.parametrize(
    "affine, sentence",
    [
        (np.zeros((4, 4)), "last row is 0 0 0 1"),
        (np.diag([1.0, 0, 1, 1]), "an axis without length"),
        (np.array([[1, 0.2, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]]), "not at right angles"),
        (np.diag([1.0, np.nan, 1, 1]), "finite"),
    ],
)
def test_an_affine_that_is_no_grid_is_refused(affine, sentence):
    with pytest.raises(flowrun.FlowrunError, match=sentence):
        flowrun.Volume(ramp(), affine)


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda: flowrun.Volume(np.zeros((2, 2))), "this array has 2"),
        (lambda: flowrun.Volume(np.zeros((2, 2, 2), complex)), "real numbers, not of complex128"),
        (lambda: flowrun.Volume(np.full((1, 1, 1), 1e300)), "beyond the range of float32"),
        (lambda: flowrun.Mask(np.full((1, 1, 1), 0.5)), "made of 0 and 1"),
        (lambda: flowrun.Labels(np.full((1, 1, 1), 2.5)), "whole numbers of 32 bits"),
        (lambda: flowrun.Labels(np.full((1, 1, 1), 2**40)), "whole numbers of 32 bits"),
        (lambda: flowrun.Volume(np.array([[[np.inf, 1e300]]])), "beyond the range of float32"),
        (lambda: flowrun.Volume(np.full((1, 1, 1), 2**53 + 1)), "1 of the voxels are whole numbers above"),
        (lambda: flowrun.Volume(np.full((1, 1, 1), 2**64 - 1, np.uint64)), "1 of the voxels are whole numbers above"),
        (lambda: flowrun.Volume(np.ma.masked_less(ramp(), 3)), "some voxels of the array are masked"),
        (lambda: flowrun.Mask(np.full((1, 1, 1), 255, np.uint8)), "made of 0 and 1"),
        (lambda: flowrun.Mask(np.zeros((1, 1, 1), complex)), "real numbers, not of complex128"),
        (lambda: flowrun.Labels(np.zeros((1, 1, 1), complex)), "real numbers, not of complex128"),
        (lambda: flowrun.Volume(ramp(), grid=flowrun.Grid((2, 3, 5))), r"the grid has \(2, 3, 5\) voxels"),
    ],
)
def test_what_would_lose_something_is_refused(make, sentence):
    with pytest.raises(flowrun.FlowrunError, match=sentence):
        make()


def test_an_array_alone_is_refused_for_it_does_not_say_where_it_lies(bright):
    with (
        bright.session() as session,
        pytest.raises(flowrun.FlowrunError, match="an array alone does not say where it lies"),
    ):
        session.run(image=ramp())


def test_another_image_on_the_same_grid_keeps_what_is_known():
    image = flowrun.Volume(ramp(), AFFINE, facts=flowrun.Facts("FLAIR", "mni", "intensity"), source="x.nii")
    mask = image.like(ramp() > 3, flowrun.Mask)
    assert (
        mask.grid == image.grid
        and mask.source == "x.nii"
        and vars(mask.facts) == vars(flowrun.Facts("FLAIR", "mni", "mask"))
    )
    assert image.like(ramp()).facts.kind == "intensity"


def test_an_output_is_read_only_and_is_handed_on_without_a_copy(bright, heads):
    from flowrun.sessions import packet_of

    image = heads.run(seed=1).flair
    with pytest.raises(ValueError):
        image.data[0, 0, 0] = 1
    with pytest.raises(ValueError):
        image.data.setflags(write=True)
    kept = packet_of(image, "flowrun.volume/1")
    assert kept is packet_of(image, "flowrun.volume/1")
    image.facts.contrast = "T1w"  # it is another image now
    assert packet_of(image, "flowrun.volume/1") is not kept
    assert packet_of(image, "flowrun.volume/1").parts()["facts"]["contrast"] == "T1w"


def test_an_output_lives_longer_than_its_session(tmp_path, bright):
    with bright.session() as session:
        mask = session.run(image=flowrun.Volume(ramp())).mask
        data = mask.data
    del mask, session
    assert data.sum() == 13


def test_images_of_nibabel(bright, tmp_path):
    nibabel = pytest.importorskip("nibabel")
    image = nibabel.Nifti1Image(ramp(), AFFINE)
    with bright.session() as session:
        mask = session.run(image=image).mask
    np.testing.assert_array_equal(mask.data, ramp() > 10)
    np.testing.assert_array_equal(mask.to_nibabel().affine, AFFINE)
    nibabel.save(image, tmp_path / "image.nii.gz")
    read = flowrun.read(tmp_path / "image.nii.gz")
    np.testing.assert_array_equal(read.data, ramp())
    np.testing.assert_allclose(read.affine, AFFINE, atol=1e-6)


def test_images_of_simpleitk(bright):
    sitk = pytest.importorskip("SimpleITK")
    image = sitk.GetImageFromArray(ramp().transpose(2, 1, 0))
    image.SetSpacing((2, 1.5, 3))
    image.SetOrigin((-90, 126, -72))
    image.SetDirection((1, 0, 0, 0, 0, -1, 0, 1, 0))
    with bright.session() as session:
        mask = session.run(image=image).mask
    np.testing.assert_array_equal(mask.data, ramp() > 10)
    np.testing.assert_array_equal(mask.affine, AFFINE)
    assert mask.to_sitk().GetDirection() == image.GetDirection()


VALUES = {
    "flowrun.volume/1": flowrun.Volume(
        ramp(), AFFINE, facts=flowrun.Facts("FLAIR", "mni", "intensity", {"b": "2", "a": "1"}), source="x"
    ),
    "flowrun.mask/1": flowrun.Mask(ramp() > 3, AFFINE),
    "flowrun.labels/1": flowrun.Labels(ramp().astype(int), AFFINE, names={3: "drei", -1: "minus"}),
    "flowrun.number/1": flowrun.Number(2.5, "ml"),
    "flowrun.table/1": flowrun.Table({"case": ["a", "b"], "n": [1, 2], "x": [0.5, float("inf")]}),
    "flowrun.voxel_list/1": flowrun.VoxelList(flowrun.Grid((2, 3, 4)), np.array([1, 5, 7])),
    "flowrun.patch_batch/1": flowrun.PatchBatch(
        flowrun.Grid((2, 3, 4)), np.array([5, 1]), np.arange(96.0).reshape(2, 2, 2, 3, 4)
    ),
    "flowrun.scores/1": flowrun.Scores(flowrun.Grid((2, 3, 4)), np.array([5, 1]), np.arange(6.0).reshape(2, 3)),
    "flowrun.transform/1": flowrun.Transform(
        [
            flowrun.TransformStep(np.arange(12.0).reshape(3, 4)),
            flowrun.TransformStep(grid=flowrun.Grid((1, 1, 2)), displacement=np.arange(6.0), inverse=True),
        ],
        "a",
        "b",
        "file",
    ),
}


@pytest.mark.parametrize("payload", packets.PAYLOADS)
def test_the_bytes_of_python_are_those_of_the_codecs_in_cpp(payload):
    from flowrun import _native
    from flowrun.sessions import packet_of, value_of

    written = b"".join(packets.encoded(VALUES[payload], payload))
    packet = _native().packet_of(payload, written)
    assert packet.type == payload and packet.encoded() == written
    again = value_of(packet_of(VALUES[payload], payload))
    assert type(again) is packets.PAYLOADS[payload]
    assert b"".join(packets.encoded(again, payload)) == written
    assert b"".join(packets.encoded(packets.decoded(written, payload), payload)) == written


@pytest.mark.parametrize("payload", packets.PAYLOADS)
def test_bytes_that_are_cut_or_too_long_are_refused(payload):
    written = b"".join(packets.encoded(VALUES[payload], payload))
    for wrong in (written[:-1], written + b"x", b""):
        with pytest.raises(flowrun.FlowrunError):
            packets.decoded(wrong, payload)


def test_pictures_and_tables_for_notebooks():
    png = flowrun.Volume(ramp((8, 9, 10)))._repr_png_()
    assert png.startswith(b"\x89PNG") and png.endswith(b"IEND\xaeB`\x82")
    text = flowrun.Table({"<b>": ["<script>", "x"]})._repr_html_()
    assert "&lt;script&gt;" in text and "<script>" not in text


def test_whole_numbers_that_float32_would_round_are_no_volume():
    for kind in (np.int32, np.uint32, np.int64):
        kept = np.full((2, 2, 2), 2**24, kind)
        assert flowrun.Volume(kept).data[0, 0, 0] == 2**24
        kept[0, 0, 0] += 1
        with pytest.raises(flowrun.FlowrunError, match=r"1 of the voxels are whole numbers above 16777216 \(2\^24\)"):
            flowrun.Volume(kept)


def test_whole_numbers_of_64_bits_that_float32_keeps_are_a_volume():
    kept = np.array([[[2**63 - 2**39, -(2**63), 2**40, 5]]])
    np.testing.assert_array_equal(flowrun.Volume(kept).data.astype(np.float64), kept.astype(np.float64))


def other_order(array):
    """Equal to the type of a packet, and another object: as files and pickles have it."""
    return array.view(array.dtype.newbyteorder("=")), pickle.loads(pickle.dumps(array)), array.astype(">f4")


def test_an_array_counts_by_its_type_and_not_by_who_made_it(bright):
    with bright.session() as session:
        for base in (ramp(), np.asfortranarray(ramp())):
            for array in other_order(base):
                for part in (array, array[::-1], array[:, 1:]):
                    mask = session.run(image=(part, AFFINE)).mask
                    np.testing.assert_array_equal(mask.data, part > 10)


def test_flipped_and_cropped_images_of_nibabel(bright, tmp_path):
    nibabel = pytest.importorskip("nibabel")
    nibabel.save(nibabel.Nifti1Image(ramp(), AFFINE), tmp_path / "image.nii.gz")
    image = nibabel.load(tmp_path / "image.nii.gz")
    with bright.session() as session:
        for one in (nibabel.as_closest_canonical(image), image.slicer[:, 1:, :]):
            mask = session.run(image=one).mask
            np.testing.assert_array_equal(mask.data, one.get_fdata() > 10)
            np.testing.assert_allclose(mask.affine, one.affine)


def test_data_that_were_exchanged_are_checked_again(bright):
    image = flowrun.Volume(ramp(), AFFINE)
    with bright.session() as session:
        image.data = image.data[::-1] * np.float64(2)
        np.testing.assert_array_equal(session.run(image=image).mask.data, image.data > 10)
        image.data = np.zeros((2, 2, 2))
        with pytest.raises(flowrun.FlowrunError, match=r"the array has the shape \(2, 2, 2\), but the grid has"):
            session.run(image=image)


def test_a_place_that_is_none_is_refused(bright):
    with bright.session() as session, pytest.raises(flowrun.FlowrunError, match="does not say where it lies"):
        session.run(image=(ramp(), None))


def test_images_and_failures_can_be_pickled_and_copied(bright):
    with bright.session() as session:
        mask = session.run(image=flowrun.Volume(ramp(), AFFINE)).mask
    for same in (pickle.loads(pickle.dumps(mask)), copy.deepcopy(mask)):
        np.testing.assert_array_equal(same.data, mask.data)
        assert same.grid == mask.grid and same.facts == mask.facts
    failed = flowrun.CaseFailed([flowrun.errors.NodeError("n", "t", "p", "words")], "cancelled")
    wrong = flowrun.GraphError([flowrun.Diagnostic("error", "g.json", 1, 2, "words")])
    for fault in (failed, wrong):
        again = pickle.loads(pickle.dumps(fault))
        assert str(again) == str(fault) and vars(again) == vars(fault)


def test_an_empty_image_has_a_picture():
    assert flowrun.Volume(np.zeros((0, 3, 3)))._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "table, sentence",
    [({"a": "abc"}, "column 'a' of a table is a list"), ({"a": [2**63]}, "whole numbers of 64 bits"), ({"a": 5}, "a list")],
)
def test_a_table_is_made_of_lists_of_what_it_keeps(table, sentence):
    with pytest.raises(flowrun.FlowrunError, match=sentence):
        packets.encoded(table, "flowrun.table/1")
