"""What can go wrong with data that is elsewhere."""

from __future__ import annotations

from cozy.kernel.problem import Elsewhere, Malformed, NotFound, Problem


class NoDefinition(NotFound):
    """the doctype has no request defined"""


class BadDefinition(Malformed):
    """the request is not valid"""


class WrongVerb(Problem):
    """This data is asked for with another verb."""

    kind = "method"


class BadVariables(Malformed):
    """the variables are not valid"""


class MissingVariable(Malformed):
    """a variable is used in the template, but no value was given"""


class ForbiddenContent(Elsewhere):
    """the content-type for the response is not authorized"""


class NoAsset(NotFound):
    """wanted remote asset is not part of our asset list"""
