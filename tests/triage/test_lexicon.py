"""A city may change triage.toml: what it gets wrong is named in one line, with what to do."""

from pathlib import Path

import pytest

from relay.triage import lexicon
from relay.triage.lexicon import LexiconError

SHIPPED = Path(__file__).resolve().parents[2] / "config" / "triage.toml"


def load_changed(folder: Path, old: str, new: str) -> lexicon.Lexicon:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = folder / "triage.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return lexicon.load(path)


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("[signs.laundry]", "[signs.washing]", "signs.washing"),
        ("days_urgent = 4", "days_urgent = 0", "thresholds.days_urgent"),
        ("days_urgent = 4", "days_urgnt = 4", "days_urgnt"),
        ('say = [\n  "{洗濯物}', 'say = [\n  "{洗濯}', "洗濯"),
        ('say = [\n  "{洗濯物}', 'say = [\n  "(洗濯物', "signs.laundry.say"),
        ('version = "1"', "version = 1", "version"),
        ("laundry = { ja", "laundry = { jp", "reasons.laundry"),
        ("[durations]", "[duration]", "duration"),
        ("[facts]", "[facts]\nfun = []", "facts.fun"),
    ],
)
def test_a_mistake_is_named_with_its_key(tmp_path: Path, old: str, new: str, names: str) -> None:
    with pytest.raises(LexiconError, match=names) as caught:
        load_changed(tmp_path, old, new)
    assert str(tmp_path / "triage.toml") in str(caught.value)


@pytest.mark.parametrize("phrase", ["…", "(|)", "(!|a)b", "(<a#)b", "a)b", "{", "#{"])
def test_a_phrase_that_would_match_everywhere_or_nothing_is_refused(tmp_path: Path, phrase: str) -> None:
    with pytest.raises(LexiconError, match=r"signs\.laundry\.say"):
        load_changed(tmp_path, "[signs.laundry]\nsay = [", f'[signs.laundry]\nsay = [\n  "{phrase}",')


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="copy it"):
        lexicon.load(tmp_path / "none.toml")


def test_a_file_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "triage.toml").write_bytes("新聞".encode("cp932"))
    with pytest.raises(LexiconError, match="UTF-8"):
        lexicon.load(tmp_path / "triage.toml")


def test_broken_toml_says_where_it_breaks(tmp_path: Path) -> None:
    (tmp_path / "triage.toml").write_text("version = = 1", encoding="utf-8")
    with pytest.raises(LexiconError, match="line 1"):
        lexicon.load(tmp_path / "triage.toml")


def test_the_version_tells_two_lexicons_apart(tmp_path: Path) -> None:
    changed = load_changed(tmp_path, "days_urgent = 4", "days_urgent = 5")
    assert changed.version != lexicon.load(SHIPPED).version
    assert changed.thresholds.days_urgent == 5


def test_every_reason_has_a_sentence_in_both_languages(words: lexicon.Lexicon) -> None:
    assert all(words.reason(code, language) for code in lexicon.REASONS for language in ("ja", "en"))
