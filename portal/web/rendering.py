"""Turns a template and its facts into an answer: a whole page, or the same for htmx."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from portal.forms.definition import Council
from portal.web.security import cookie_name

_COOKIE_LIFE_SECONDS = 60 * 60 * 24 * 90
"""As long as the longest draft lives; the draft's own expiry is what counts."""


class Pages:
    """Draws pages with the council's words on them."""

    def __init__(self, environment: Environment, *, is_secure: bool, test_mode: bool) -> None:
        self._environment = environment
        self._is_secure = is_secure
        self._test_mode = test_mode

    def draw(self, template: str, council: Council, facts: Mapping[str, Any]) -> str:
        """The HTML of one page."""
        return self._environment.get_template(template).render(
            council=council, test_mode=self._test_mode, language="en", **facts
        )

    def answer(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        policy: str = "",
        **facts: Any,  # noqa: ANN401  # whatever the template asks for
    ) -> HTMLResponse:
        """One page as an answer to one request.

        To htmx the same page is sent, with the address it stands at: after a redirect only the
        server knows it.
        """
        visitor = getattr(request.state, "visitor", None)
        facts.setdefault("csrf_token", visitor.csrf_token if visitor else "")
        html = self.draw(template, request.app.state.house.council, facts)
        response = HTMLResponse(html, status_code=status, headers={"vary": "HX-Request"})
        if policy:
            response.headers["content-security-policy"] = policy
        if "hx-request" in request.headers and request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            response.headers["HX-Push-Url"] = request.url.path + query
        self.remember(request, response)
        return response

    def remember(self, request: Request, response: Response) -> None:
        """Give a new visitor the session cookie."""
        visitor = getattr(request.state, "visitor", None)
        if visitor is not None and visitor.is_new:
            response.set_cookie(
                cookie_name(is_secure=self._is_secure),
                visitor.token,
                max_age=_COOKIE_LIFE_SECONDS,
                path="/",
                secure=self._is_secure,
                httponly=True,
                samesite="lax",
            )


def go_to(path: str) -> RedirectResponse:
    """303 See Other: the answer to a POST that worked. Our own paths only."""
    return RedirectResponse(path, status_code=303)
