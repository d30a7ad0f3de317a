"""Long texts made short enough to be read at once, without losing the sentence that matters.

The beginning and the end are kept; of the middle, the sentences that hold a word of the city's list (``watch`` under
``[reader]``), in their order, as far as they fit.
"""

import re
from collections.abc import Iterator, Sequence

#: Longer texts are shortened to this many characters.
LONGEST = 700
_BEGIN, _END = 260, 180
_REST = re.compile(r"[^。！？!?\n]*[。！？!?\n]?")
#: Of a long sentence only this much is kept around the word.
_AROUND = 60


def shortened(text: str, watch: Sequence[str]) -> str:
    """The text itself where it is short, else its beginning, the sentences with a word of ``watch``, and its end."""
    if len(text) <= LONGEST:
        return text
    room = LONGEST - _BEGIN - _END
    kept: list[str] = []
    for sentence in _watched(text[_BEGIN:-_END], watch):
        room -= len(sentence) + 1
        if room < 0:
            break
        kept.append(sentence)
    return "\n".join([text[:_BEGIN], *kept, text[-_END:]])


def _watched(middle: str, watch: Sequence[str]) -> Iterator[str]:
    """Each sentence with one of the words once, in order; the same words again say nothing new."""
    if not watch:
        return
    words = re.compile("|".join(map(re.escape, watch)))
    position = 0
    said: set[str] = set()
    while found := words.search(middle, position):
        least, most = max(position, found.start() - _AROUND), found.end() + _AROUND
        start = max(least, *(middle.rfind(mark, least, found.start()) + 1 for mark in "。！？!?\n"))
        rest = _REST.match(middle, found.end(), most)
        end = position = rest.end() if rest else found.end()
        sentence = middle[start:end].strip()
        if sentence not in said:
            said.add(sentence)
            yield sentence
