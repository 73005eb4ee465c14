"""A few step types and flows of them, as the tests of use-cases have them."""

from tests.engine.usecases.conftest import catalogue, gate, publish  # noqa: F401
