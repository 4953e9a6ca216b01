"""The feed connector, against a site."""

from datetime import UTC, datetime

import pytest

from cozy.sdk import BadField, LoginFailed, NotFetched
from cozy.sdk.keeping import InMemory
from cozy.sdk.loading import shipped
from cozy.sdk.running import play
from cozy.sdk.shipped.feeds import markdown, read

FEEDS = shipped("feeds")
RSS = b"""<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Le journal</title><atom:link href="/rss" rel="self"/>
<item><title>Un &amp;amp; deux</title><link>/un</link><guid>1</guid><pubDate>Wed, 04 Mar 2026 10:00:00 GMT</pubDate>
<content:encoded>&lt;p&gt;Bonjour &lt;b&gt;vous&lt;/b&gt;, &lt;a href="/la"&gt;l\xc3\xa0&lt;/a&gt;&lt;script&gt;evil()&lt;/script&gt;&lt;/p&gt;</content:encoded>
<enclosure url="/un.mp3" type="audio/mpeg"/></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>
<entry><id>urn:1</id><title>One</title><link href="/one"/><updated>2026-03-04T10:00:00Z</updated>
<author><name>Ada</name></author><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>Hi</h2><ul><li>a</li></ul></div></content>
</entry></feed>"""


def test_each_article_becomes_a_text_once_and_what_a_site_forgets_stays(site):
    site.pages["/rss"] = (200, {"Content-Type": "application/rss+xml", "ETag": '"1"'}, RSS)
    site.pages["/un.mp3"] = (200, {}, b"sound")
    keeper = InMemory({"url": f"{site.url}/rss", "files": True})
    play(FEEDS, keeper)
    text = keeper.files.pop("2026-03-04 Un & deux.md").decode()
    assert keeper.files == {"2026-03-04 Un & deux.mp3": b"sound"}
    assert f"[là]({site.url}/la)" in text
    assert "Bonjour **vous**" in text
    assert "evil" not in text

    site.pages["/rss"] = lambda asked: (304 if asked.headers["If-None-Match"] == '"1"' else 500, {}, b"")
    assert play(FEEDS, keeper).tally.total == 0


def test_the_address_of_a_page_that_names_its_feed_will_do(site):
    page = b'<html><head><link rel="alternate" type="application/atom+xml" href="/atom"></head></html>'
    site.pages["/"] = (200, {"Content-Type": "text/html"}, page)
    site.pages["/atom"] = (200, {}, ATOM)
    keeper = InMemory({"url": f"{site.url}/"})
    play(FEEDS, keeper)
    text = keeper.files["2026-03-04 One.md"].decode()
    assert text.startswith("# One\n\nAda · A · 2026-03-04\n\n")
    assert "### Hi\n\n- a" in text


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((200, {}, b"BEGIN:VCALENDAR\r\n"), BadField, "BAD_FIELD.URL.CALENDAR"),
        ((200, {"Content-Type": "text/html"}, b"<html>no feed</html>"), BadField, "BAD_FIELD.URL"),
        ((200, {}, b"<rss"), NotFetched, "FILE_DOWNLOAD_FAILED.NO_FEED"),
        (
            (200, {}, b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>'),
            NotFetched,
            "FILE_DOWNLOAD_FAILED.NO_FEED",
        ),
        ((401, {}, b""), LoginFailed, "LOGIN_FAILED"),
    ],
)
def test_what_is_no_feed_is_said_to_be_none(site, answer, error, code):
    site.pages["/"] = answer
    with pytest.raises(error) as failed:
        play(FEEDS, InMemory({"url": site.url}))
    assert failed.value.said == code


def test_old_feeds_are_read_too():
    old = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old</title></channel>
    <item><title>T</title><link>http://a.example/1</link><description>d</description><dc:date>2001-02-03T04:05:06Z</dc:date></item></rdf:RDF>"""
    title, (article,) = read(old, "http://a.example/")
    assert (title, article.title, article.url, article.on) == (
        "Old", "T", "http://a.example/1", datetime(2001, 2, 3, 4, 5, 6, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="javascript:evil()">x</a>', "x"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a &lt;script&gt;b", "a \\<script>b"),
        ("<blockquote>q</blockquote>", "> q"),
        ('<img src=x alt="a cat">', "a cat"),
        ("<p>unclosed <b>bold", "unclosed **bold"),
    ],
)
def test_html_becomes_words(html, text):
    assert markdown(html) == text
