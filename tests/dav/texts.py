"""Texts as programs send them."""


def event(uid: str = "u1", summary: str = "Lunch", more: str = "", start: str = "20260720T120000Z") -> str:
    """An event of an hour."""
    return component("VEVENT", uid, f"DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:{summary}\r\n{more}")


def todo(uid: str = "t1", summary: str = "Water the plants", more: str = "") -> str:
    """A task."""
    return component("VTODO", uid, f"SUMMARY:{summary}\r\n{more}")


def component(kind: str, uid: str, lines: str) -> str:
    """A calendar with one component."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Example//EN\r\n"
        f"BEGIN:{kind}\r\nUID:{uid}\r\nDTSTAMP:20260701T080000Z\r\n{lines}END:{kind}\r\nEND:VCALENDAR\r\n"
    )


def card(uid: str = "c1", name: str = "Amélie Poulain", more: str = "") -> str:
    """A card of somebody."""
    first, _, last = name.partition(" ")
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{last};{first};;;\r\n{more}END:VCARD\r\n"
    )
