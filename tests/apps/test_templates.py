"""Pages of apps are templates as Go's html/template reads them."""

import pytest

from cozy.rooms.apps.service.templates import Html, NotATemplate, parsed

VALUES = {
    "Name": "L'<i>\"&</i>",
    "Domain": "alice.localhost:8080",
    "Data": '{"a":"b\\u003c"}',
    "On": True,
    "Off": False,
    "Link": Html("<link>"),
    "Evil": "javascript:alert(1)",
    "Search": "a&b=c d",
}


def shown(text: str) -> str:
    return parsed(text).render(lambda name: VALUES.get(name, ""))


@pytest.mark.parametrize(
    ("template", "page"),
    [
        ("<p>{{.Name}}</p>", "<p>L&#39;&lt;i&gt;&#34;&amp;&lt;/i&gt;</p>"),
        ("<p>{{ .Domain }}</p>", "<p>alice.localhost:8080</p>"),
        ("<p> {{- .Domain -}} </p>", "<p>alice.localhost:8080</p>"),
        ("a{{/* nobody sees this */}}b", "ab"),
        ('<i data-cozy="{{.Data}}">', '<i data-cozy="{&#34;a&#34;:&#34;b\\u003c&#34;}">'),
        ("<i data-cozy='{{.Name}}'>", "<i data-cozy='L&#39;&lt;i&gt;&#34;&amp;&lt;/i&gt;'>"),
        ("<i lang={{.Search}}>", "<i lang=a&#38;b&#61;c&#32;d>"),
        ('<link href="//{{.Domain}}/a.css">', '<link href="//alice.localhost:8080/a.css">'),
        ('<a href="{{.Evil}}">', '<a href="#ZgotmplZ">'),
        ('<a href="/?q={{.Search}}">', '<a href="/?q=a%26b%3Dc%20d">'),
        ('<i onclick="f({{.Search}})">', '<i onclick="f(&#34;a\\u0026b=c d&#34;)">'),
        ('<i style="color: {{.Evil}}">', '<i style="color: ZgotmplZ">'),
        ("<i {{.Evil}}>", "<i ZgotmplZ>"),
        ("<script>x = {{.Name}}</script>", "<script>x = \"L\\u0027\\u003ci\\u003e\\\"\\u0026\\u003c/i\\u003e\"</script>"),
        ("<script>x = '{{.Name}}'</script>", "<script>x = 'L\\u0027\\u003ci\\u003e\\u0022\\u0026\\u003c/i\\u003e'</script>"),
        ("<script>x = {{.On}}</script>", "<script>x = true</script>"),
        ("<script>// {{.Name}}\nx</script>{{.Domain}}", "<script>// \nx</script>alice.localhost:8080"),
        ("<style>a { color: {{.Evil}} }</style>", "<style>a { color: ZgotmplZ }</style>"),
        ("<!-- {{.Name}} --><p>", "<!--  --><p>"),
        ("<title>{{.Name}}</title>", "<title>L&#39;&lt;i&gt;&#34;&amp;&lt;/i&gt;</title>"),
        ("<head>{{.Link}}</head>", "<head><link></head>"),
        ('<i title="{{.Link}}">', '<i title="&lt;link&gt;">'),
        ("<i data-tracking={{.Off}}>", "<i data-tracking=false>"),
        ("{{if .On}}yes{{else}}no{{end}}", "yes"),
        ("{{if not .On}}yes{{else if .Domain}}maybe{{else}}no{{end}}", "maybe"),
        ('{{if eq .Domain "x" "alice.localhost:8080"}}here{{end}}', "here"),
        ("{{if and .On (ne .Domain `x`)}}a{{if .Off}}b{{end}}c{{end}}d", "acd"),
        ("{{.Unknown}}", ""),
    ],
)  # fmt: skip
def test_a_variable_is_written_as_its_place_asks(template, page):
    assert shown(template) == page


@pytest.mark.parametrize(
    "text",
    [
        "{{ handlebars }}", "{{#each items}}x{{/each}}", "{{.A", "{{}", "{{range .A}}{{end}}", "{{end}}", "{{if .A}}",
        "{{if .A}}<p title='{{else}}{{end}}'>", "{{if}}x{{end}}", "{{eq .A}}", "{{.A | js}}", "{{if (.A}}x{{end}}",
        "{{" * 100_000, "{{if .A}}" * 5_000 + "{{end}}" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_such_template_is_told(text):
    with pytest.raises(NotATemplate):
        parsed(text)
