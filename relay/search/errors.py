"""What the relay refuses to do to a search, as codes; the pages hold a sentence for each."""


class SearchError(Exception):
    """``code`` says why: missing, not_draft, not_awaiting, not_live, same_person, no_reason, nobody, no_words,
    words_too_long, nothing_to_widen, incomplete."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
