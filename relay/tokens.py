"""Secret links: tokens that can't be guessed, of which only the hash is kept."""

import hashlib
import hmac
import secrets
import string

ALPHABET = string.ascii_letters + string.digits
#: 16 of 62 characters: 95 bits, and short enough for an SMS.
LENGTH = 16


def new() -> str:
    """A fresh token for one link to one person."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def derived(key: str, purpose: str) -> str:
    """The token that ``key`` gives to ``purpose``, the same every time: for links that are sent again in later texts
    without being stored. Whoever has the database, but not the key, has no token.
    """
    number = int.from_bytes(hmac.digest(key.encode(), purpose.encode(), "sha256"), "big")
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[letter])
    return "".join(letters)


def digest(token: str) -> str:
    """What is stored of a token. No salt is needed: tokens are random and as long as a key."""
    return hashlib.sha256(token.encode()).hexdigest()
