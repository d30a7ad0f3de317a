"""Colours, pictograms and pages hold what the design promises of them."""

import re
from itertools import product
from pathlib import Path

import pytest
from flask import Flask

from relay.vocabulary import Level, Outcome, Sign
from relay.web import assets, i18n, words

CSS = (assets.FOLDER / "relay.css").read_text("utf-8")
SPRITE = (assets.FOLDER / "icons.svg").read_text("utf-8")
TEMPLATES = sorted(i18n.ROOMS.glob("*/templates/**/*.html"))

GROUNDS = ("paper", "surface", "sunken")
TEXTS = [
    *product(("ink", "ink-soft", "accent", "accent-deep", "emergency", "emergency-ink"), GROUNDS),
    *((f"{name}-ink", f"{name}-soft") for name in ("emergency", "urgent", "prompt", "routine", "good")),
    *product(("on-fill",), ("fill", "fill-deep", "fill-danger", "fill-danger-deep")),
    ("accent-deep", "accent-soft"),
    ("accent", "accent-soft"),
    ("ink", "accent-soft"),
    ("emergency-deep", "emergency-soft"),
    ("urgent-ink", "surface"),
]
EDGES = [
    *product(
        ("line-strong", "focus", "accent", "emergency", "urgent", "prompt", "routine", "good"), GROUNDS[:2]
    ),
    *((name, f"{name}-soft") for name in ("emergency", "urgent", "prompt", "routine")),
    *product(("fill", "fill-danger"), GROUNDS[:2]),
    *product(("on-level",), ("emergency", "urgent", "prompt", "routine")),
]


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\n *\}", CSS, re.DOTALL)
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_colour_stands_out_at_least_four_and_a_half_to_one(scheme: str) -> None:
    named = colours(scheme)
    weak = [(a, b) for a, b in TEXTS if contrast(named[a], named[b]) < 4.5]
    assert not weak


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_edge_and_shape_stands_out_at_least_three_to_one(scheme: str) -> None:
    named = colours(scheme)
    weak = [(a, b) for a, b in EDGES if contrast(named[a], named[b]) < 3]
    assert not weak


def test_every_colour_that_is_used_is_defined() -> None:
    used = set(re.findall(r"var\(--([a-z-]+)\)", CSS))
    assert used <= set(re.findall(r"--([a-z-]+):", CSS))


def test_every_sign_has_a_pictogram_of_its_own() -> None:
    drawn = dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', SPRITE))
    assert {sign.value for sign in Sign} <= set(drawn)
    assert len(set(drawn.values())) == len(drawn)


def test_every_pictogram_that_a_page_asks_for_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
    asked = {name for path in TEMPLATES for name in re.findall(r'"(ui-[a-z]+)"', path.read_text("utf-8"))}
    assert asked
    assert asked <= drawn


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_code_has_its_own_word_in_both_languages(look: Flask, lang: str) -> None:
    with look.test_request_context(f"/page?lang={lang}"):
        for codes, word in (
            (Level, words.level_word),
            (Sign, words.sign_word),
            (Outcome, words.outcome_word),
        ):
            said = [word(code.value) for code in codes]
            assert all(said)
            assert len(set(said)) == len(said)


def test_words_of_signs_fit_two_lines_of_a_thumb_sized_button(look: Flask) -> None:
    with look.test_request_context("/page"):
        assert max(len(words.sign_word(sign)) for sign in Sign) <= 12


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_holds_inline_scripts_or_styles(path: Path) -> None:
    page = path.read_text("utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


def test_base_with_style_script_and_pictograms_stays_far_below_200_kb(look: Flask) -> None:
    client = look.test_client()
    page = client.get("/page").text
    files = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
    assert len(files) >= 3
    total = len(page.encode()) + len(SPRITE.encode())
    for file in files:
        with client.get(file) as answer:
            total += len(answer.data)
    assert total < 80_000


def test_an_asset_is_kept_for_ever_under_an_address_that_follows_its_content(look: Flask) -> None:
    with look.test_request_context("/page"):
        address = assets.asset("relay.css")
    with look.test_client().get(address) as answer:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
    assert re.search(r"v=[0-9a-f]{10}$", address)


def test_a_missing_asset_is_not_kept(look: Flask) -> None:
    answer = look.test_client().get("/assets/nothing.css")
    assert answer.status_code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")
