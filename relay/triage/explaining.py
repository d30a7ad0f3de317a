"""Which words of a report spoke for what the learned reader says: for the case page and for ``--explain``."""

from collections.abc import Iterable
from dataclasses import replace

from relay.triage.draft import LEARNED_FACTS
from relay.triage.learned import Model, Span
from relay.triage.opinion import Opinion
from relay.triage.results import Reason
from relay.triage.weighing import FINE_POINTS, LEVELS, chance
from relay.triage.words import whole
from relay.vocabulary import Level

_MOST_WORDS = 3
#: Outputs below this probability are not worth a line.
_WORTH_SAYING = 0.1


def with_loudest(reasons: Iterable[Reason], opinion: Opinion, model: Model, text: str) -> tuple[Reason, ...]:
    """The reasons, with the loudest words where the rules found none: no case page says a level without words."""
    return tuple(
        reason if reason.words else replace(reason, words=_words(reason, opinion, model, text))
        for reason in reasons
    )


def _words(reason: Reason, opinion: Opinion, model: Model, text: str) -> tuple[str, ...]:
    if reason.signs:
        outputs = [sign.value for sign in reason.signs]
    elif reason.code == "whole_text" and reason.level is not Level.ROUTINE:
        outputs = [f">={reason.level.value}"]
    else:
        return ()
    loudest = (model.spoke_for(output, opinion.seen, runs=False) for output in outputs)
    # What is said of the whole report stands nowhere.
    spans = [next((span for _, _, span in found if span[0] < span[1]), (0, 0)) for found in loudest]
    return written(text, spans)[:_MOST_WORDS]


def written(text: str, spans: Iterable[Span]) -> tuple[str, ...]:
    """The words of ``text`` at these places, as they are shown: no word cut in two, none said twice."""
    shown = [text[slice(*whole(text, start, end))].strip("。、 \n〓") for start, end in spans]
    return tuple(
        dict.fromkeys(
            words for words in shown if words and not any(words in more for more in shown if more != words)
        )
    )


def learned_part(opinion: Opinion, model: Model, text: str) -> list[dict[str, object]]:
    """For each sign, fine point and level that the model thinks possible: how likely, and the words for it."""
    lines: list[dict[str, object]] = []
    for output in (*opinion_outputs(opinion), *LEVELS):
        likely = chance(opinion.sums[output])
        if likely < _WORTH_SAYING:
            continue
        loudest = [
            {"feature": name, "share": round(share, 2), "words": text[span[0] : span[1]], "span": list(span)}
            for name, share, span in model.spoke_for(output, opinion.seen)
        ]
        lines.append({"output": output, "chance": round(likely, 3), "for": loudest})
    return lines


def opinion_outputs(opinion: Opinion) -> tuple[str, ...]:
    """The signs, and the fine points of those signs that are read."""
    fine = [name for name, (sign, _) in FINE_POINTS.items() if sign in opinion.signs]
    return (*(o for o in opinion.sums if o not in (*FINE_POINTS, *LEARNED_FACTS, *LEVELS)), *fine)
