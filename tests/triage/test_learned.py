"""The learned reader: its file, its words, and what stands above it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from relay.places.table import TownTable
from relay.triage import learned, lexicon
from relay.triage.concepts import Concepts
from relay.triage.learned import SHIPPED, ModelError
from relay.triage.lexicon import Lexicon, LexiconError
from relay.triage.patterns import PhraseError
from relay.triage.reading import Reader
from relay.triage.training import texts
from relay.vocabulary import Level, Sign

CONFIG = Path(__file__).resolve().parents[2] / "config"
LARGEST_FILE = 10 * 1024 * 1024
LARGEST_PROCESS_MB = 350


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory, towns: TownTable) -> "Changed":
    return Changed(tmp_path_factory.mktemp("lexica"), towns)


class Changed:
    """Readers of a changed ``triage.toml``."""

    def __init__(self, folder: Path, towns: TownTable) -> None:
        self._folder = folder
        self._towns = towns

    def lexicon(self, old: str, new: str) -> Lexicon:
        text = (CONFIG / "triage.toml").read_text(encoding="utf-8")
        assert old in text
        path = self._folder / "triage.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return lexicon.load(path)

    def reader(self, old: str, new: str) -> Reader:
        return Reader(self.lexicon(old, new), self._towns)


def test_the_model_was_trained_on_the_texts_that_are_here() -> None:
    assert learned.load().header.training == texts.digest(texts.all_files()), "run make triage-train"


def test_the_model_is_small_and_loads_quickly() -> None:
    assert SHIPPED.stat().st_size < LARGEST_FILE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no model",
        gzip.compress(b"{}\n", mtime=0),
        gzip.compress(b"not json\n", mtime=0),
        gzip.compress(json.dumps({"format": 0}).encode() + b"\n", mtime=0),
        gzip.compress(b"x" * 100, mtime=0)[:-4],
    ],
)
def test_a_broken_model_file_is_named_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "reader.model").write_bytes(content)
    with pytest.raises(ModelError, match="learned = false"):
        learned.load(tmp_path / "reader.model")


def test_a_missing_model_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"reader\.model.*make triage-train"):
        learned.load(tmp_path / "reader.model")


def test_a_model_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    content = gzip.decompress(SHIPPED.read_bytes())
    (tmp_path / "reader.model").write_bytes(gzip.compress(content[:-7], mtime=0))
    with pytest.raises(ModelError, match="cut short"):
        learned.load(tmp_path / "reader.model")


def test_a_city_may_read_by_the_phrases_alone(changed: Changed) -> None:
    reader = changed.reader("learned = true", "learned = false")
    assert reader.opinion("新聞が三日分たまっています") is None
    assert reader.read("新聞が三日分たまっています").signs == (Sign.NEWSPAPERS,)


def test_a_phrase_that_the_city_adds_makes_its_sign(changed: Changed, reader: Reader) -> None:
    text = "ぴよぴよ丸がくるくるしています"
    assert Sign.COLLAPSED not in reader.read(text).signs
    own = changed.reader('say = [\n  "倒れ(', 'say = [\n  "ぴよぴよ丸", "倒れ(')
    assert Sign.COLLAPSED in own.read(text).signs
    assert own.read(text).level is Level.EMERGENCY


def test_a_phrase_that_the_city_forbids_takes_the_sign_away(changed: Changed, reader: Reader) -> None:
    text = "玄関前に生ごみの臭いがします"
    assert Sign.SMELL in reader.read(text).signs
    own = changed.reader("[signs.smell]\n", '[signs.smell]\nnever = ["生ごみの臭い"]\n')
    assert Sign.SMELL not in own.read(text).signs


def test_a_mask_hides_words_from_the_learned_reader_too(changed: Changed, reader: Reader) -> None:
    text = "二階の窓から煙が出ています"
    assert Sign.SMELL in reader.read(text).signs
    own = changed.reader("[masks]\nsay = [", '[masks]\nsay = [\n  "二階の窓から煙が出",')
    assert Sign.SMELL not in own.read(text).signs


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("sign = 0.", "sign = 7.", "reader.sign"),
        ("learned = true", 'learned = "yes"', "reader.learned"),
        ("learned = true", "lerned = true", "reader.lerned"),
        ('[concepts]\n"新聞" = [\n', '[concepts]\n"新聞" = [ "{ない}",\n', "concepts.新聞"),
    ],
)
def test_a_mistake_in_the_reader_s_settings_is_named_with_its_line(
    changed: Changed, old: str, new: str, names: str
) -> None:
    text = (CONFIG / "triage.toml").read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1 + old.rstrip().count("\n")
    with pytest.raises(LexiconError, match=rf"triage\.toml line {line}: {names}"):
        changed.lexicon(old, new)


def test_a_word_added_to_a_group_is_understood_like_the_others(changed: Changed) -> None:
    plain = lexicon.load(CONFIG / "triage.toml")
    own = changed.lexicon('[concepts]\n"新聞" = [', '[concepts]\n"新聞" = [ "おはよう日報",')
    assert all("新聞" not in found.names for found in plain.concepts.find("おはよう日報が残って"))
    assert own.concepts.find("おはよう日報が残って")[0].names == ("新聞",)


def test_the_longest_word_of_a_group_wins_and_latin_words_stand_alone() -> None:
    concepts = Concepts({"a": ["雨", "no"], "b": ["雨戸"]})
    assert [(f.start, f.end, f.names) for f in concepts.find("雨戸と雨 now no")] == [
        (0, 2, ("b",)),
        (3, 4, ("a",)),
        (9, 11, ("a",)),
    ]


def test_a_group_s_word_with_an_unknown_ending_is_refused() -> None:
    with pytest.raises(PhraseError, match="ぬ"):
        Concepts({"a": ["見{ぬ}"]})


def test_every_reason_of_a_level_above_routine_names_words_of_the_text(reader: Reader) -> None:
    text = "新聞が三日分たまっていて、呼んでも返事がありません"
    assert all(word in text for reason in reader.read(text).reasons for word in reason.words)
    assert reader.read(text).reasons[0].words


def test_the_whole_process_stays_small() -> None:
    program = (
        "from pathlib import Path\nfrom relay.places.table import TownTable\n"
        "from relay.triage import lexicon\nfrom relay.triage.reading import Reader\n"
        f"config = Path({str(CONFIG)!r})\n"
        "reader = Reader(lexicon.load(config / 'triage.toml'), TownTable.from_folder(config / 'sample'))\n"
        "reader.read('新聞が三日分たまっています' * 200)\n"
        # Not getrusage: it still knows how large the process that started this one was.
        "print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert int(found.stdout) / 1024 < LARGEST_PROCESS_MB
