"""Files and arrays of every kind are read alike; whatever is wrong inside a file is one kind of refusal."""

import bz2
import io
import json
import random
import struct
import zlib
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest
from safetensors.numpy import save

from app import tensorheader
from app.errors import BadUpload, UnrollError
from app.steps import finish
from app.training import RunConfig, Trainer, arrays_from, npzfile, tensorfile
from app.training.dataset import digest, read_series, read_text, reading_file

DATA = {"inputs": np.random.default_rng(0).standard_normal((6, 5, 2)), "targets": np.zeros((6, 5), np.int64)}


class Tensor:
    """What a torch tensor can do, as far as it matters here; bfloat16 is what its `numpy` refuses."""

    def __init__(self, values, dtype="torch.float64"):
        self.values, self.dtype = values, dtype

    def detach(self):
        return self

    def cpu(self):
        return self

    def float(self):
        return Tensor(self.values.astype(np.float32), "torch.float32")

    def numpy(self):
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.values

    def __array__(self, *_, **__):
        raise AssertionError("a tensor with a gradient is no array")


class Place:
    """A path that is no `Path`."""

    def __init__(self, path):
        self._path = path

    def __fspath__(self):
        return str(self._path)


def sources(folder):
    """The same data in every way a script may have them."""
    (folder / "data.safetensors").write_bytes(save(DATA))
    np.savez(folder / "data.npz", **DATA)
    yield DATA
    yield save(DATA)
    yield bytearray(save(DATA))
    yield memoryview(save(DATA))
    yield folder / "data.safetensors"
    yield str(folder / "data.safetensors")
    yield Place(folder / "data.safetensors")
    yield folder / "data.npz"
    yield {name: Tensor(values) for name, values in DATA.items()}
    yield {name: values.tolist() for name, values in DATA.items()}


def test_paths_bytes_arrays_tensors_and_lists_are_the_same_data(tmp_path):
    losses = {Trainer(RunConfig(), source).step().loss for source in sources(tmp_path)}
    assert len(losses) == 1


def test_a_snapshot_goes_on_with_data_given_in_any_way(tmp_path):
    blob = Trainer(RunConfig(), DATA).snapshot()
    losses = {Trainer.resume(blob, source).step().loss for source in sources(tmp_path)}
    assert len(losses) == 1


@pytest.mark.parametrize(
    ("read", "content"),
    [(read_text, "how now brown cow\n" * 9), (read_series, "a,b\n" + "\n".join(f"{i},{i * i % 7}" for i in range(20)))],
)
def test_a_text_and_a_series_are_read_from_bytes_and_paths_of_any_kind(tmp_path, read, content):
    encoded, path = content.encode(), tmp_path / "content"
    path.write_bytes(encoded)
    sources = [content, encoded, bytearray(encoded), memoryview(encoded), path, Place(path)]
    assert len({digest(read(source)) for source in sources}) == 1
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none")
    with pytest.raises(BadUpload, match="got int"):
        read(5)


def test_a_run_is_resumed_and_weights_are_loaded_from_a_path_of_any_kind(tmp_path):
    trainer = Trainer(RunConfig())
    trainer.advance()
    for name, content in (("run", trainer.snapshot()), ("weights.safetensors", trainer.export_weights())):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FileNotFoundError):
        Trainer.resume(Place(tmp_path / "none"))
    resumed = Trainer.resume(Place(tmp_path / "run"))
    assert resumed.snapshot() == trainer.snapshot()
    resumed.load_weights(Place(tmp_path / "weights.safetensors"))
    assert resumed._state.learner.progress.weights_name == "weights.safetensors"


def test_a_tensor_in_bfloat16_is_widened():
    values = np.array([1.5, -2.0])
    assert np.array_equal(arrays_from.read({"w": Tensor(values, "torch.bfloat16")})[1]["w"], values)


def test_a_path_that_leads_nowhere_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        Trainer(RunConfig(), tmp_path / "none.safetensors")


def pickled(path):
    np.savez(path, inputs=np.array([{"a": 1}], dtype=object))


def not_a_zip(path):
    path.write_bytes(b"PK\x03\x04 and nothing more")


def nothing(path):
    path.write_bytes(b"")


@pytest.mark.parametrize("write", [pickled, not_a_zip, nothing])
def test_an_npz_that_is_none_or_holds_objects_is_refused(write, tmp_path):
    write(tmp_path / "data.npz")
    with pytest.raises(BadUpload):
        Trainer(RunConfig(), tmp_path / "data.npz")


def archive(**members):
    """A zip archive with these bytes under these names."""
    file = io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return file.getvalue()


def array(values, order="C"):
    file = io.BytesIO()
    np.save(file, np.asarray(values, order=order))
    return file.getvalue()


def broken(content, at=150):
    return content[:at] + bytes([content[at] ^ 255]) + content[at + 1 :]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_the_bytes_of_an_npz_are_its_arrays_in_any_order_and_type(save):
    arrays = {
        "a": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "b": np.arange(4, dtype=">i4"),
        "c": np.array(2.5, np.float16),
        "d": np.zeros((2, 0, 3), np.float32),
    }
    file = io.BytesIO()
    save(file, **arrays)
    found = arrays_from.read(file.getvalue())[1]
    assert found.keys() == arrays.keys()
    assert all(
        np.array_equal(found[name], values) and found[name].shape == values.shape for name, values in arrays.items()
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive(**{"archive/data.pkl": b"x"}), "torch.save"),
        (archive(**{"notes.txt": b"x"}), "all of whose names end in .npy"),
        (archive(**{"a.npy": b"x" * 99}), "not one of plain numbers"),
        (archive(**{"a.npy": array([1.0, 2.0])[:-4]}), "needs 16 bytes"),
        (archive(**{"a.npy": b"\0" * 2**26}), "at most 32 MiB"),
        (archive(**{"a.npy": array([1.0])})[:-30], "is not one"),
        (broken(archive(**{"a.npy": array(np.arange(99.0))})), "is broken"),
        (archive(**{f"{i}.npy": b"" for i in range(2001)}), "lists far more"),
        (archive(**{f"{i}.npy": b"" for i in range(1001)}), "each name once; got 1001"),
    ],
)
def test_an_archive_of_anything_else_is_refused_before_it_is_unpacked(content, words):
    with pytest.raises(BadUpload, match=words):
        arrays_from.read(content)


def archive_of(packed, states, method=ZIP_DEFLATED, *, times=1, flags=0, extra=b"", listed=None):
    """An archive that lists one member so many times, of this method and stated size, whatever is packed in it."""
    name, local = (
        b"inputs.npy",
        struct.pack("<4s5HIIIHH", b"PK\3\4", 20, flags, method, 0, 0, 0, len(packed), states, 10, 0),
    )
    entries = b"".join(
        struct.pack(
            "<4s6HIIIHHHHHII", b"PK\1\2", 20, 20, flags, method, 0, 0, 0, len(packed), states, 14, len(extra), *[0] * 5
        )
        + b"%04d" % i
        + name
        + extra
        for i in range(times)
    )
    begin = len(local) + len(name) + len(packed)
    count = times if listed is None else listed
    return (
        local + name + packed + entries + struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, count, count, len(entries), begin, 0)
    )


def deflated(content):
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packing.compress(content) + packing.flush()


@pytest.fixture
def inflated(monkeypatch):
    """The sizes of all pieces that are inflated."""
    sizes = []

    class Counting:
        def __init__(self, bits):
            self.inside = zlib.decompressobj(bits)

        def decompress(self, packed, most):
            piece = self.inside.decompress(packed, most)
            sizes.append(len(piece))
            return piece

        eof = property(lambda self: self.inside.eof)
        unconsumed_tail = property(lambda self: self.inside.unconsumed_tail)

    monkeypatch.setattr(
        npzfile,
        "zlib",
        SimpleNamespace(decompressobj=Counting, crc32=zlib.crc32, error=zlib.error, MAX_WBITS=zlib.MAX_WBITS),
    )
    return sizes


def test_a_member_that_gives_more_than_it_states_is_refused_after_one_byte_more(inflated):
    with pytest.raises(BadUpload, match="another size than it says"):
        arrays_from.read(archive_of(deflated(bytes(2**24)), 128))
    assert sum(inflated) == 129


@pytest.mark.parametrize(
    ("method", "word"),
    [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (95, "xz"), (98, "PPMd"), (97, "method 97")],
)
def test_what_numpy_does_not_write_is_refused_before_anything_is_inflated(method, word, inflated):
    with pytest.raises(BadUpload, match=f"stored or deflated.*compressed with {word}.*savez_compressed"):
        arrays_from.read(archive_of(bz2.compress(bytes(2**20)), 128, method, times=100))
    assert inflated == []


def test_an_encrypted_member_says_so():
    with pytest.raises(BadUpload, match="is encrypted"):
        arrays_from.read(archive_of(bytes(20), 8, flags=1))


def test_what_is_packed_once_is_not_unpacked_a_hundred_times(inflated):
    with pytest.raises(BadUpload, match="larger than it"):
        arrays_from.read(archive_of(deflated(array(np.zeros(2**15))), 2**18 + 128, times=100))
    assert inflated == []


@pytest.mark.parametrize("listed", [None, 60_000])
def test_a_list_of_many_files_is_refused_by_its_number_alone(listed):
    with pytest.raises(BadUpload, match="lists far more"):
        arrays_from.read(archive_of(b"", 0, times=2500 if listed is None else 1, listed=listed))


@pytest.mark.parametrize(("before", "mib"), [(npzfile.MOST_EXTRAS - 1, "1.05e.06"), (npzfile.MOST_EXTRAS, "4.1e.03")])
def test_sizes_are_looked_for_among_the_first_extra_fields_alone(before, mib):
    extra = bytes(4 * before) + struct.pack("<HHQ", 1, 8, 2**40)
    with pytest.raises(BadUpload, match=f"arrays take {mib} MiB"):
        arrays_from.read(archive_of(b"", 2**32 - 1, extra=extra))


def test_a_long_list_is_read_in_steps():
    steps = npzfile.reading(archive_of(b"", 2**32 - 1, extra=bytes(65_000), times=100))
    for _ in range(50):
        next(steps)
    with pytest.raises(BadUpload, match="unpacked"):
        finish(steps)


def test_an_archive_for_files_of_any_size_is_read():
    """As many programs write them: both sizes and the place of each member stand in its extra field."""
    content = array([1.0, 2.0])
    plain = archive_of(content, len(content), 0)
    at, end = plain.index(b"PK\1\2"), plain.index(b"PK\5\6")
    entry = bytearray(plain[at:end])
    entry[16:20] = zlib.crc32(content).to_bytes(4, "little")
    extra = struct.pack("<HHQQQ", 1, 24, len(content), len(content), 0)
    entry[20:28] = b"\xff" * 8
    entry[42:46] = b"\xff" * 4
    entry[30:32] = len(extra).to_bytes(2, "little")
    listed = bytes(entry) + extra
    large = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(listed), at)
    place = struct.pack("<4sIQI", b"PK\6\7", 0, at + len(listed), 1)
    last = struct.pack("<4s4HIIH", b"PK\5\6", 0, 0, 2**16 - 1, 2**16 - 1, 2**32 - 1, 2**32 - 1, 0)
    (values,) = arrays_from.read(plain[:at] + listed + large + place + last)[1].values()
    assert values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("save_as", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_an_archive_is_read_piece_after_piece(save_as, kind, inflated):
    values = np.random.default_rng(0).integers(0, 9, (400, 500, 2)).astype(kind)
    file = io.BytesIO()
    save_as(file, inputs=values, targets=values)
    steps = reading_file("dataset", file.getvalue())
    assert sum(1 for _ in steps) >= 2 * values.size / 2**15
    assert max(inflated, default=0) <= 2**17


@pytest.mark.parametrize("source", [5, [1, 2], {"inputs": "text"}, {"inputs": [[1, 2], [3]]}, {"inputs": object()}])
def test_what_holds_no_arrays_is_refused(source):
    with pytest.raises(BadUpload):
        Trainer(RunConfig(), source)


def file(header, data=b""):
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(shape, offsets=(0, 0), dtype="F32"):
    return file({"a": {"dtype": dtype, "shape": shape, "data_offsets": list(offsets)}})


BAD = {
    "nothing but enormous sizes": entry([0, 2**47, 2**47]),
    "an empty one with four sizes": entry([0, 2**20, 2**20, 2**20]),
    "a product beyond 64 bits": entry([2**32, 2**32], (0, 0)),
    "a negative size": entry([-1, 2]),
    "two negative sizes": entry([-1, -1], (0, 4)),
    "a size beyond 64 bits": entry([2**70], (0, 4)),
    "a fraction": entry([1.0], (0, 4)),
    "a truth value": entry([True], (0, 4)),
    "many axes": entry([0] * 40),
    "offsets backwards": entry([1], (4, 0)),
    "negative offsets": entry([1], (-4, 0)),
    "offsets beyond the file": entry([1], (0, 4)),
    "offsets beyond 64 bits": entry([1], (2**70, 2**70 + 4)),
    "an unknown type": entry([1], (0, 4), "F8_E4M3"),
    "a pickle": b"\x80\x02}q\x00" + bytes(20),
    "a zip": b"PK\x03\x04" + bytes(30),
    "NumPy's own": b"\x93NUMPY" + bytes(30),
    "half a pair of surrogates": file({"\ud800": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}),
}


@pytest.mark.parametrize("blob", BAD.values(), ids=BAD.keys())
def test_a_bad_header_is_refused_before_anything_is_allocated(blob):
    with pytest.raises(BadUpload):
        tensorfile.read(blob)


MANY_SHORT_THINGS = {
    "empty lists": b'{"a":[' + b"[]," * 200_000 + b"[]]}",
    "objects in objects": b'{"a":' * 900 + b"{" + b",".join(b'"%d":{}' % i for i in range(60_000)) + b"}" + b"}" * 900,
    "names": b"{" + b",".join(b'"%d":1' % i for i in range(90_000)) + b"}",
    "numbers": b'{"a":[' + b"1," * 400_000 + b"1]}",
}


@pytest.mark.parametrize("header", MANY_SHORT_THINGS.values(), ids=MANY_SHORT_THINGS)
def test_a_header_that_would_take_long_to_read_is_refused_before_it_is_read(header, monkeypatch):
    assert len(header) <= tensorheader.MAX_HEADER_BYTES
    monkeypatch.setattr(tensorheader, "strict_json", None)
    with pytest.raises(BadUpload, match="quotation marks, brackets and commas"):
        tensorfile.read(len(header).to_bytes(8, "little") + header)


@pytest.mark.parametrize("shape", [[], [0], [3, 0], [0, 2**20, 2**20]])
def test_empty_tensors_and_single_numbers_have_their_shapes(shape):
    n = 4 * int(np.prod(shape))
    text = file({"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, n]}}, bytes(n))
    assert tensorfile.read(text)[1]["a"].shape == tuple(shape)


def test_bfloat16_is_read_bit_by_bit():
    values = np.array([0.0, -0.0, 1.0, -1.5, 3.140625, 2.0**-133, 2.0**127, np.inf], np.float32)
    bits = (values.view(np.uint32) >> 16).astype("<u2")
    header = {"a": {"dtype": "BF16", "shape": [2, 4], "data_offsets": [0, 16]}}
    read = tensorfile.read(file(header, bits.tobytes()))[1]["a"]
    assert read.dtype == np.float32
    assert read.tobytes() == values.tobytes()


def test_files_that_are_almost_right_are_read_or_refused_and_nothing_else():
    rng = random.Random(0)
    good = save(DATA | {"lengths": np.full(6, 4)})
    weights = Trainer(RunConfig()).export_weights()
    read = 0
    for n in range(3000):
        blob = bytearray(good if n % 2 else weights)
        for _ in range(rng.randrange(1, 4)):
            blob[rng.randrange(min(len(blob), 700))] = rng.choice(
                b'0123456789[],:"{}-eINFU' + bytes([rng.randrange(256)])
            )
        try:
            Trainer(RunConfig(hidden_size=2), bytes(blob)) if n % 2 else Trainer(RunConfig(), weights=bytes(blob))
            read += 1
        except UnrollError:
            pass
    assert 0 < read < 2900
