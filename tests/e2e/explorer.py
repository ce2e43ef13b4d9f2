"""GraphiQL as a person uses it: open, write, run, read."""

from playwright.async_api import Locator, Page, expect

QUERY = ".graphiql-query-editor"
HEADERS = ".graphiql-editor-tool .graphiql-editor:not(.hidden)"
RESPONSE = ".graphiql-response"


class Explorer:
    """One GraphiQL page."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def open(self, base_url: str) -> None:
        """Load the page; wait until its editor stands and the explorer has the schema."""
        await self.page.goto(f"{base_url}/graphql")
        await expect(self.lines(QUERY)).to_contain_text("MedhaAlgoPilot")
        await expect(self.page.locator(".graphiql-explorer-node").first).to_be_visible()

    async def write(self, editor: str, text: str) -> None:
        """Replace what stands in `editor` by `text`."""
        await self.page.locator(editor).locator(".view-lines").click()
        await self.page.keyboard.press("ControlOrMeta+a")
        await self.page.keyboard.insert_text(text)

    async def run(self, operation: str) -> None:
        """Replace the document by `operation`, which has a name; run it once the page has read the name."""
        name = operation.split()[1]
        await self.write(QUERY, operation)
        await expect(self.page.locator(".graphiql-tab-active")).to_contain_text(name)
        await self.execute()

    async def execute(self) -> None:
        """Run the document as it stands."""
        await self.page.locator(".graphiql-execute-button").click()

    async def answered(self, text: str) -> None:
        """Wait until the response holds `text`; Monaco writes each space as a no-break one."""
        await expect(self.lines(RESPONSE)).to_contain_text(text.replace(" ", "\u00a0"))

    def lines(self, editor: str) -> Locator:
        """The visible text of `editor`."""
        return self.page.locator(editor).locator(".view-lines")
