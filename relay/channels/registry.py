"""The channels that exist, by name."""

from collections.abc import Mapping

from relay.channels.base import Channel
from relay.channels.twilio_sms import TwilioSms

CHANNELS: Mapping[str, Channel] = {channel.name: channel for channel in (TwilioSms(),)}
