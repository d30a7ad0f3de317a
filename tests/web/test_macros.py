"""The shared widgets: words, shapes and colours together; labels, hints and errors tied to their fields."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from relay.vocabulary import Level, Sign

Render = Callable[..., str]


@pytest.mark.parametrize("level", list(Level))
def test_a_level_is_a_word_a_shape_and_a_colour_together(render: Render, level: Level) -> None:
    badge = render("{{ ui.level(code) }}", code=level)
    assert f"level-{level}" in badge
    assert re.search(r"</svg>(緊急|至急|当日|相談)</span>", badge)
    drawings = {
        other: re.search(r'class="shape"[^>]*', render("{{ ui.level(code) }}", code=other.value))
        for other in Level
    }
    assert len({found.group() for found in drawings.values() if found}) == len(Level)


def test_a_sign_is_its_pictogram_and_its_word(render: Render) -> None:
    chips = render("{{ ui.signs(codes) }}", codes=[Sign.NEWSPAPERS, "no_answer"])
    assert "#newspapers" in chips
    assert "新聞がたまっている" in chips
    assert "#no_answer" in chips


def test_a_field_ties_label_hint_and_error_to_its_input_and_escapes_what_was_typed(render: Render) -> None:
    field = render(
        "{{ ui.text('town', '町名', '<b>\"', hint='例', error='町名を入れてください', maxlength=9) }}"
    )
    assert '<label for="town">' in field
    assert 'aria-describedby="town-hint town-error"' in field
    assert 'aria-invalid="true"' in field
    assert 'id="town-hint"' in field
    assert 'id="town-error"' in field
    assert 'maxlength="9"' in field
    assert 'value="&lt;b&gt;&#34;"' in field


def test_a_field_without_hint_or_error_claims_none(render: Render) -> None:
    field = render("{{ ui.text('town', '町名') }}")
    assert "aria-" not in field
    assert 'value=""' in field


def test_a_text_area_keeps_its_text_and_a_first_empty_line(render: Render) -> None:
    area = render("{{ ui.textarea('note', 'メモ', '\\n一行') }}")
    assert ">\n\n一行</textarea>" in area


def test_choices_show_what_was_chosen(render: Render) -> None:
    options = [("", "選ぶ"), (3, "3日")]
    assert '<option value="3" selected>' in render("{{ ui.select('d', '日', o, '3') }}", o=options)
    assert re.search(r'value="3" checked', render("{{ ui.radios('d', '日', o, 3) }}", o=options))
    assert "checked" not in render("{{ ui.check('c', '済み') }}")
    assert "checked" in render("{{ ui.check('c', '済み', checked=true) }}")


def test_a_list_of_errors_leads_to_the_fields(render: Render) -> None:
    box = render("{{ ui.error_summary({'town': '町名を入れてください'}) }}")
    assert 'href="#town"' in box
    assert 'role="alert"' in box
    assert render("{{ ui.error_summary({}) }}").strip() == ""


def test_a_clock_reads_as_a_time_without_scripts(render: Render) -> None:
    deadline = datetime(2001, 11, 22, 19, 30, tzinfo=UTC)
    japanese = render("{{ ui.clock(at, label='次の連絡') }}", at=deadline)
    assert "2001/11/23（金） 4:30" in japanese
    assert 'datetime="2001-11-22T19:30:00+00:00"' in japanese
    assert 'data-left="あと {}"' in japanese
    english = render("{{ ui.clock(at) }}", lang="en", at=deadline)
    assert "Fri 23 Nov 2001, 4:30" in english


def test_a_one_button_form_posts_its_fields(render: Render) -> None:
    form = render("{{ ui.post_button('/x', '受け付ける', fields={'code': '12'}, confirm='本当に？') }}")
    assert '<form method="post" action="/x" data-once>' in form
    assert '<input type="hidden" name="code" value="12">' in form
    assert 'data-confirm="本当に？"' in form


def test_a_form_carries_no_token_where_nothing_protects_the_app(render: Render) -> None:
    assert render("{{ ui.csrf() }}") == ""


def test_a_form_carries_the_protection_token_where_the_app_has_one(look: Flask, render: Render) -> None:
    look.jinja_env.globals["csrf_token"] = lambda: "token-1"
    assert 'name="csrf_token" value="token-1"' in render("{{ ui.csrf() }}")


def test_a_telephone_number_is_dialled_without_its_hyphens(render: Render) -> None:
    assert 'href="tel:0586000000"' in render("{{ ui.tel('0586-00-0000') }}")


def test_the_call_first_box_leads_to_119_and_110_in_both_languages(render: Render) -> None:
    for lang in ("ja", "en"):
        box = render("{{ ui.call_first() }}", lang=lang)
        assert 'href="tel:119"' in box
        assert 'href="tel:110"' in box
