"""Notes of Evernote, Notion, Standard Notes and Simplenote."""

import base64
import hashlib
import json

from tests.imports.silos import items, tree, understood, unread


def written(found):
    return {
        item.path: item.content.decode()
        for item in found
        if isinstance(getattr(item, "content", None), bytes) and item.path.endswith(".md")
    }


def enex(notes):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">'
        f'<en-export export-date="20200102T030405Z" application="Evernote">{notes}</en-export>'
    )


def note(title, enml, more=""):
    return (
        f"<note><title>{title}</title><created>20200102T030405Z</created><updated>20200103T030405Z</updated><tag>recette</tag>"
        '<note-attributes><source-url>https://x.example/</source-url></note-attributes><content><![CDATA[<?xml version="1.0"?>'
        f'<!DOCTYPE en-note SYSTEM "http://xml.evernote.com/pub/enml2.dtd"><en-note>{enml}</en-note>]]></content>{more}</note>'
    )


def test_a_note_of_evernote_is_markdown_beside_its_attachments(tmp_path):
    content = b"\x89PNG"
    resource = (
        f'<resource><data encoding="base64">\n{base64.b64encode(content).decode()}\n</data><mime>image/png</mime>'
        "<resource-attributes><file-name>photo 1.png</file-name></resource-attributes></resource>"
    )
    enml = (
        f'<h1>Tarte</h1><div>Une <b>bonne</b> <a href="https://t.example">tarte</a></div><div><en-todo checked="true"/>pommes</div>'
        f'<table><tr><td>a</td><td>b</td></tr></table><div><en-media type="image/png" hash="{hashlib.md5(content).hexdigest()}"/></div>'
    )
    found = items(tmp_path, {"Cuisine.enex": enex(note("Tarte", enml, resource))})["evernote"]
    assert written(found) == {
        "Evernote/Cuisine/Tarte.md": (
            '---\ntags: [recette]\nsource: "https://x.example/"\n---\n\n# Tarte\n\nUne **bonne** [tarte](https://t.example)\n\n- [x] pommes\n\n'
            "| a | b |\n| --- | --- |\n\n![photo 1.png](Tarte/photo%201.png)\n"
        )
    }
    assert found[0].tags == ("recette",)
    assert (found[0].created, found[0].modified) == (
        "2020-01-02T03:04:05.000000Z",
        "2020-01-03T03:04:05.000000Z",
    )
    assert (found[1].path, found[1].content) == ("Evernote/Cuisine/Tarte/photo 1.png", content)


def test_tasks_of_evernote_stand_where_they_stood_in_the_note_else_at_its_end(tmp_path):
    def task(title, group, weight, status="open", due=""):
        return (
            f"<task><title>{title}</title><created>20250102T030405Z</created><taskStatus>{status}</taskStatus><inNote>true</inNote>"
            f"<sortWeight>{weight}</sortWeight><taskGroupNoteLevelID>{group}</taskGroupNoteLevelID>{due}</task>"
        )

    enml = '<div>Avant</div><div style="--en-task-group:true; --en-id:g-1;"></div><div>Après</div>'
    tasks = task("Deux &lt;2&gt;", "g-1", "C") + task("Un", "g-1", "B", "completed") + task(
        "Ailleurs", "g-2", "B", due="<dueDate>20250405T220000Z</dueDate>"
    )  # fmt: skip
    found = items(tmp_path, {"a.enex": enex(note("T", enml, tasks))})["evernote"]
    text = written(found)["Evernote/a/T.md"].partition("# T\n\n")[2]
    assert text == "Avant\n\n- [x] Un\n- [ ] Deux \\<2\\>\n\nAprès\n\n- [ ] Ailleurs (2025-04-05)\n"


def test_entities_of_evernote_that_declare_nothing_pass_and_those_that_do_are_refused(tmp_path):
    bomb = (
        enex(note("A", "a"))
        .replace("<!DOCTYPE en-export SYSTEM", '<!DOCTYPE en-export [<!ENTITY x "y">] SYSTEM', 1)
        .replace(
            '<!DOCTYPE en-export [<!ENTITY x "y">] SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">',
            '<!DOCTYPE en-export [<!ENTITY x "y">]>',
        )
    )
    assert unread(items(tmp_path, {"a.enex": bomb})["evernote"]) == {
        "a.enex": "This file breaks off, or is not what its name says."
    }


def test_a_notebook_that_breaks_off_keeps_the_notes_before(tmp_path):
    whole = enex(note("A", "un") + note("B", "deux"))
    found = items(tmp_path, {"a.enex": whole[: whole.index("deux")]})["evernote"]
    assert list(written(found)) == ["Evernote/a/A.md"]
    assert list(unread(found)) == ["a.enex"]


def test_pages_of_notion_lose_the_ids_in_their_names_and_links(tmp_path):
    one, two, three = ("0123456789abcdef" * 2, "fedcba9876543210" * 2, "00112233445566778899aabbccddeeff")
    files = {
        f"Export-1/Maison {one}.md": f"# Maison\n\n[Cave](Maison%20{one}/Cave%20{two}.md) [web](https://x.example)\n",
        f"Export-1/Maison {one}/Cave {two}.md": "# Cave\n\n![p](plan.png)\n",
        f"Export-1/Maison {one}/plan.png": b"\x89PNG",
        f"Export-1/Liste {two}.md": "un", f"Export-1/Liste {three}.md": "deux",
    }  # fmt: skip
    found = items(tmp_path, files)["notion"]
    assert {item.path for item in found} == {
        "Notion/Maison.md", "Notion/Maison/Cave.md", "Notion/Maison/plan.png", f"Notion/Liste {two}.md", f"Notion/Liste {three}.md",
    }  # fmt: skip
    assert (
        written(found)["Notion/Maison.md"] == "# Maison\n\n[Cave](Maison/Cave.md) [web](https://x.example)\n"
    )


def of_standard_notes(uuid, content_type, content):
    at = {"created_at": "2020-01-02T03:04:05.000Z", "updated_at": "2020-01-03T03:04:05.000Z"}
    return {"uuid": uuid, "content_type": content_type, **at, "content": content}


def test_standard_notes_come_once_with_their_tags_and_say_what_is_locked(tmp_path):
    tag = {"title": "maison", "references": [{"uuid": "n1", "content_type": "Note"}]}
    backup = {
        "version": "004",
        "items": [
            of_standard_notes("n1", "Note", {"title": "Titre", "text": "corps\nsuite", "references": []}),
            of_standard_notes("t1", "Tag", tag),
            of_standard_notes("n2", "Note", "004:abcdef"),
        ],
    }
    files = {
        "Standard Notes Backup and Import File.txt": backup, "Items/Note/Titre-n1.txt": "corps\nsuite",
        "Items/Tag/Tag-t1.txt": json.dumps(tag, indent=2), "Items/Note/Mine.txt": "of somebody else",
    }  # fmt: skip
    with tree(tmp_path, files) as whole:
        said, left = understood(whole)
    found = said["standardnotes"]
    assert written(found) == {
        "Standard Notes/Titre.md": "---\ntags: [maison]\n---\n\n# Titre\n\ncorps\nsuite\n"
    }
    assert list(unread(found).values()) == ["Some of its notes are encrypted: export a decrypted backup."]
    assert left == ["Items/Note/Mine.txt"]


def test_super_and_rich_notes_of_standard_notes_are_markdown_and_what_is_neither_stays_as_it_is(tmp_path):
    def node(kind, *children, **said):
        return {"type": kind, **said, "children": list(children)}

    def words(text, bits=0):
        return {"type": "text", "text": text, "format": bits}

    item = node("listitem", words("fait"), checked=True)
    inner = node("listitem", node("list", node("listitem", words("dedans")), listType="number"))
    blocks = [
        node("heading", words("Un"), tag="h2"), node("list", item, inner, listType="check"),
        node("paragraph", words("gras", 1), words(" et "), node("link", words("là"), url="https://x.example")),
        node("quote", words("dit")), node("table", node("tablerow", node("tablecell", node("paragraph", words("a"))))),
    ]  # fmt: skip
    notes = {
        "super": json.dumps({"root": node("root", *blocks)}), "rich-text": "<p>Un <b>mot</b></p>", "spreadsheet": '{"a": 1}',
    }  # fmt: skip
    said = [
        of_standard_notes(kind, "Note", {"title": kind, "noteType": kind, "text": text})
        for kind, text in notes.items()
    ]
    found = written(items(tmp_path, {"notes.txt": {"version": "004", "items": said}})["standardnotes"])
    assert found == {
        "Standard Notes/super.md": "# super\n\n## Un\n\n- [x] fait\n    1. dedans\n\n**gras** et [là](https://x.example)\n\n> dit\n\n"
        "| a |\n| --- |\n",
        "Standard Notes/rich-text.md": "# rich-text\n\nUn **mot**\n",
        "Standard Notes/spreadsheet.md": '# spreadsheet\n\n{"a": 1}\n',
    }  # fmt: skip


def test_simplenote_takes_the_first_line_for_the_title_and_each_note_once(tmp_path):
    said = {
        "activeNotes": [{"id": "1", "content": "Titre\r\n\r\ncorps", "creationDate": "2020-01-02T03:04:05.678Z", "lastModified": "2020-01-02T03:04:05.678Z", "tags": ["a", "b"]}],
        "trashedNotes": [{"id": "2", "content": "jeté", "creationDate": "x", "lastModified": "x"}],
    }  # fmt: skip
    beside = {"Titre.txt": "Titre\n\ncorps\n\nTags:\n  a, b", "trash/jeté.txt": "jeté\n\nTags:\n  "}
    found = items(tmp_path, {"source/notes.json": said, **beside})["simplenote"]
    assert written(found) == {
        "Simplenote/Titre.md": "---\ntags: [a, b]\n---\n\n# Titre\n\ncorps\n",
        "Simplenote/Bin/jeté.md": "# jeté\n",
    }
