"""The provider's error codes that the simulator can give, and how each shows.

Source: Twilio's error dictionary, for the codes and the HTTP statuses; the sentences are ours.
"""

from dataclasses import dataclass

OPTED_OUT = 21610
BAD_TO = 21211
NOT_MOBILE = 21614
UNREACHABLE = 30003
UNKNOWN_ERROR = 30008
EXPIRED = 30036
WEBHOOK_FAILED = 11200
BAD_TWIML = 12100

#: Refused when the message is created: code → (HTTP status, sentence).
REFUSALS = {
    20001: (400, "A parameter is not valid"),
    20003: (401, "Authentication failed: check the account SID and the auth token"),
    20404: (404, "The requested resource was not found"),
    20429: (429, "Too many requests: slow down and try again"),
    20500: (500, "The service had an internal error: try again"),
    21205: (400, "A call needs a valid Url or Twiml"),
    BAD_TO: (400, "The 'To' number is not a valid phone number"),
    21212: (400, "The 'From' number is not a valid phone number or sender name"),
    21220: (400, "The call is not in a state that allows this change"),
    21602: (400, "A message body is required"),
    21603: (400, "A 'From' number or a MessagingServiceSid is required"),
    21604: (400, "A 'To' number is required"),
    21609: (400, "The 'StatusCallback' is not a valid address"),
    OPTED_OUT: (400, "The recipient has opted out of messages from this sender"),
    21611: (429, "The 'From' number has a full message queue"),
    NOT_MOBILE: (400, "The 'To' number is not a mobile number"),
    21617: (400, "The message body is longer than 1600 characters"),
}

#: Told by a receipt after the message was taken: code → sentence.
LOSSES = {
    30001: "Queue overflow",
    30002: "Account suspended",
    UNREACHABLE: "Unreachable handset: switched off or without signal",
    30004: "Message blocked by the recipient or the carrier",
    30005: "Unknown handset: the number is not in use",
    30006: "Landline or unreachable carrier",
    30007: "Filtered by the carrier",
    UNKNOWN_ERROR: "Unknown error",
    EXPIRED: "The validity period ended before delivery",
}
#: Of the losses, those where the message never left the provider.
NEVER_SENT = frozenset({30001, 30002})

KNOWN = frozenset(REFUSALS) | frozenset(LOSSES)


@dataclass
class Refusal(Exception):
    """A REST call that is answered with an error. ``detail`` follows the sentence of ``code``."""

    code: int
    detail: str = ""

    @property
    def status(self) -> int:
        return REFUSALS[self.code][0]

    def as_json(self) -> dict[str, object]:
        """The error body as the official SDK reads it."""
        sentence = REFUSALS[self.code][1]
        return {
            "code": self.code,
            "message": f"{sentence}: {self.detail}" if self.detail else sentence,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def sentence(code: int | None) -> str | None:
    """What ``code`` means, for ``error_message``; None for no code."""
    if code is None:
        return None
    return LOSSES.get(code) or REFUSALS.get(code, (0, f"Error {code}"))[1]
