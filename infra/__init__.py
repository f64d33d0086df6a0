"""The stack, its deployment, and the machine it runs on locally."""
