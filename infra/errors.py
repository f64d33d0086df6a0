"""What can go wrong around the stack, said to a person."""


class StackError(Exception):
    """The stack cannot be packaged, deployed or run; the message is one line that says why and what to do."""
