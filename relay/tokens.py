"""Secret links: random tokens, of which only the hash is kept."""

import hashlib
import secrets
import string

ALPHABET = string.ascii_letters + string.digits
#: 16 of 62 characters: 95 bits, and short enough for an SMS.
LENGTH = 16


def new() -> str:
    """A fresh token for one link to one person."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def digest(token: str) -> str:
    """What is stored of a token. No salt is needed: tokens are random and as long as a key."""
    return hashlib.sha256(token.encode()).hexdigest()
