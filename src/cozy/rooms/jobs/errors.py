"""What can go wrong with jobs and triggers."""

from __future__ import annotations

from cozy.kernel.problem import Conflict, Forbidden, Invalid, Malformed, NotFound, TooMany, Unavailable


class LeaseLost(Conflict):
    """Another process has taken this job over."""


class NoWorker(NotFound):
    """There is no worker of this name."""


class NoTrigger(NotFound):
    """There is no such trigger."""


class ReservedWorker(Forbidden):
    """Only the home itself gives work to this worker."""


class NotForClients(Forbidden):
    """Only what a device does can be told about by one."""


class BadTrigger(Malformed):
    """The home does not understand when this trigger is to run."""

    said = "Malformed trigger"


class BadTriggerType(Invalid):
    """There is no trigger of this type."""


class NothingToChange(Malformed):
    """Of a trigger, only when it runs and its message can be changed."""


class NotCron(Invalid):
    """Only a trigger of the type @cron can be given other times."""


class BadState(Invalid):
    """A job ends as `done` or as `errored`."""


class BadOptions(Malformed):
    """These options of a job cannot be used."""


class BadDuration(Malformed):
    """This is no duration."""


class TooManyJobs(TooMany):
    """This was asked for too often within the last hour."""


class NoSupport(Unavailable):
    """This host has not said where its users can ask for help."""


class ProgramFailed(Unavailable):
    """The program of this job failed."""


class Hopeless(Unavailable):
    """Trying this again would change nothing."""


class BadMail(Malformed):
    """This mail cannot be sent as it is."""
