"""Why somebody does not get in."""

from __future__ import annotations

from cozy.kernel.problem import (
    Conflict,
    Elsewhere,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
)


class BadToken(Malformed):
    """Invalid JWT token

    Clients match this text, and the answer's status 400 (API-MAP of the stack's token errors).
    """


class ExpiredToken(Malformed):
    """Expired token

    Clients match this text.
    """


class BadScope(Invalid):
    """A scope is a list of permissions like `io.cozy.files:GET,POST` or `*`, separated by spaces."""


class BadRedirect(Malformed):
    """This link leads out of this home."""


class WrongPassphrase(Unauthenticated):
    """This is not the passphrase of this home."""


class WrongCode(Unauthenticated):
    """This code does not work: type the one that shows now, or a recovery code that was not used yet."""


class WrongRecoveryCode(Unauthenticated):
    """This recovery code does not open this home."""


class WrongPasskey(Unauthenticated):
    """This passkey does not open this home."""


class WrongDevicePassword(Unauthenticated):
    """This is not the password of a device, or it was taken back: make another in the settings of your home."""


class NotEncrypted(Forbidden):
    """Passwords are only taken over https, so that nobody on the way reads them."""


class NoDeviceName(Invalid):
    """Give the device a name, so that you know it again."""


class NoArea(Invalid):
    """Tick at least one thing that the device may open."""


class WrongLinkPassword(Forbidden):
    """This is not the password of this link."""


class LinkOver(NotFound):
    """This link opens nothing any more."""


class StepExpired(Unauthenticated):
    """This took too long: start again with your passphrase."""


class LinkExpired(NotFound):
    """This link was already used, or it is more than an hour old: ask for a new one."""


class HasBeenEntered(Malformed):
    """Somebody has been in this home: only its owner makes ways in from now on."""


class TooManyAttempts(TooMany):
    """Too many tries: wait a few minutes, then try again."""


class WeakPassphrase(Invalid):
    """This passphrase is too easy to guess: add words that have nothing to do with each other."""


class NotTheSame(Invalid):
    """The two passphrases are not the same."""


class BadKey(Invalid):
    """The browser did not send the passphrase as expected: reload the page and try again."""


class BadIterations(Invalid):
    """A passphrase is stretched 50,000 to 5,000,000 times."""


class BadHint(Invalid):
    """A hint is a short sentence that helps you only: not the passphrase itself."""


class NoHint(NotFound):
    """There is no hint for the passphrase."""


class AlreadyOn(Conflict):
    """The second step is already on."""


class NoSession(NotFound):
    """This device is not connected any more."""


class NoPasskey(NotFound):
    """There is no such passkey."""


class UnknownClient(Malformed):
    """This program is not connected to this home any more.

    Clients match what is said, and register again.
    """

    said = "the client must be registered"


class NoClient(NotFound):
    """There is no such program or device.

    Clients match what is said.
    """

    said = "Client not found"


class BadServiceName(Invalid):
    """Give a name of 1 to 100 characters."""


class BadServiceAddress(Invalid):
    """This is no address that your browser may be sent back to: it begins with https://."""


class BadRegistration(Malformed):
    """This program did not introduce itself as it should.

    The facts `error` and `error_description` say why (RFC 7591 §3.2.2).
    """


class NotItsToken(Unauthenticated):
    """This program did not prove that it is the one that registered."""

    said = "invalid_token"


class BadTokenRequest(Malformed):
    """This program did not ask for its tokens as it should.

    The fact `error` says why, in words that clients match.
    """


class CodeReplayed(BadTokenRequest):
    """This code was already used: whatever it opened is closed now."""


class BadAuthorization(Malformed):
    """The program that sent you here did not ask as it should. Nothing was given to it."""


class ClientConflict(Conflict):
    """This program changed in the meantime: try again."""


class NoNewAddress(Malformed):
    """There is no new mail address to confirm."""


class AddressLinkExpired(Malformed):
    """This link was already used, or it is more than a week old: give your new mail address again in the settings."""


class NoMail(Unavailable):
    """This host sends no mail: ask the person who hosts your home, or change your address in the settings of your home."""


class BadMode(Malformed):
    """There is no such way to log in."""


class OnItsPage(Forbidden):
    """The second step is switched on and off in the settings of your home, under Security, by you alone."""


class NoProvider(NotFound):
    """No other service lets people into this home."""


class ProviderFailed(Elsewhere):
    """The other service did not answer as it should: try again in a moment."""


class TurnedAway(Forbidden):
    """The other service did not let you in."""


class NotTheOwner(Forbidden):
    """The other service knows you, but not as the owner of this home."""


class TookTooLong(Forbidden):
    """This took too long, or began in another browser: start again."""


class OnlyElsewhere(Forbidden):
    """This home is opened by another service, and in no other way."""


class NotWaiting(NotFound):
    """No device waits here any more: begin again on the device."""


class NoSystem(NotFound):
    """There is no such kind of device."""


class NoAppleProfile(NotFound):
    """This address is no longer good: it works once, for ten minutes. Connect the device again, from the page of your devices."""
