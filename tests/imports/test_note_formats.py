"""Notes of Evernote, Notion, Standard Notes and Simplenote."""

import base64
import hashlib

from tests.imports.silos import items, unread


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


def test_standard_notes_come_with_their_tags_and_say_what_is_locked(tmp_path):
    backup = {
        "version": "004",
        "items": [
            {"uuid": "n1", "content_type": "Note", "created_at": "2020-01-02T03:04:05.000Z", "updated_at": "2020-01-03T03:04:05.000Z",
             "content": {"title": "Titre", "text": "corps", "references": []}},
            {"uuid": "t1", "content_type": "Tag", "content": {"title": "maison", "references": [{"uuid": "n1", "content_type": "Note"}]}},
            {"uuid": "n2", "content_type": "Note", "content": "004:abcdef"},
        ],
    }  # fmt: skip
    found = items(tmp_path, {"Standard Notes Backup and Import File.txt": backup})["standardnotes"]
    assert written(found) == {"Standard Notes/Titre.md": "---\ntags: [maison]\n---\n\n# Titre\n\ncorps\n"}
    assert list(unread(found).values()) == ["Some of its notes are encrypted: export a decrypted backup."]


def test_simplenote_takes_the_first_line_for_the_title(tmp_path):
    said = {
        "activeNotes": [{"id": "1", "content": "Titre\r\n\r\ncorps", "creationDate": "2020-01-02T03:04:05.678Z", "lastModified": "2020-01-02T03:04:05.678Z", "tags": ["a"]}],
        "trashedNotes": [{"id": "2", "content": "jeté", "creationDate": "x", "lastModified": "x"}],
    }  # fmt: skip
    found = items(tmp_path, {"source/notes.json": said})["simplenote"]
    assert written(found) == {
        "Simplenote/Titre.md": "---\ntags: [a]\n---\n\n# Titre\n\ncorps\n",
        "Simplenote/Bin/jeté.md": "# jeté\n",
    }
