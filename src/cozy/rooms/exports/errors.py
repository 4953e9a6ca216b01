"""What can go wrong when a home is taken along."""

from cozy.kernel.problem import Conflict, Invalid


class NotAnExport(Invalid):
    """This is no export of a home that could be gone on with."""


class AnotherHome(Conflict):
    """This folder holds the export of another home."""


class NotEmpty(Conflict):
    """This folder holds other things: choose an empty one, or an earlier export."""
