"""The Chalice application: registers the blueprints of routes and of event functions, nothing else."""

from chalicelib import redirect_routes
from chalicelib.functions.api import everything, new_app
from chalicelib.functions.registered import BLUEPRINTS as FUNCTIONS

app = new_app()
for blueprint in (redirect_routes.bp, *everything(), *FUNCTIONS):
    app.register_blueprint(blueprint)
