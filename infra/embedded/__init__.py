"""The embedded AWS: MiniStack in a process of its own, and what it is taught: roles, updates in place, imports."""
