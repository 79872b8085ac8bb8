"""The memory in which a process of Python gives its outputs, and arrays of `empty` that lie in it."""

import os

import numpy as np
import pytest

import flowrun
from flowrun.answers import AnswerMemory, is_packet
from nodes_test import IMAGE, one_node, plugins  # noqa: F401

SHAPE = (40, 50, 60)
LENGTH = 4 * 40 * 50 * 60


@pytest.fixture
def memory():
    descriptor = os.memfd_create("answers")
    yield AnswerMemory(descriptor)
    os.close(descriptor)


def read(memory, place):
    return os.pread(memory.descriptor, place[1], place[0])


def flat(array):
    return memoryview(array.ravel(order="F")).cast("B")


def test_parts_lie_one_behind_the_other_and_the_largest_at_a_multiple_of_64(memory):
    for data in (b"", b"x", bytes(range(256)) * 500):
        place = memory.put([b"before", data, b"", b"behind it"])
        assert read(memory, place) == b"before" + data + b"behind it"
        if len(data) > len(b"behind it"):
            assert (place[0] + len(b"before")) % 64 == 0


def test_an_array_of_empty_is_not_copied(memory):
    array = memory.empty(SHAPE, np.float32)
    array[:] = np.arange(array.size).reshape(SHAPE)
    assert array.flags.f_contiguous and array.flags.writeable
    place = memory.put([b"head", flat(array)])
    assert read(memory, place) == b"head" + array.tobytes(order="F")
    array[0, 0, 0] = 7
    assert np.frombuffer(read(memory, place)[4:8], np.float32) == 7


def test_one_array_as_two_outputs_or_with_something_behind_it_is_copied(memory):
    array = memory.empty(SHAPE, np.float32)
    array[:] = 1
    places = [memory.put([b"one", flat(array)]), memory.put([b"three", flat(array)])]
    labelled = memory.empty(SHAPE, np.int32)
    labelled[:] = 2
    places.append(memory.put([b"head", flat(labelled), b"names"]))
    part = memory.empty(SHAPE, np.float32)
    part[:] = 3
    places.append(memory.put([b"head", flat(part[:, :, :9])]))
    expected = [b"one" + flat(array).tobytes(), b"three" + flat(array).tobytes(), b"head" + flat(labelled).tobytes() + b"names"]
    assert [read(memory, place) for place in places] == [*expected, b"head" + part[:, :, :9].tobytes(order="F")]


def test_what_a_node_keeps_is_never_used_again_and_what_it_leaves_is(memory):
    kept = memory.empty(SHAPE, np.float32)
    kept[:] = 5
    memory.put([b"", flat(kept)])
    for n in range(20):
        memory.answer.clear()
        array = memory.empty(SHAPE, np.float32)
        array[:] = n
        place = memory.put([b"head", flat(array)])
        header = memory.put([b"an answer"])
        del array
        assert read(memory, place)[4:] == np.full(SHAPE, n, np.float32).tobytes()
        assert read(memory, header) == b"an answer"
    assert (kept == 5).all() and memory.size < 2.2 * LENGTH


def test_images_that_grow_from_case_to_case_do_not_pile_up(memory):
    for n in range(1, 30):
        memory.answer.clear()
        array = memory.empty((64, 64, n), np.float32)
        array[:] = n
        memory.put([b"head", flat(array)])
        del array
    memory.answer.clear()
    assert 512 * os.fstat(memory.descriptor).st_blocks < 3 * 4 * 64 * 64 * 30


def test_a_packet_that_is_given_back_is_known_by_its_place_and_its_bytes():
    packet = np.frombuffer(b"head" + bytes(range(200)) + b"tail", np.uint8)
    data = memoryview(packet[4:204])
    assert is_packet([b"he", b"ad", data, b"tail"], packet)
    assert not is_packet([b"HEAD", data, b"tail"], packet) and not is_packet([b"head", data, b"tael"], packet)
    assert not is_packet([b"head", data], packet) and not is_packet([b"head", data[:-4], b"tail"], packet)
    assert not is_packet([b"head", bytes(data), b"tail"], packet) and not is_packet([b""], packet[:0])


def test_an_input_that_is_given_back_comes_back_bit_by_bit(tmp_path, plugins):  # noqa: F811
    image = flowrun.Volume(np.random.default_rng(2).random(SHAPE), IMAGE.affine, contrast="FLAIR", source="é")
    with one_node(tmp_path, "fails", seed=1).session() as session:
        for n in range(3):
            given = image.like(image.data + np.float32(n))
            output = session.run(volume=given).volume
            np.testing.assert_array_equal(output.data, given.data)
            assert (output.grid, output.facts, output.source) == (image.grid, image.facts, "é")


def test_a_graph_gives_the_same_bits_by_empty(tmp_path, plugins):  # noqa: F811
    image = flowrun.Volume(np.random.default_rng(1).random(SHAPE), IMAGE.affine, contrast="FLAIR")
    with one_node(tmp_path, "into_empty").session() as session:
        for n in range(5):
            output = session.run(volume=image.like(image.data + np.float32(n))).volume
            np.testing.assert_array_equal(output.data, (image.data + np.float32(n)) * np.float32(2))
            assert output.grid == image.grid and output.facts.contrast == "FLAIR"
