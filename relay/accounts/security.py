"""Signing in: Flask-Security-Too on our own transactions, with only two doors: login and logout."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any, cast

from flask import Blueprint, Flask, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_limiter import RateLimitExceeded
from flask_security import LoginForm, Security, user_authenticated
from flask_security.views import login as security_login
from flask_security.views import logout as security_logout

from relay import settings
from relay.accounts import limits
from relay.accounts.store import AccountStore

#: A working day and a night shift fit in; board polls don't prolong it.
SESSION_HOURS = 12
FAILED_LOGINS = "10/minute"

# Named as Flask-Security names its own blueprint, because it builds its redirects from that name. Its own one
# would also open pages (re-authentication, for one) that nobody has styled or needs.
blueprint = Blueprint("security", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Give ``app`` accounts: login, logout, sessions. Expects its CSRF protection and rate limits to be set up."""
    app.config.update(
        SESSION_COOKIE_SECURE=settings.current().public_url.startswith("https://"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=SESSION_HOURS),
        # A page may stand open all day before a button is pressed: the token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - a scheme, no secret
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        # No pepper: a changed RELAY_SECRET_KEY must not lock everybody out at night.
        SECURITY_PASSWORD_SINGLE_HASH=True,
        SECURITY_PASSWORD_SALT="unused with single hashes",  # noqa: S106 - must be set, is not used
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_FLASH_MESSAGES=False,
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_LOGIN_USER_TEMPLATE="accounts/login.html",
        SECURITY_POST_LOGIN_VIEW="/board",
        SECURITY_POST_LOGOUT_VIEW="/login",
        SECURITY_EMAIL_VALIDATOR_ARGS={"check_deliverability": False, "test_environment": True},
        SECURITY_DEFAULT_REMEMBER_ME=False,
    )
    Security(app, AccountStore(), register_blueprint=False)
    app.register_blueprint(blueprint)
    user_authenticated.connect(_begin_session, app)


def _begin_session(_app: Flask, **_: Any) -> None:
    session.permanent = True


def _failed(response: Response) -> bool:
    return response.status_code != HTTPStatus.FOUND


@limits.limiter.limit(FAILED_LOGINS, methods=["POST"], deduct_when=_failed)
def _limited_login() -> ResponseReturnValue:
    return cast(ResponseReturnValue, security_login())


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """The login page. Too many wrong passwords from one address: a minute's pause, said in plain words."""
    try:
        response = make_response(_limited_login())
    except RateLimitExceeded:
        page = render_template("accounts/login.html", login_user_form=LoginForm(), too_many=True)
        response = make_response(page, HTTPStatus.TOO_MANY_REQUESTS)
    if request.method == "POST" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/logout")
def logout() -> ResponseReturnValue:
    """End the session. A POST with the page's CSRF token, so that no foreign page can do it."""
    return security_logout()
