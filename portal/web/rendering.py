"""Turns a template and its facts into an answer: a whole page, or the same for htmx."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment

from portal.core.languages import LANGUAGES
from portal.forms.definition import Council, FormDefinition
from portal.templating import in_language
from portal.web.security import cookie_name

LANGUAGE_COOKIE = "portal_language"
"""The language chosen: two letters, until the browser is closed. Nothing about the person."""
_COOKIE_LIFE_SECONDS = 60 * 60 * 24 * 90
"""As long as the longest draft lives; the draft's own expiry is what counts."""


class Pages:
    """Draws pages with the council's words on them."""

    def __init__(self, environment: Environment, *, is_secure: bool, test_mode: bool) -> None:
        self._environments = {"en": environment, "cy": in_language(environment, "cy")}
        shared: dict[str, Any] = dict(environment.globals)
        self._words: Mapping[str, Mapping[str, str]] = shared["words"]
        self._is_secure = is_secure
        self._test_mode = test_mode

    def draw(
        self, template: str, council: Council, facts: Mapping[str, Any], language: str = "en"
    ) -> str:
        """The HTML of one page in a language."""
        return (
            self._environments[language]
            .get_template(template)
            .render(council=council, test_mode=self._test_mode, language=language, **facts)
        )

    def say(self, word: str, language: str) -> str:
        """One of the words of `words.toml`."""
        return self._words[language][word]

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
        facts.setdefault("signed_in", getattr(request.state, "signed_in", None))
        council: Council = request.app.state.house.council
        given = facts.get("form")
        form = given if isinstance(given, FormDefinition) else None
        language = form.language if form else council.in_language(chosen_language(request)).language
        if other := next(iter((form or council.in_language(language)).translations), ""):
            facts["other_language"] = other
            facts["language_link"] = f"?{_query(request, other)}"
        html = self.draw(template, council.in_language(language), facts, language)
        response = HTMLResponse(html, status_code=status, headers={"vary": "HX-Request"})
        if policy:
            response.headers["content-security-policy"] = policy
        if "hx-request" in request.headers and request.method == "GET":
            query = f"?{request.url.query}" if request.url.query else ""
            response.headers["HX-Push-Url"] = request.url.path + query
        self.remember(request, response)
        return response

    def remember(self, request: Request, response: Response) -> None:
        """Give a new visitor the session cookie, and keep the language that was just chosen."""
        chosen = getattr(request.state, "language", "")
        if chosen:
            response.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                path="/",
                secure=self._is_secure,
                httponly=True,
                samesite="lax",
            )
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


def chosen_language(request: Request) -> str:
    """The language somebody chose just now, or before; English where they chose none."""
    just_now = getattr(request.state, "language", "") or request.query_params.get("language", "")
    if just_now in LANGUAGES:
        request.state.language = just_now
        return just_now
    before = request.cookies.get(LANGUAGE_COOKIE, "")
    return before if before in LANGUAGES else LANGUAGES[0]


def _query(request: Request, language: str) -> str:
    """The page's own query with the language in it."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] != "language"]
    return urlencode([*kept, ("language", language)])


def go_to(path: str) -> RedirectResponse:
    """303 See Other: the answer to a POST that worked. Our own paths only."""
    return RedirectResponse(path, status_code=303)
