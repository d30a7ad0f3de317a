"""Whether a webhook comes from Twilio: its signature covers the public address and every parameter, known or not.

Source: https://www.twilio.com/docs/usage/security#validating-requests
"""

from flask import Request
from twilio.request_validator import RequestValidator

from relay import settings


def is_signed(request: Request) -> bool:
    """Checked with the present token, and with the next one while the token is being rotated."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature:
        return False
    path = request.full_path if request.query_string else request.path
    url = settings.current().public_url + path
    return any(
        RequestValidator(token).validate(url, request.form, signature)
        for token in settings.current().auth_tokens
    )
