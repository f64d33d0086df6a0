"""What goes wrong with a request to AWS."""


class Failed(Exception):
    """A request that got no answer, or a refusal. `code` is AWS's own, or the name of what broke on the way.

    `passes` tells that the same request may well succeed in a moment: nobody answered in time, the service is ill, or
    it is asked too much.
    """

    def __init__(self, code: str, passes: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.passes = passes
