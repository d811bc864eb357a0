"""The model of a stack under test, and its loader."""

from atalaia.environment.endpoints import endpoints
from atalaia.environment.model import Environment
from atalaia.environment.policy import Effect, Safety
from atalaia.environment.url import Url

__all__ = ["Effect", "Environment", "Safety", "Url", "endpoints"]
