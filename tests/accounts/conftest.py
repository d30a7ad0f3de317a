"""A browser at the login page."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from relay.accounts.limits import limiter

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
Login = Callable[..., TestResponse]


@pytest.fixture(autouse=True)
def fresh_counts(client: FlaskClient) -> None:
    """Failed logins of the test before do not count."""
    del client
    limiter.reset()


@pytest.fixture
def login(client: FlaskClient) -> Login:
    """Opens the login page and sends the form."""

    def send(email: str, password: str, *, address: str = "/login", **more: str) -> TestResponse:
        found = TOKEN.search(client.get(address).text)
        assert found
        form = {"email": email, "password": password, "csrf_token": found[1], **more}
        return client.post(address, data=form)

    return send
