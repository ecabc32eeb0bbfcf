"""Files that are no text, known by their first bytes: each is named, with what writes a table of it."""

from ...errors import BadUpload

UNPACK = "Unpack it first, and open the file inside."
BINARY = {
    b"\x1f\x8b": f"a gzip archive. {UNPACK}",
    b"BZh91AY": f"a bzip2 archive. {UNPACK}",
    b"\xfd7zXZ": f"an xz archive. {UNPACK}",
    b"7z\xbc\xaf": f"a 7z archive. {UNPACK}",
    b"\x28\xb5\x2f\xfd": f"a zstd archive. {UNPACK}",
    b"\xd0\xcf\x11\xe0": 'a spreadsheet of an old Excel (.xls). Save it as "CSV UTF-8".',
    b"PAR1": "a Parquet file. pandas.read_parquet(path).to_csv(path2) writes it as CSV.",
    b"ARROW1": "an Arrow file. pandas.read_feather(path).to_csv(path2) writes it as CSV.",
    b"\x89HDF": "an HDF5 file. numpy.savetxt(path, array) writes one of its arrays as text.",
    b"CDF": "a netCDF file. xarray.open_dataset(path).to_dataframe().to_csv(path2) writes it as CSV.",
    b"SQLite": "an SQLite database. Write one of its tables as CSV.",
    b"MATLAB": "a MATLAB file. writematrix(array, 'array.csv') writes one of its arrays as text.",
    b"%PDF": "a PDF. Copy the table out of it, and paste it.",
    b"\x89PNG": "a picture. Numbers are read from text.",
    b"\xff\xd8\xff": "a picture. Numbers are read from text.",
    **dict.fromkeys(
        (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05"),
        "a Python pickle, which can run any program and is never opened. Write it as CSV.",
    ),
}
ZIP = b"PK\x03\x04"
ZIPPED = {
    b"xl/": 'a spreadsheet (.xlsx). Save it as "CSV UTF-8".',
    b"[Content_Types]": 'a spreadsheet (.xlsx). Save it as "CSV UTF-8".',
    b"mimetype": "a spreadsheet (.ods). Save it as CSV.",
    b".npy": "an archive of NumPy arrays (.npz). numpy.save(path, array) writes one of them, which opens here.",
    b"data.pkl": "a file of torch.save, a pickle, which is never opened. numpy.save(path, tensor.numpy()) opens here.",
}
LOOKED_AT = 200  # bytes among which a zip archive's first name is, and some that no text has


def refuse_binary(content: str | bytes, field: str) -> None:
    """BadUpload where the bytes are those of another program's file."""
    if isinstance(content, str) or not _is_binary(content[:LOOKED_AT]):
        return
    found = next((words for start, words in BINARY.items() if content.startswith(start)), None)
    if content.startswith(ZIP):
        beginning = content[:LOOKED_AT]
        found = next((words for name, words in ZIPPED.items() if name in beginning), f"a zip archive. {UNPACK}")
    if found is not None:
        raise BadUpload(f"Expected text; the file is {found}", field)


def _is_binary(beginning: bytes) -> bool:
    return any(byte < 9 or 14 <= byte < 32 or byte >= 128 for byte in beginning)
