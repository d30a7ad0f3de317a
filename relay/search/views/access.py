"""Who may open the pages of searches: users of the city; users of a centre may read what is live."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import abort

from relay.accounts.models import Role
from relay.accounts.scope import signed_in, signed_in_user
from relay.search.actors import Actor

View = TypeVar("View", bound=Callable[..., Any])


def city_only(view: View) -> View:
    """Only for signed-in users of the city; a centre's user gets the page that says so."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> Any:
        if not is_city():
            abort(HTTPStatus.FORBIDDEN)
        return view(*args, **values)

    return cast(View, signed_in(guarded))


def is_city() -> bool:
    """Whether this request's user is of the city. Only behind ``signed_in``."""
    return signed_in_user().role is Role.CITY


def actor() -> Actor:
    """This request's user, as searches log them."""
    user = signed_in_user()
    return Actor(user.name, user.id)
