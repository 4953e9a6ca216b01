"""What is looked for: bodies of RFC 4791 and RFC 6352 as structs, and texts compared."""

from datetime import UTC, datetime

import pytest

from cozy.dav import reports
from cozy.dav.filters import (
    CardFilter,
    CardPropFilter,
    CompFilter,
    ParamFilter,
    PropFilter,
    TextMatch,
    TimeRange,
)
from cozy.dav.problems import (
    BadAddressFilter,
    BadFilter,
    BadXml,
    UnknownAddressCollation,
    UnknownAddressData,
    UnknownCollation,
    UnknownData,
    UnknownReport,
)
from cozy.dav.reports import (
    AddressData,
    BusyQuery,
    CalendarData,
    CalendarQuery,
    CardQuery,
    Expanded,
    ExpandProperty,
    Multiget,
    PrincipalSearch,
    Search,
    SyncCollection,
    WantedComp,
    WantedProp,
)

C = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
A = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"'


def calendar(inside: str, prop: str = "<d:prop><d:getetag/></d:prop>") -> CalendarQuery:
    body = f"<c:calendar-query {C}>{prop}<c:filter>{inside}</c:filter></c:calendar-query>"
    found = reports.read(body.encode())
    assert isinstance(found, CalendarQuery)
    return found


def comp(inside: str) -> CompFilter:
    """What is said of events."""
    return calendar(
        f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="vevent">{inside}</c:comp-filter></c:comp-filter>'
    ).filter.comps[0]


def cards(inside: str, attributes: str = "", more: str = "") -> CardQuery:
    body = f"<c:addressbook-query {A}><d:prop><d:getetag/></d:prop><c:filter {attributes}>{inside}</c:filter>{more}</c:addressbook-query>"
    found = reports.read(body.encode())
    assert isinstance(found, CardQuery)
    return found


def test_events_of_a_day():
    found = comp('<c:time-range start="20060104T000000Z" end="20060105T000000Z"/>')
    span = TimeRange(datetime(2006, 1, 4, tzinfo=UTC), datetime(2006, 1, 5, tzinfo=UTC))
    assert found == CompFilter("VEVENT", range=span)


def test_a_range_may_be_open_at_one_side():
    assert comp('<c:time-range start="20060104T000000Z"/>').range == TimeRange(
        datetime(2006, 1, 4, tzinfo=UTC)
    )


def test_tasks_that_are_not_done():
    """RFC 4791 §7.8.9"""
    found = calendar(
        '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VTODO"><c:prop-filter name="COMPLETED"><c:is-not-defined/></c:prop-filter>'
        '<c:prop-filter name="STATUS"><c:text-match negate-condition="yes">CANCELLED</c:text-match></c:prop-filter></c:comp-filter></c:comp-filter>'
    ).filter
    assert found == CompFilter(
        "VCALENDAR",
        comps=(
            CompFilter(
                "VTODO",
                props=(
                    PropFilter("COMPLETED", is_absent=True),
                    PropFilter("STATUS", text=TextMatch("CANCELLED", is_negated=True)),
                ),
            ),
        ),
    )


def test_who_has_not_answered():
    """RFC 4791 §7.8.7"""
    found = comp(
        '<c:prop-filter name="ATTENDEE"><c:text-match collation="i;octet">mailto:lisa@example.com</c:text-match>'
        '<c:param-filter name="PARTSTAT"><c:text-match>NEEDS-ACTION</c:text-match></c:param-filter>'
        '<c:param-filter name="DELEGATED-TO"><c:is-not-defined/></c:param-filter></c:prop-filter>'
    )
    assert found.props == (
        PropFilter(
            "ATTENDEE",
            text=TextMatch("mailto:lisa@example.com", "i;octet"),
            params=(
                ParamFilter("PARTSTAT", text=TextMatch("NEEDS-ACTION")),
                ParamFilter("DELEGATED-TO", is_absent=True),
            ),
        ),
    )


@pytest.mark.parametrize(
    "inside",
    [
        "",
        '<c:comp-filter name="VEVENT"/>',
        "<c:comp-filter/>",
        '<c:prop-filter name="UID"/>',
        '<c:comp-filter name="VCALENDAR"><c:time-range/></c:comp-filter>',
        '<c:comp-filter name="VCALENDAR"><c:time-range start="yesterday"/></c:comp-filter>',
        '<c:comp-filter name="VCALENDAR"><c:time-range start="20061304T000000Z"/></c:comp-filter>',
        '<c:comp-filter name="VCALENDAR"><c:time-range start="20060104T000000Z" end="20060104T000000Z"/></c:comp-filter>',
        '<c:comp-filter name="VCALENDAR"><c:prop-filter name="  "/></c:comp-filter>',
        '<c:comp-filter name="VCALENDAR"><c:prop-filter name="UID"><c:text-match match-type="near">x</c:text-match></c:prop-filter></c:comp-filter>',
    ],
)  # fmt: skip
def test_a_filter_that_says_nothing_sensible_is_refused(inside):
    with pytest.raises(BadFilter):
        calendar(inside)


def test_an_unknown_way_to_compare_is_refused():
    with pytest.raises(UnknownCollation):
        comp('<c:prop-filter name="UID"><c:text-match collation="i;klingon">x</c:text-match></c:prop-filter>')
    with pytest.raises(UnknownAddressCollation):
        cards('<c:prop-filter name="FN"><c:text-match collation="i;klingon">x</c:text-match></c:prop-filter>')


def test_people_by_name_or_address():
    """RFC 6352 §8.6.4"""
    found = cards(
        '<c:prop-filter name="FN"><c:text-match collation="i;unicode-casemap" match-type="contains">daboo</c:text-match></c:prop-filter>'
        '<c:prop-filter name="email" test="allof"><c:text-match match-type="ends-with">@example.com</c:text-match>'
        '<c:param-filter name="TYPE"><c:text-match match-type="equals">home</c:text-match></c:param-filter></c:prop-filter>',
        'test="anyof"',
        "<c:limit><c:nresults>20</c:nresults></c:limit>",
    )
    assert found.limit == 20
    assert found.filter == CardFilter(
        (
            CardPropFilter("FN", texts=(TextMatch("daboo", "i;unicode-casemap"),)),
            CardPropFilter(
                "EMAIL",
                is_any=False,
                texts=(TextMatch("@example.com", "i;unicode-casemap", "ends-with"),),
                params=(ParamFilter("TYPE", text=TextMatch("home", "i;unicode-casemap", "equals")),),
            ),
        )
    )


def test_everybody():
    assert cards("", 'test="allof"').filter == CardFilter(is_any=False)
    assert (
        cards('<c:prop-filter name="NICKNAME"><c:is-not-defined/></c:prop-filter>').filter.props[0].is_absent
    )


def test_a_test_that_is_neither_any_nor_all_is_refused():
    with pytest.raises(BadAddressFilter):
        cards("", 'test="some"')
    with pytest.raises(BadAddressFilter):
        cards("<c:prop-filter/>")


@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "99999999999", "²"])
def test_a_limit_is_a_number(limit):
    with pytest.raises(BadXml):
        cards("", more=f"<c:limit><c:nresults>{limit}</c:nresults></c:limit>")


@pytest.mark.parametrize(
    ("match", "value", "is_so"),
    [
        (TextMatch("ÉTÉ"), "été", False),
        (TextMatch("Ete"), "l'ETE", True),
        (TextMatch("ÉTÉ", "i;unicode-casemap"), "l'été", True),
        (TextMatch("straße", "i;unicode-casemap", "equals"), "STRASSE", True),
        (TextMatch("ete", "i;octet"), "ETE", False),
        (TextMatch("ete", "i;octet"), "l'ete", True),
        (TextMatch("ete", match="equals"), "l'ete", False),
        (TextMatch("l'", match="starts-with"), "L'ete", True),
        (TextMatch("te", match="ends-with"), "L'ETE", True),
        (TextMatch("te", match="ends-with", is_negated=True), "L'ETE", False),
        (TextMatch("x", is_negated=True), "y", True),
    ],
)
def test_texts_are_compared_as_a_collation_says(match, value, is_so):
    assert match.holds(value) is is_so


def test_a_part_of_an_event_is_wanted():
    """RFC 4791 §7.8.1"""
    prop = (
        '<d:prop><d:getetag/><c:calendar-data><c:comp name="VCALENDAR"><c:prop name="VERSION"/><c:comp name="VEVENT"><c:prop name="summary"/>'
        '<c:prop name="UID" novalue="yes"/></c:comp><c:comp name="VTIMEZONE"><c:allprop/><c:allcomp/></c:comp></c:comp></c:calendar-data></d:prop>'
    )
    found = calendar('<c:comp-filter name="VCALENDAR"/>', prop).asked
    assert found.props.names == ("{DAV:}getetag", "{urn:ietf:params:xml:ns:caldav}calendar-data")
    assert found.calendar.comp == WantedComp(
        "VCALENDAR",
        (WantedProp("VERSION"),),
        (
            WantedComp("VEVENT", (WantedProp("SUMMARY"), WantedProp("UID", without_value=True)), ()),
            WantedComp("VTIMEZONE"),
        ),
    )


def test_occurrences_are_wanted_one_by_one():
    """RFC 4791 §7.8.3"""
    span = 'start="20060103T000000Z" end="20060105T000000Z"'
    prop = f"<d:prop><c:calendar-data><c:expand {span}/><c:limit-recurrence-set {span}/><c:limit-freebusy-set {span}/></c:calendar-data></d:prop>"
    found = calendar('<c:comp-filter name="VCALENDAR"/>', prop).asked.calendar
    both = TimeRange(datetime(2006, 1, 3, tzinfo=UTC), datetime(2006, 1, 5, tzinfo=UTC))
    assert found == CalendarData(expand=both, overrides=both, busy=both)
    assert not found.is_whole
    with pytest.raises(BadXml):
        calendar(
            '<c:comp-filter name="VCALENDAR"/>',
            '<d:prop><c:calendar-data><c:expand start="20060103T000000Z"/></c:calendar-data></d:prop>',
        )


def test_another_format_is_refused():
    with pytest.raises(UnknownData):
        calendar(
            '<c:comp-filter name="VCALENDAR"/>',
            '<d:prop><c:calendar-data content-type="application/calendar+json"/></d:prop>',
        )
    body = f'<c:addressbook-multiget {A}><d:prop><c:address-data version="2.1"/></d:prop></c:addressbook-multiget>'
    with pytest.raises(UnknownAddressData):
        reports.read(body.encode())


def test_some_cards_are_fetched():
    found = reports.read(
        f'<c:addressbook-multiget {A}><d:prop><d:getetag/><c:address-data content-type="text/vcard" version="4.0"><c:prop name="fn"/></c:address-data>'
        f"</d:prop><d:href>/a</d:href><d:href> /b </d:href><d:href>/a</d:href></c:addressbook-multiget>".encode()
    )
    assert isinstance(found, Multiget)
    assert (found.kind, found.hrefs) == ("contacts", ("/a", "/b"))
    assert found.asked.address == AddressData("4.0", (WantedProp("FN"),))


def test_changes_are_asked_for():
    """RFC 6578 §3.8"""
    found = reports.read(
        b'<d:sync-collection xmlns:d="DAV:"><d:sync-token>token</d:sync-token><d:sync-level>1</d:sync-level>'
        b"<d:limit><d:nresults>100</d:nresults></d:limit><d:prop><d:getetag/></d:prop></d:sync-collection>"
    )
    assert isinstance(found, SyncCollection)
    assert (found.token, found.is_deep, found.limit) == ("token", False, 100)


def test_when_somebody_is_busy_is_asked():
    found = reports.read(
        f'<c:free-busy-query {C}><c:time-range start="20060104T140000Z" end="20060105T220000Z"/></c:free-busy-query>'.encode()
    )
    assert found == BusyQuery(
        TimeRange(datetime(2006, 1, 4, 14, tzinfo=UTC), datetime(2006, 1, 5, 22, tzinfo=UTC))
    )


def test_somebody_is_looked_for():
    found = reports.read(
        b'<d:principal-property-search test="anyof" xmlns:d="DAV:"><d:property-search><d:prop><d:displayname/></d:prop>'
        b'<d:match match-type="starts-with">ali</d:match></d:property-search><d:prop><d:displayname/></d:prop></d:principal-property-search>'
    )
    assert isinstance(found, PrincipalSearch)
    assert found.searches == (Search(("{DAV:}displayname",), "ali", "starts-with"),)
    assert found.is_any


def test_everybody_is_looked_for_as_python_caldav_does():
    found = reports.read(
        b'<d:principal-property-search xmlns:d="DAV:"><d:prop/><d:displayname/></d:principal-property-search>'
    )
    assert isinstance(found, PrincipalSearch)
    assert (found.searches, found.is_any, found.asked.props.names) == ((), False, ("{DAV:}displayname",))


def test_properties_of_what_properties_name():
    found = reports.read(
        b'<d:expand-property xmlns:d="DAV:"><d:property name="calendar-proxy-read-for" namespace="http://calendarserver.org/ns/">'
        b'<d:property name="displayname"/></d:property></d:expand-property>'
    )
    assert found == ExpandProperty(
        (
            Expanded(
                "{http://calendarserver.org/ns/}calendar-proxy-read-for", (Expanded("{DAV:}displayname"),)
            ),
        )
    )


def test_other_questions_are_not_answered():
    with pytest.raises(UnknownReport):
        reports.read(b'<d:version-tree xmlns:d="DAV:"/>')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<",
        f"<c:free-busy-query {C}/>".encode(),
        b'<d:sync-collection xmlns:d="DAV:"><d:sync-level>2</d:sync-level></d:sync-collection>',
        b'<d:principal-property-search xmlns:d="DAV:"><d:property-search/></d:principal-property-search>',
        b'<d:expand-property xmlns:d="DAV:"><d:property/></d:expand-property>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><d:sync-collection xmlns:d="DAV:"/>',
    ],
)
def test_nonsense_is_refused(body):
    with pytest.raises(BadXml):
        reports.read(body)
