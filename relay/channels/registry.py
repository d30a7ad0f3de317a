"""The channels that exist, by name."""

from collections.abc import Mapping

from relay.channels.base import Channel
from relay.channels.mail import Mail
from relay.channels.twilio_sms import TwilioSms

SMS = TwilioSms()
CHANNELS: Mapping[str, Channel] = {channel.name: channel for channel in (SMS, Mail())}


def missing(name: str) -> str | None:
    """Why nothing can be sent by this channel in this deployment (``no_mail``); None when it can."""
    return CHANNELS[name].missing()
