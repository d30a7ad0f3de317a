"""A small app that has nothing but the shared look."""

from collections.abc import Callable

import pytest
from flask import Flask, abort, flash, render_template_string

from relay.web import site


@pytest.fixture
def look() -> Flask:
    """An app with pages for trying the base template, the macros and the error pages."""
    app = Flask("look", static_folder=None)
    app.config.update(SECRET_KEY="only-for-tests", TESTING=True, PROPAGATE_EXCEPTIONS=False)
    site.init_app(app)

    @app.get("/page")
    def page() -> str:
        flash("保存しました", "good")
        return render_template_string(
            "{% extends 'base.html' %}{% block title %}試し{% endblock %}{% block content %}<h1>試し</h1>{% endblock %}"
        )

    @app.get("/fails/<int:code>")
    def fails(code: int) -> str:
        abort(code)

    @app.get("/api/fails/<int:code>")
    def api_fails(code: int) -> str:
        abort(code)

    @app.get("/crash")
    def crash() -> str:
        raise RuntimeError("本町2-5-6 の新聞")

    return app


@pytest.fixture
def render(look: Flask) -> Callable[..., str]:
    """Renders a line of template with the macros at hand: ``render("{{ ui.level('urgent') }}", lang="en")``."""

    def rendered(source: str, lang: str = "ja", **values: object) -> str:
        with look.test_request_context(f"/page?lang={lang}"):
            return render_template_string("{% import 'macros.html' as ui %}" + source, **values)

    return rendered
