"""What the signed-in user may see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from flask_security import auth_required, current_user

from relay.accounts.models import Role, User

View = TypeVar("View", bound=Callable[..., object])


def signed_in(view: View) -> View:
    """Only for signed-in users: others are sent to the login page and come back here afterwards."""
    return cast(View, auth_required("session")(view))


@dataclass(frozen=True, kw_only=True)
class Scope:
    """``city`` sees every case; otherwise only those of ``centre_id``."""

    city: bool
    centre_id: int | None

    def holds(self, centre_id: int | None) -> bool:
        """Whether a case of ``centre_id`` (None: at the city desk) may be seen."""
        return self.city or (centre_id is not None and centre_id == self.centre_id)


def signed_in_user() -> User:
    """The user of this request. Only behind ``signed_in``."""
    return cast(User, current_user._get_current_object())


def current_scope() -> Scope:
    """The scope of this request's user. Only behind ``signed_in``."""
    user = signed_in_user()
    return Scope(city=user.role is Role.CITY, centre_id=user.centre_id)
