"""Becomes another program that dies with its parent: ``launch.py PARENT SIGNAL USER GROUP PROGRAM ARGS…``.

A supervisor that is killed outright can't stop its children, so on Linux each child asks the kernel for
``SIGNAL`` at its parent's death. The asking has to happen inside the child, between fork and exec; doing it
in this small program instead of a ``preexec_fn`` keeps starting safe in processes with threads. ``USER`` and
``GROUP`` are numeric ids to change to first, or ``-`` to stay; the kernel forgets the request on a change of
user, hence the order.

Run with ``-I -S``: it needs nothing but the standard library and takes about 20 ms.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, death_signal: int) -> None:
    """Have this process get a signal when its parent dies, which has that process id. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(1)  # the parent died before the request was made


def main(arguments: list[str]) -> None:
    parent, death_signal, user, group, *program = arguments
    if user != "-":
        os.setgroups([])
        os.setgid(int(group))
        os.setuid(int(user))
    die_with_parent(int(parent), int(death_signal))
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
