import asyncio

import pytest

from app.web.pages import Fixed, MadeOnce


def test_a_page_is_made_once_and_where_that_failed_again_for_the_next_who_asks():
    tried = []

    def make() -> Fixed:
        tried.append(None)
        if len(tried) == 1:
            raise MemoryError
        return Fixed(b"a page", "text/plain")

    async def asked() -> list[Fixed]:
        made = MadeOnce()
        with pytest.raises(MemoryError):
            await made(make)
        return [await made(make), *await asyncio.gather(made(make), made(make))]

    pages = asyncio.run(asked())
    assert len(tried) == 2
    assert all(page is pages[0] for page in pages)
