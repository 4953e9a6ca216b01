"""The words of connecting a device: which kinds there are, what each can hold, and where it finds that."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from . import device_passwords


class System(Struct, frozen=True):
    """A kind of device, or a program. areas: what it can hold; has_profiles: whether it reads Apple's configuration profiles."""

    key: str
    areas: tuple[str, ...] = ("calendars", "contacts", "files")
    has_profiles: bool = False

    @property
    def offered(self) -> tuple[str, ...]:
        """Of what it can hold, what answers to such programs by now."""
        return tuple(area for area in self.areas if area in device_passwords.OFFERED)


SYSTEMS: Mapping[str, System] = {
    each.key: each
    for each in (
        System("iphone", has_profiles=True),
        System("mac", has_profiles=True),
        System("android"),
        System("thunderbird", ("calendars", "contacts")),
        System("windows"),
        System("linux"),
        System("other"),
    )
}


class Addresses(Struct, frozen=True):
    """Where programs find what a password opens. home: for those that look for the rest by themselves."""

    home: str
    principal: str
    files: str
    calendars: str
    contacts: str


class Handed(Struct, frozen=True):
    """What a configuration profile sets up. grant: id of the one behind the password; name: as the owner calls the device."""

    grant: str
    password: str
    name: str
    areas: tuple[str, ...]
