"""The web application: joins the rooms' pages and doors to one Flask app."""

from datetime import UTC, datetime

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from relay import city, health, logs, messages, settings
from relay.accounts import limits, security
from relay.cases import views as case_views
from relay.channels import mail
from relay.imports import centres
from relay.intake import reader, webhooks
from relay.intake import views as intake_views
from relay.places import areas
from relay.search.views import feed as search_feed
from relay.search.views import link as search_link
from relay.search.views import pages as search_pages
from relay.search.views import sighting_pages as search_sightings
from relay.search.views import tiles as search_tiles
from relay.web import site

#: A photo of 10 MB, its form around it, and some room.
LARGEST_REQUEST = 12 * 1024 * 1024


def create_app() -> Flask:
    """The app, from the environment's settings. Raises one clear error when settings or config files are wrong."""
    own = settings.current()
    check_config()
    logs.configure()
    # Compiling the words takes about a second: better now than while the first reporter waits.
    reader.current()
    app = Flask("relay.web", static_folder=None)
    app.config.update(SECRET_KEY=own.secret_key, MAX_CONTENT_LENGTH=LARGEST_REQUEST)
    # One proxy stands before us where we are public (TLS ends there); its word on scheme and address is taken.
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    app.extensions["relay.started"] = datetime.now(UTC)
    limits.init_app(app, own.redis_url)
    csrf = CSRFProtect(app)
    site.init_app(app)
    security.init_app(app)
    for public in (webhooks.bp, intake_views.bp, case_views.link_bp, search_link.bp, search_feed.bp):
        # These are proved by a signature, a key, or the secret in their address, not by a session.
        csrf.exempt(public)
        app.register_blueprint(public)
    app.register_blueprint(case_views.bp)
    for pages in (search_pages.bp, search_sightings.bp, search_tiles.files_bp, search_tiles.leaflet_bp):
        app.register_blueprint(pages)
    app.register_blueprint(health.bp)
    return app


def check_config() -> None:
    """Read every config file and the mail server's address once, so that a fault stops the start and not the first
    report."""
    folder = settings.current().config
    city.load(folder)
    messages.load(folder)
    areas.check(folder, (district for centre in centres.read(folder) for district in centre.districts))
    reader.words_of(folder)
    if settings.current().smtp_url:
        mail.server()
