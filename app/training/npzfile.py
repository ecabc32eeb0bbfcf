"""Archives of NumPy arrays (.npz), from anyone: nothing is unpickled, and nothing is unpacked but what was stated.

    each array's own header and bytes, one after the other; a list of them all with sizes and places; the list's end

Sizes are checked before anything is unpacked, and an array that gives more than it states is refused as soon as it
does. Python's own `zipfile` reads any list whole, and whatever is packed in bzip2 or LZMA, of any size.
"""

import zlib
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

import numpy as np

from ..errors import BadUpload, shown
from ..steps import Steps
from ..tasks import read_array
from .limits import MAX_TENSORS, MAX_UNPACKED_BYTES

START = b"PK\x03\x04"
ENTRY = b"PK\x01\x02"
SUFFIX = ".npy"
PICKLE = "data.pkl"
WRITES = "numpy.savez(path, inputs=x, targets=y) writes one."
COMPRESSES = "numpy.savez_compressed(path, inputs=x, targets=y) writes one that opens here."
IN_PYTORCH = "safetensors.torch.save_file(model.state_dict(), path) writes one that opens here."

STORED, DEFLATED = 0, 8
OTHER_METHODS = {9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "xz", 98: "PPMd"}
# Behind the signature of each: an array's own header, an entry of the list, and the list's end, for files of any size
# and, before it, for those beyond 4 GiB, which some programs always write, and the place of that one.
HEADER = Struct("<4s22xHH")  # how long the name and what follows it are
LISTED = Struct("<4s4xHH4xIIIHHH8xI")  # flags, method, checksum, both sizes, three lengths, the header's place
END = Struct("<4s6xHIIH")  # how many, how long the list is, where it begins
LARGE_END = Struct("<4s28xQQQ")
LARGE_END_AT = Struct("<4s16x")
ENDS, LARGE_ENDS, LARGE_ENDS_AT = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
LONGEST_COMMENT = 2**16
ELSEWHERE = 2**32 - 1  # a number that stands among an entry's extra fields, as one beyond 4 GiB would
SIZES = 1  # the extra field that has them
MOST_EXTRAS = 8  # fields that are looked at
ENCRYPTED, IN_UTF8 = 1, 2**11

PACKED = 2**14  # bytes that are unpacked at once: some make nothing but work
BLOCK = 2**17  # bytes that they make at once
LISTED_AT_ONCE = 2**14  # bytes of the list


class Member(NamedTuple):
    """A file in the archive, as the list states it."""

    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    at: int


def is_archive(content: bytes) -> bool:
    """Whether these are the bytes of a zip archive."""
    return content.startswith(START)


def reading(content: bytes) -> Steps[dict[str, np.ndarray]]:
    """The arrays in an archive, by name, in steps; BadUpload where it holds anything else."""
    members: list[Member] = []
    for member in _listed(content):
        if member is not None:
            members.append(member)
        else:
            yield
    _check(members, len(content))
    arrays = {}
    for member in members:
        unpacked = yield from _unpacked(content, member)
        arrays[member.name.removesuffix(SUFFIX)] = read_array(unpacked, "dataset")
        yield
    return arrays


def _listed(content: bytes) -> Iterator[Member | None]:
    """Each member the archive lists, and None where others may get a turn."""
    count, at, end = _list(content)
    if count > 2 * MAX_TENSORS:
        raise BadUpload(f"Expected at most {MAX_TENSORS} arrays; the archive lists far more. {WRITES}")
    turn = at
    for _ in range(count):
        if at + LISTED.size > end or not content.startswith(ENTRY, at):
            raise _no_archive("its list of files is cut off")
        _, flags, method, checksum, packed, size, *lengths, begin = LISTED.unpack_from(content, at)
        at += LISTED.size
        name, extra = content[at : at + lengths[0]], at + lengths[0]
        numbers = _large(content[extra : extra + lengths[1]], [size, packed, begin])
        at += sum(lengths)
        if at > end:
            raise _no_archive("its list of files is cut off")
        text = name.decode("utf-8" if flags & IN_UTF8 else "cp437", "replace")
        yield Member(text, flags, method, checksum, numbers[1], numbers[0], numbers[2])
        if at - turn > LISTED_AT_ONCE:
            turn = at
            yield None


def _list(content: bytes) -> tuple[int, int, int]:
    """How many files the list at the end has, where it begins, and where it ends."""
    found = content.rfind(ENDS, max(0, len(content) - END.size - LONGEST_COMMENT))
    if found < 0 or found + END.size > len(content):
        raise _no_archive("its end is missing")
    _, count, length, at, _ = END.unpack_from(content, found)
    large = found - LARGE_END_AT.size - LARGE_END.size
    if (
        large >= 0
        and content.startswith(LARGE_ENDS, large)
        and content.startswith(LARGE_ENDS_AT, large + LARGE_END.size)
    ):
        _, count, length, at = LARGE_END.unpack_from(content, large)
        found = large
    if at + length > found:
        raise _no_archive("its list of files is cut off")
    return count, at, at + length


def _large(extra: bytes, numbers: list[int]) -> list[int]:
    """The numbers of an entry, those that stand elsewhere taken from its extra fields, where they are in order."""
    if ELSEWHERE not in numbers:
        return numbers
    at = 0
    for _ in range(MOST_EXTRAS):
        kind, length = (int.from_bytes(extra[at + i : at + i + 2], "little") for i in (0, 2))
        at += 4
        if kind == SIZES:
            parts = (extra[i : i + 8] for i in range(at, at + length, 8))
            return [int.from_bytes(next(parts, b""), "little") if n == ELSEWHERE else n for n in numbers]
        at += length
    return numbers


def _check(members: list[Member], available: int) -> None:
    """Names, sizes and methods, before anything is unpacked."""
    names = [member.name for member in members]
    if any(name.rpartition("/")[2] == PICKLE for name in names):
        raise BadUpload(
            "The file is one of torch.save, a pickle, which can run any program and is never opened. " + IN_PYTORCH
        )
    other = next((name for name in names if not name.endswith(SUFFIX)), None)
    if other is not None or not names:
        found = "none" if other is None else shown(other)
        raise BadUpload(
            f"Expected an archive of NumPy arrays, all of whose names end in {SUFFIX}; got {found}. {WRITES}"
        )
    if len(names) > MAX_TENSORS or len(set(names)) < len(names):
        raise BadUpload(f"Expected at most {MAX_TENSORS} arrays, each name once; got {len(names)}. {WRITES}")
    for member in members:
        if member.flags & ENCRYPTED:
            raise BadUpload(
                f"Expected arrays that anyone can open; {shown(member.name)} of the archive is encrypted. {COMPRESSES}"
            )
        if member.method not in (STORED, DEFLATED):
            method = OTHER_METHODS.get(member.method, f"method {member.method}")
            raise BadUpload(
                "Expected arrays that are stored or deflated, as NumPy writes them; "
                f"{shown(member.name)} of the archive is compressed with {method}. {COMPRESSES}"
            )
    size = sum(member.size for member in members)
    if size > MAX_UNPACKED_BYTES:
        raise BadUpload(
            f"The arrays take {size / 2**20:.3g} MiB; at most {MAX_UNPACKED_BYTES // 2**20} MiB are unpacked. Use a "
            "part of the data, or float32."
        )
    if sum(member.packed for member in members) > available:  # several that lie in the same place are unpacked anew
        raise _no_archive("its files would be larger than it")


def _unpacked(content: bytes, member: Member) -> Steps[memoryview]:
    """What a member holds, which is what it states."""
    header = content[member.at : member.at + HEADER.size]
    if len(header) < HEADER.size or not header.startswith(START):
        raise _broken(member, "it is not where the archive says")
    begin = member.at + HEADER.size + sum(HEADER.unpack(header)[1:])
    if begin + member.packed > len(content):
        raise _broken(member, "it is cut off")
    unpacked, filled, checksum = np.empty(member.size, np.uint8).data, 0, 0
    for piece in _pieces(content, begin, begin + member.packed, member):
        if filled + len(piece) > member.size:
            raise _another_size(member)
        unpacked[filled : filled + len(piece)] = piece
        checksum = zlib.crc32(piece, checksum)
        filled += len(piece)
        yield
    if checksum != member.checksum:
        raise _broken(member, "its checksum is another")
    if filled < member.size:
        raise _another_size(member)
    return unpacked


def _pieces(content: bytes, at: int, end: int, member: Member) -> Iterator[bytes]:
    """What a member holds, piece after piece, also empty ones; at most one byte more than it states if deflated."""
    if member.method == STORED:
        yield from (content[i : min(i + BLOCK, end)] for i in range(at, end, BLOCK))
        return
    inflating, left, packed = zlib.decompressobj(-zlib.MAX_WBITS), member.size + 1, b""
    while left and not inflating.eof:
        if not packed:
            packed, at = content[at : min(at + PACKED, end)], at + PACKED
        try:
            piece = inflating.decompress(packed, min(BLOCK, left))
        except zlib.error as error:
            raise _broken(member, str(error)) from error
        if not piece and not packed:
            return  # nothing comes any more
        packed, left = inflating.unconsumed_tail, left - len(piece)
        yield piece


def _no_archive(why: str) -> BadUpload:
    return BadUpload(f"The file begins as a zip archive does, but is not one ({why}). {WRITES}")


def _broken(member: Member, why: str) -> BadUpload:
    return BadUpload(f"{shown(member.name)} of the archive is broken ({why}). Save it again.")


def _another_size(member: Member) -> BadUpload:
    return BadUpload(f"{shown(member.name)} of the archive has another size than it says. Save it again.")
