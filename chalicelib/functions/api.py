"""`APIHandler`: answers every route but the redirect's.

What answers a route is imported with the first request for it: an answer needs a third of our modules, and with all of
them the first one would take twice as long. `app.py` registers the same blueprints for Chalice's packager; the template
points the function here.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Any

from chalice.app import Blueprint, Chalice

from chalicelib import logs
from chalicelib.api import problems
from chalicelib.functions.homes import home_of
from chalicelib.functions.invocations import observed


def new_app() -> Chalice:
    """The application without any route."""
    app = Chalice(app_name="quietzone", configure_logs=False)
    logs.adopt(app.log)
    app.api.binary_types = []
    app.register_middleware(problems.answer_errors, "http")
    return app


class Api:
    """What answers. `app` has the routes that were asked for so far."""

    def __init__(self) -> None:
        self.app = new_app()
        self._registered: set[int] = set()

    def __call__(self, event: Mapping[str, Any], context: Any) -> Any:
        self.admit(event["requestContext"]["resourcePath"])
        return self.app(event, context)

    def admit(self, path: str) -> None:
        """Make sure that a path is answered, if any module does."""
        if path in self.app.routes:
            return
        if home := home_of(path):
            self._register(it for it in vars(import_module(home)).values() if isinstance(it, Blueprint))
        if path not in self.app.routes:
            self._register(everything())

    def _register(self, blueprints: Iterable[Blueprint]) -> None:
        for blueprint in blueprints:
            if id(blueprint) not in self._registered:
                self._registered.add(id(blueprint))
                self.app.register_blueprint(blueprint)


def everything() -> tuple[Blueprint, ...]:
    """The blueprints of all routes, the unknown ones among them: what answers these must know all others."""
    from chalicelib.api.routes import BLUEPRINTS
    from chalicelib.pages.routes import BLUEPRINTS as PAGES

    return (*BLUEPRINTS, *PAGES)


api = Api()
handler = observed(api)
