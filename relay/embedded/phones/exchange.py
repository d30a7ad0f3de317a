"""The telephone exchange: all parts of the simulator joined, under one key for the web parts."""

from aiohttp import web

from relay.embedded.phones.calls import Calls
from relay.embedded.phones.config import Config
from relay.embedded.phones.delivery import Delivery
from relay.embedded.phones.inbound import Inbound
from relay.embedded.phones.state import State
from relay.embedded.phones.webhooks import Webhooks


class Exchange:
    """One simulator. ``closing`` is set when the long-lived connections must end."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.state = State(config.labels)
        self.webhooks = Webhooks(self.state, config.auth_token, config.webhook_connections)
        self.delivery = Delivery(config, self.state, self.webhooks)
        self.inbound = Inbound(config, self.state, self.webhooks, self.delivery)
        self.calls = Calls(config, self.state, self.webhooks)
        self.closing = False

    async def start(self) -> None:
        await self.webhooks.start()

    async def forget(self) -> None:
        """Drop messages, calls, faults, opt-outs and whatever is under way. Labels of the start stay."""
        self.inbound.forget()
        await self.calls.stop_all()
        self.webhooks.forget()
        self.delivery.forget()
        self.state.forget()
        self.delivery.set_faults(type(self.delivery.faults)())

    def say_goodbye(self) -> None:
        """Let the open event streams end."""
        self.closing = True
        self.state.wake()

    async def close(self) -> None:
        await self.calls.stop_all()
        await self.inbound.close()
        await self.webhooks.close()


EXCHANGE = web.AppKey("exchange", Exchange)
