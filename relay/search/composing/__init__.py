"""Writing a search down: the draft and its form, and the persons registered beforehand."""
