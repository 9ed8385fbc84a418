"""The house as the web sees it: with the pages it draws, what it signs and what it limits."""

from portal.bootstrap import STATIC, House
from portal.templating import build_environment
from portal.web.rendering import Pages
from portal.web.security import Limits, Signer
from portal.web.static_files import StaticFiles


class Front(House):
    """A house with its front door."""

    pages: Pages
    signer: Signer
    limits: Limits
    static: StaticFiles

    def __init__(self, house: House) -> None:
        # The same parts, not copies: a front is the very house it was made from.
        self.__dict__.update(house.__dict__)
        settings = house.settings
        self.static = StaticFiles(STATIC)
        environment = build_environment(
            static_url=self.static.url,
            theme_colour=self.static.theme_colour,
            is_development=not settings.is_production,
            bytecode_folder=settings.data_dir / "templates",
        )
        environment.filters["file_size"] = file_size
        self.signer = Signer(settings.secret_key.get_secret_value())
        self.limits = Limits()
        self.pages = Pages(
            environment, is_secure=settings.is_secure, test_mode=not house.provider.live
        )


def file_size(size: int) -> str:
    """Bytes in words: 640 KB, 2.4 MB."""
    if size < 1024 * 1024:
        return f"{max(1, size // 1024)} KB"
    tenths = size * 10 // (1024 * 1024)
    return f"{tenths // 10}.{tenths % 10} MB"
