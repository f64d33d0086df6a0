"""Settings shared by every test."""

import os

from hypothesis import settings

# Few examples by default, since every run draws new ones; HYPOTHESIS_PROFILE=thorough for a long look.
settings.register_profile("quick", max_examples=30, deadline=None)
settings.register_profile("thorough", max_examples=2000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
