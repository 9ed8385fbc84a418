"""The house as the web sees it: with the pages it draws, what it signs and what it limits."""

from portal.bootstrap import STATIC, TEMPLATES, House
from portal.doctor import Readiness
from portal.observing import Observer
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
    observer: Observer
    readiness: Readiness

    def __init__(self, house: House) -> None:
        # The same parts, not copies: a front is the very house it was made from.
        self.readiness = Readiness.of(house)
        self.observer = Observer()
        self.observer.watch(house)
        self.__dict__.update(house.__dict__)
        settings = house.settings
        self.static = StaticFiles(STATIC)
        environment = build_environment(
            TEMPLATES,
            STATIC,
            development=not settings.is_production,
            bytecode=settings.data_dir / "templates",
        )
        self.signer = Signer(settings.secret_key.get_secret_value())
        self.limits = Limits()
        self.pages = Pages(
            environment, is_secure=settings.is_secure, test_mode=not house.provider.live
        )
