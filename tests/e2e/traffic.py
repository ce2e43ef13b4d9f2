"""What a page asked for and what it complained about, from its first request to its last."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page


@dataclass(frozen=True)
class Traffic:
    """The addresses a page and its workers asked for, its sockets' too, and every error it reported."""

    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Record from now on. A violation of the page's policy is a console error in Chromium."""
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("websocket", lambda socket: self.addresses.append(socket.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._hear(message))

    def outside(self, base_url: str) -> list[str]:
        """The network addresses on another host than `base_url`'s; data: and blob: never leave the page."""
        networked = [address for address in self.addresses if not address.startswith(("data:", "blob:"))]
        return [address for address in networked if urlsplit(address).netloc != urlsplit(base_url).netloc]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)
