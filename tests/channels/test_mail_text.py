"""The HTML half of a mail."""

from hypothesis import given
from hypothesis import strategies as st

from relay.channels import mail_text


def page(text: str) -> str:
    return mail_text.html(text, title="K3")


def test_what_looks_like_markup_is_shown_and_not_obeyed() -> None:
    assert "<script>" not in page("<script>alert(1)</script>")
    assert "&lt;script&gt;" in page("<script>alert(1)</script>")


def test_a_link_ends_where_japanese_begins_and_before_the_full_stop() -> None:
    assert '<a href="https://a.example/s/x">https://a.example/s/x</a>をひらく' in page(
        "https://a.example/s/xをひらく"
    )
    assert '<a href="https://a.example/s/x">https://a.example/s/x</a>.' in page("Open https://a.example/s/x.")


def test_only_web_addresses_become_links() -> None:
    assert "<a " not in page("javascript:alert(1) ftp://a.example data:text/html,x")


def test_lines_and_paragraphs_stay() -> None:
    assert "<p>一<br>\n二</p>\n<p>三</p>" in page("一\n二\n\n三")


def test_the_language_is_told_to_readers_aloud() -> None:
    assert 'lang="ja"' in page("探しています")
    assert 'lang="en"' in page("We are looking for 八幡")


@given(st.text())
def test_no_text_breaks_the_page(text: str) -> None:
    body = page(text).split("<body", 1)[1].split(">", 1)[1]
    assert body.count("<script") == 0
    assert body.count("<p>") == body.count("</p>")
