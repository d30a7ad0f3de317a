"""The Messages resource: create, fetch, list, update."""

from functools import partial
from urllib.parse import urlsplit

from relay.embedded.phones import errors, numbers
from relay.embedded.phones.delivery import API_VERSION
from relay.embedded.phones.errors import Refusal
from relay.embedded.phones.exchange import Exchange
from relay.embedded.phones.resources import Params, date_range, message_json, page_json
from relay.embedded.phones.state import OUTBOUND, Message

LONGEST_BODY = 1600
LONGEST_VALIDITY = 36_000
LONGEST_SENDER_NAME = 11


async def create(exchange: Exchange, params: Params, _sid: str) -> tuple[int, dict[str, object]]:
    """Take a message into the queue. Raises ``Refusal`` as the provider would."""
    given = dict(params)
    to, sender, service = (
        recipient(given.get("To", "")),
        given.get("From", ""),
        given.get("MessagingServiceSid"),
    )
    body, callback = given.get("Body", ""), given.get("StatusCallback") or None
    if not body:
        raise Refusal(21602)
    if len(body) > LONGEST_BODY:
        raise Refusal(21617, f"{len(body)} characters")
    if sender:
        sender = _sender(sender)
    elif service:
        sender = exchange.config.number
    else:
        raise Refusal(21603)
    if callback is not None:
        check_url(callback)
    validity = _validity(given.get("ValidityPeriod"))
    refusal = exchange.state.phone(to).refusal()
    if refusal is not None:
        raise Refusal(refusal, to)
    message = exchange.state.new_message(to=to, sender=sender, body=body, direction=OUTBOUND)
    message.service_sid, message.callback, message.validity = service, callback, validity
    exchange.delivery.accept(message)
    return 201, message_json(message, exchange.config.account_sid)


async def fetch(exchange: Exchange, _params: Params, sid: str) -> tuple[int, dict[str, object]]:
    """One message. Raises ``Refusal`` when there is none."""
    return 200, message_json(_find(exchange, sid), exchange.config.account_sid)


async def update(exchange: Exchange, params: Params, sid: str) -> tuple[int, dict[str, object]]:
    """Blank the body: an empty ``Body`` is the only change there is."""
    message = _find(exchange, sid)
    if dict(params).get("Body") != "":
        raise Refusal(20001, "Body can only be set to the empty text")
    message.blanked = True
    return 200, message_json(message, exchange.config.account_sid)


async def page(exchange: Exchange, params: Params, _sid: str) -> tuple[int, dict[str, object]]:
    """Messages newest first, filtered by To, From and DateSent.

    A message that has not been sent yet counts by its creation, so that a reconciling list never misses it.
    """
    given = dict(params)
    begin, end = date_range(given, "DateSent")
    to, sender = numbers.from_query(given.get("To", "")), numbers.from_query(given.get("From", ""))
    found = [
        message
        for message in exchange.state.select_messages(to=to, sender=sender)
        if (begin is None or (message.sent_at or message.created_at) >= begin)
        and (end is None or (message.sent_at or message.created_at) < end)
    ]
    found.reverse()
    account = exchange.config.account_sid
    path = f"/{API_VERSION}/Accounts/{account}/Messages.json"
    return 200, page_json("messages", path, params, found, partial(message_json, account=account))


def recipient(text: str) -> str:
    """A ``To`` number in E.164. Raises ``Refusal``."""
    if not text:
        raise Refusal(21604)
    try:
        return numbers.normalise(text)
    except numbers.InvalidNumber as error:
        raise Refusal(errors.BAD_TO, text) from error


def check_url(text: str) -> None:
    """Raises ``Refusal`` for an address that can't be posted to."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refusal(21609, text)


def _sender(text: str) -> str:
    """A number, or an alphanumeric sender name of up to 11 characters."""
    try:
        return numbers.normalise(text)
    except numbers.InvalidNumber as error:
        name = text.replace(" ", "")
        if len(text) > LONGEST_SENDER_NAME or not (name.isascii() and name.isalnum()) or name.isdecimal():
            raise Refusal(21212, text) from error
        return text


def _validity(text: str | None) -> float | None:
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= LONGEST_VALIDITY:
        raise Refusal(20001, f"ValidityPeriod must be whole seconds from 1 to {LONGEST_VALIDITY}")
    return float(text)


def _find(exchange: Exchange, sid: str) -> Message:
    message = exchange.state.messages.get(sid)
    if message is None:
        raise Refusal(20404, sid)
    return message
