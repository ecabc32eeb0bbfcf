"""Keys of links: under which token a run is found, and the key that proves whose link it is.

A token is derived from its key, so a server that does not know a run can let its owner offer it again under the
same link, after another server was lost, and nobody else.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode

KEY = r"^[A-Za-z0-9_-]{22,64}$"
TOKEN_BYTES = 16


def new_key() -> str:
    """A key nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_of(key: str) -> str:
    """The token of the link that belongs to a key: 128 bits of its SHA-256, in the letters of a web address."""
    return urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:TOKEN_BYTES]).rstrip(b"=").decode()
