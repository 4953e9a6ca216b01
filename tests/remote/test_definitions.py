"""How a definition is read and its holes are filled (cozy-stack model/remote/remote_test.go)."""

import pytest

from cozy.rooms.remote.errors import BadDefinition, BadVariables, MissingVariable
from cozy.rooms.remote.model import parsed, prepared

WHOLE = """POST https://example.org/foo/{{bar}}?q={{q}}
Content-Type: {{contentType}}
Accept-Language: {{lang}},en

{ "one": "{{ json one }}", "two": "{{ json two }}" }
<p>{{html content}}</p>
"""


def filled(text, any_port=False, secrets=None, **variables):
    return prepared(parsed(text, any_port=any_port), variables, secrets or {}, "Cozy/1")


@pytest.mark.parametrize(
    "text",
    ["", "GET", "PUT https://example.org/", "get https://example.org/", "GET ftp://example.org/", "GET /etc/hosts",
     "GET https://", "GET https://{{host}}/", "GET https://example.org:8080/", "GET https://example.org:x/",
     "GET https://example.org/\nFoo", "GET https://example.org/\n: bar", "GET http://[::1/"],
)  # fmt: skip
def test_what_is_no_request_is_refused(text):
    with pytest.raises(BadDefinition):
        parsed(text, any_port=False)


def test_a_port_is_for_development():
    assert filled("GET http://example.org:8080/a", any_port=True).url == "http://example.org:8080/a"


def test_a_request_is_read_whatever_ends_its_lines():
    for end in ("\n", "\r\n"):
        made = filled(
            WHOLE.replace("\n", end),
            bar="b",
            q="q",
            contentType="t/t",
            lang="fr",
            one="1",
            two="2",
            content="c",
        )
        assert (made.verb, made.url) == ("POST", "https://example.org/foo/b?q=q")
        assert made.headers == {"user-agent": "Cozy/1", "content-type": "t/t", "accept-language": "fr,en"}
        assert made.body == b'{ "one": "1", "two": "2" }\n<p>c</p>\n'


def test_an_empty_line_after_the_headers_of_a_get_is_fine():
    assert filled("GET https://example.org/\nAccept: a/b\n").headers["accept"] == "a/b"


def test_words_are_escaped_for_where_they_stand():
    made = filled(
        WHOLE, contentType="application/json", bar="baz&/ü", q="Q42&? ü", lang="fr-FR\r\nX-Mine: 1", one='un"\n',
        two="deux", content="hey ! <<>>",
    )  # fmt: skip
    assert made.url == "https://example.org/foo/baz&%2F%C3%BC?q=Q42%26%3F+%C3%BC"
    assert made.headers["accept-language"] == "fr-FR\\r\\nX-Mine: 1,en"
    assert made.body.decode() == '{ "one": "un\\"\\n", "two": "deux" }\n<p>hey ! &lt;&lt;&gt;&gt;</p>\n'


def test_helpers_escape_in_a_body():
    text = "POST https://example.org/\n\nhttp://a/{{path p}}?q={{query q}}&raw={{raw}}"
    assert filled(text, p="a/b", q="a b", raw="a&b").body == b"http://a/a%2Fb?q=a+b&raw=a&b"


def test_a_variable_without_a_value_is_refused():
    with pytest.raises(MissingVariable):
        filled("GET https://example.org/{{missing}}", other="x")


def test_a_helper_that_nobody_knows_is_refused():
    with pytest.raises(BadDefinition):
        filled("POST https://example.org/\n\n{{shell x}}", x="1")


@pytest.mark.parametrize("step", ["..", "."])
def test_a_word_leads_to_no_other_path(step):
    with pytest.raises(BadVariables):
        filled("GET https://example.org/public/{{name}}/x", name=step)


def test_a_secret_is_the_hosts_and_is_not_told():
    text = "GET https://example.org/a?key={{secret_key}}&q={{q}}\nAuthorization: Bearer {{secret_token}}"
    made = filled(text, secrets={"key": "k&1", "token": "t1"}, q="x", secret_key="mine")
    assert made.url == "https://example.org/a?key=k%261&q=x"
    assert made.told == "https://example.org/a?key=secret_key&q=x"
    assert made.headers["authorization"] == "Bearer t1"


def test_an_app_gives_no_secret():
    with pytest.raises(MissingVariable):
        filled("GET https://example.org/\nAuthorization: {{secret_token}}", secret_token="mine")


def test_neither_a_password_nor_a_fragment_of_an_address_is_sent():
    assert filled("GET https://me:pw@example.org/a?b=c#d").url == "https://example.org/a?b=c"


def test_headers_of_the_connection_are_the_clients():
    made = filled("GET https://example.org/\nHost: inside.example.org\nContent-Length: 3\nX-Mine: 1")
    assert made.headers == {"user-agent": "Cozy/1", "x-mine": "1"}


def test_a_definition_may_say_who_asks():
    assert filled("GET https://example.org/\nUser-Agent: Mozilla").headers == {"user-agent": "Mozilla"}
