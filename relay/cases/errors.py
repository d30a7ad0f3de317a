"""Why an action on a case was refused, in words for the person who tried it."""


class CaseError(Exception):
    """``sentence`` is Japanese and translated by the pages; ``values`` fill its %(name)s placeholders."""

    def __init__(self, sentence: str, **values: str) -> None:
        super().__init__(sentence % values if values else sentence)
        self.sentence = sentence
        self.values = values
