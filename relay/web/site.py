"""Joins the look of the product to an app: templates, static files, words, languages, error pages."""

from flask import Flask

from relay import city as cities
from relay.web import assets, errors, headers, i18n, words


def init_app(app: Flask) -> None:
    """Prepare ``app`` for pages that extend ``base.html`` and call ``macros.html``."""
    i18n.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    app.register_blueprint(assets.bp)
    app.jinja_env.globals.update(
        asset=assets.asset,
        city=cities.current,
        city_name=words.city_name,
        desk_name=words.desk_name,
        language=words.language,
        level_word=words.level_word,
        moment_word=words.moment_word,
        outcome_word=words.outcome_word,
        sign_word=words.sign_word,
    )
