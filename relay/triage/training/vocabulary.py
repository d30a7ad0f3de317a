"""The features that are common enough to learn from, and reports as rows of a table."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from relay.triage.learned import FACT_WEIGHT, GRAM_WEIGHT, Seen

#: How many reports a feature must occur in.
RARE = 10


@dataclass(frozen=True)
class Vocabulary:
    """The features that a model knows, in a fixed order, and how rare each run of characters is."""

    column: Mapping[str, int]
    rarity: Mapping[str, float]

    def matrix(self, reports: Sequence[Seen]) -> csr_matrix:
        """One row a report, as ``relay.triage.learned.Model`` weighs it."""
        starts, columns, values = [0], [], []
        for report in reports:
            grams = [gram for gram in report.grams if gram in self.rarity]
            norm = sqrt(sum(self.rarity[gram] ** 2 for gram in grams)) or 1.0
            columns += [self.column[gram] for gram in grams]
            values += [GRAM_WEIGHT * self.rarity[gram] / norm for gram in grams]
            facts = [fact for fact in report.facts if fact in self.column]
            columns += [self.column[fact] for fact in facts]
            values += [FACT_WEIGHT] * len(facts)
            starts.append(len(columns))
        shape = (len(reports), len(self.column))
        return csr_matrix((np.array(values, np.float32), np.array(columns, np.int32), starts), shape=shape)


def vocabulary(reports: Sequence[Seen]) -> Vocabulary:
    """The features that occur often enough."""
    grams = Counter(gram for report in reports for gram in report.grams)
    facts = Counter(fact for report in reports for fact in report.facts)
    rarity = {
        gram: round(log(len(reports) / count) + 0.1, 3)
        for gram, count in sorted(grams.items())
        if count >= RARE
    }
    names = [*rarity, *sorted(fact for fact, count in facts.items() if count >= RARE)]
    return Vocabulary({name: column for column, name in enumerate(names)}, rarity)
